"""The rule between the rooms, and proof that its checks can fail."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOLVERS = {"pulp", "ortools", "cvxpy", "highspy", "clarabel", "scs", "osqp", "networkx"}


def forbidden_imports(folder: Path) -> list[str]:
    """Return every import below `folder` of a solver, of networkx or of scipy.optimize."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for name in names:
                if name.split(".")[0] in SOLVERS or name.startswith("scipy.optimize"):
                    found.append(f"{path.name}: {name}")
    return found


def test_models_know_no_optimiser() -> None:
    """Evaluators and certificate checks import no solver, scipy.optimize included."""
    assert forbidden_imports(ROOT / "models") == []


@pytest.mark.parametrize(
    "line",
    ["import highspy", "from scipy import optimize", "from scipy.optimize import linprog"],
)
def test_planted_optimiser_is_found(tmp_path: Path, line: str) -> None:
    """The check above fails on a planted import."""
    (tmp_path / "planted.py").write_text(line + "\n", encoding="utf-8")
    assert forbidden_imports(tmp_path)


def lint(checkout: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter in a checkout."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    return subprocess.run(
        [*command, "--no-cache"], cwd=checkout, capture_output=True, text=True, check=False
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the package with its configuration, links kept."""
    for room in ("planner", "models", "solvers"):
        shutil.copytree(ROOT / room, tmp_path / room, symlinks=True)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_tree_keeps_its_layers() -> None:
    """The contracts hold, so that a failure below comes from what was planted."""
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("models/planted.py", "from planner.solvers import contract"),
        ("solvers/planted.py", "from planner.catalog import names"),
        ("planner/loading/planted.py", "from planner.cli import main"),
        ("models/planted.py", "import highspy"),
        ("planner/unlisted.py", ""),
    ],
)
def test_planted_layer_violation_is_found(checkout: Path, file: str, line: str) -> None:
    """import-linter refuses an import upwards, a solver in models, and a module without a layer."""
    (checkout / file).write_text(f'"""Planted."""\n\n{line}\n', encoding="utf-8")
    done = lint(checkout)
    assert done.returncode == 1
    assert "planted" in done.stdout or "unlisted" in done.stdout
