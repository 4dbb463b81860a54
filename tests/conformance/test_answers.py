"""Every shipped instance solves to what its `answers.toml` says."""

import pytest
from suite import PROBLEMS, RUNS, SOLVES, Run, folder_of, is_expected, result_of

import planner as pl

COMPARES = [run for run in RUNS if run.get("verb") == "compare"]


def as_tuple(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list) else (value,)


@pytest.mark.parametrize("run", SOLVES, ids=str)
def test_instance_solves_to_its_answer(run: Run) -> None:
    """Status, objective, bound source and metrics are as published or derived."""
    result = result_of(run)
    infeasible = run.get("exit") == 3
    status = run.get("status") or ("infeasible" if infeasible else "optimal")
    assert result.status in as_tuple(status)
    assert result.verified is run.values.get("verified", True)
    if "objective" in run.values:
        assert is_expected(result.value, run.get("objective")), result.value
    if "bound_source" in run.values:
        assert result.bound_source in as_tuple(run.get("bound_source"))
    for name, expected in run.values.get("metrics", {}).items():
        assert is_expected(result.metrics[name], expected), (name, result.metrics[name])
    reasons = " ".join(str(reason.model_dump()) for reason in result.why)
    for text in run.values.get("why", ()):
        assert text in reasons


@pytest.mark.parametrize("run", COMPARES, ids=str)
def test_baselines_are_as_published(run: Run) -> None:
    """A comparison reports the published figures of its baselines."""
    table = pl.compare(run.instance, list(run.get("methods")), seed=run.get("seed"))
    rows = {row.method: row for row in table.rows}
    for method, figures in run.values["baselines"].items():
        for name, expected in figures.items():
            assert is_expected(rows[method].metrics[name], expected), rows[method].metrics[name]


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_every_instance_has_an_answer(problem: pl.Problem) -> None:
    """No shipped instance goes unchecked, and every one names its source."""
    folder = folder_of(problem)
    if folder is None:
        pytest.skip("the problem ships no instances")
    files = {path for suffix in ("yaml", "json", "toml") for path in folder.glob(f"*.{suffix}")}
    files -= {folder / "answers.toml"}
    assert files == {run.instance for run in RUNS if run.problem == problem.name}
    assert [path.name for path in files if pl.load(path).source is None] == []


@pytest.mark.parametrize("run", [run for run in SOLVES if run.get("exit") == 3], ids=str)
def test_infeasible_instance_explains_itself(run: Run) -> None:
    """The reasons name a field of the instance, an entity and a way out."""
    result = result_of(run)
    assert result.why
    for reason in result.why:
        head = reason.constraint.split(".")[0].split("[")[0]
        assert head in type(pl.load(run.instance)).model_fields
        assert reason.where
        assert reason.message
    assert pl.verify(result).ok, "the proof of infeasibility must be re-checked"
