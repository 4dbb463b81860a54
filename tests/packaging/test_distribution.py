"""The wheel and the sdist hold every package, the symlinked rooms included."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Build the sdist, and the wheel from it; return the file names inside each."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        inside_sdist = {name.partition("/")[2] for name in archive.getnames()}
    return {"wheel": set(zipfile.ZipFile(wheel).namelist()), "sdist": inside_sdist}


def expected_files() -> set[str]:
    """Return every module and data file below the three rooms, by its import path."""
    files = set()
    for room, prefix in (("planner", ""), ("models", "planner/"), ("solvers", "planner/")):
        for path in (ROOT / room).rglob("*"):
            inside = path.relative_to(ROOT)
            # The symlinks are walked as rooms of their own.
            if inside.parts[:2] in {("planner", "models"), ("planner", "solvers")}:
                continue
            if path.suffix in {".py", ".yaml", ".json", ".typed"} or path.name == "py.typed":
                files.add(f"{prefix}{inside.as_posix()}")
    return files


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_every_module_is_inside(distributions: dict[str, set[str]], kind: str) -> None:
    """No module or data file is left out of the distribution."""
    assert expected_files() - distributions[kind] == set()


def test_wheel_has_one_top_level_package(distributions: dict[str, set[str]]) -> None:
    """The rooms do not leak as top-level packages that would shadow a user's own modules."""
    tops = {name.partition("/")[0] for name in distributions["wheel"]}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"planner"}
