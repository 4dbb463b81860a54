"""What every problem offers beside answers: a template, schemas, light metadata, determinism."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from suite import PROBLEMS, SOLVES, Run, result_of, solved

import planner as pl
from planner.results.document import document

problems = pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
HEAVY = {
    *("scipy", "networkx", "pulp", "ortools", "cvxpy", "highspy", "clarabel", "scs"),
}


@problems
def test_template_solves(problem: pl.Problem, tmp_path: Path) -> None:
    """What `planner new` writes is commented and solves as it is."""
    path = tmp_path / "new.yaml"
    text = pl.new(problem.name, path)
    assert "#" in text
    assert pl.solve(path).status in {"optimal", "feasible"}


@problems
def test_method_metadata_is_complete(problem: pl.Problem) -> None:
    """Methods have distinct names, one-line summaries and functions that exist."""
    from planner.catalog.problem import resolve

    methods = pl.methods(problem.name)
    assert len({method.name for method in methods}) == len(methods) > 0
    for method in methods:
        assert method.summary
        assert "\n" not in method.summary
        assert callable(resolve(method.entry))


@pytest.mark.parametrize("run", SOLVES[:12], ids=str)
def test_results_fit_their_schemas(run: Run) -> None:
    """The result, its plan and its certificate fit the published JSON Schemas."""
    values = result_of(run).data()
    jsonschema.validate(values, pl.schema("result"))
    jsonschema.validate(values["instance"]["data"], pl.schema(run.problem))
    for part in ("plan", "certificate"):
        if values[part] is not None:
            jsonschema.validate(values[part], pl.schema(f"{run.problem}/{part}"))


@pytest.mark.parametrize("run", SOLVES[:25], ids=str)
def test_same_seed_gives_same_plan(run: Run) -> None:
    """A result that calls itself deterministic comes out the same again."""
    first = result_of(run)
    if not first.deterministic:
        pytest.skip("the method says that several workers took part")
    again = solved.__wrapped__(run.instance, run.get("method"), tuple(run.get("set")))
    assert document(again)[0]["plan"] == document(first)[0]["plan"]


@problems
def test_metadata_is_light(problem: pl.Problem) -> None:
    """Help, problems, methods and check import no solver, no scipy and no networkx."""
    template = Path(problem.name).with_suffix(".yaml").name
    code = f"""
import json, os, sys, tempfile
from click.testing import CliRunner
from planner.cli.main import main
os.chdir(tempfile.mkdtemp())
for words in (["--help"], ["problems"], ["methods", "{problem.name}"],
              ["new", "{problem.name}", "-o", "{template}"], ["check", "{template}"]):
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, (words, done.output)
print(json.dumps(sorted({{name.split(".")[0] for name in sys.modules}})))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert HEAVY & set(json.loads(done.stdout)) == set()
