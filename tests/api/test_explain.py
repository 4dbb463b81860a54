"""`explain`: results in words."""

from pathlib import Path
from typing import Any

import pytest

import planner as pl
from planner.models.base.evaluation import Reason


def test_optimal_plan(data: dict[str, Any]) -> None:
    """Headline, proof, and the entity the metrics call busiest."""
    found = pl.explain(pl.solve(data))
    assert found.headline == "five numbers has an optimal plan with total 8."
    assert found.proof.startswith("No plan can be better than 8: a certificate")
    assert [(reason.constraint, reason.where) for reason in found.reasons] == [
        ("metrics.busiest_number", "number 0")
    ]


def test_infeasible_instance(file: Path) -> None:
    """An instance is solved first; why there is no plan comes from its proof."""
    found = pl.explain(pl.replace(pl.load(file), "choose", 5))
    assert found.headline == "five numbers has no plan."
    assert "re-checked" in found.proof
    assert found.reasons[0].constraint == "forbidden"


def test_files_of_both_kinds(file: Path, tmp_path: Path) -> None:
    """A result file is told from an instance file, also if both are JSON."""
    result = pl.solve(file)
    result.save(tmp_path / "r.json")
    instance = tmp_path / "five.json"
    instance.write_text(pl.load(file).model_dump_json(by_alias=True, exclude_none=True))
    assert str(pl.explain(tmp_path / "r.json")) == str(pl.explain(instance))


def test_how_far_a_proof_reaches(data: dict[str, Any]) -> None:
    """A solver's word, an open gap and no bound at all are told apart."""
    assert "the word of oracle, not re-checked" in pl.explain(pl.solve(data, "oracle")).proof
    assert pl.explain(pl.solve(data, "first")).proof == "How good a plan could be is not known."
    word = pl.explain(pl.solve({**data, "choose": 5}, "oracle"))
    assert "cannot be re-checked" in word.proof
    sorted_out = pl.solve(data)
    worse = sorted_out.model_copy(update={"gap": 0.25, "status": "feasible"})
    assert pl.explain(worse).proof.endswith("The plan is within 25 % of it.")


def test_broken_plan(data: dict[str, Any]) -> None:
    """What a plan breaks is what there is to explain."""
    found = pl.explain(pl.solve({**data, "forbidden": [0]}, "blind"))
    assert found.headline == "The plan of `blind` for five numbers breaks limits."
    assert [reason.code for reason in found.reasons] == ["forbidden-number"]


def test_run_without_a_plan(data: dict[str, Any]) -> None:
    """A run that was ended says by what."""
    result = pl.solve(data, "stroll", progress=_interrupt)
    assert "ended by an interruption" in pl.explain(result).headline


def _interrupt(*heard: object) -> None:
    raise KeyboardInterrupt


def test_problem_may_say_more(data: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A problem's own `explain` replaces the general words about busy entities."""
    import planner_dummy.models as room

    def hook(instance: Any, plan: Any, certificate: Any) -> list[Reason]:
        where = f"{instance.name}, {plan.kind}, {certificate.kind}"
        return [Reason(code="own", constraint="numbers", where=where, message="Own words.")]

    monkeypatch.setattr(room, "explain", hook, raising=False)
    found = pl.explain(pl.solve(data))
    assert [reason.where for reason in found.reasons] == ["five numbers, explicit, price"]
    assert "Own words." in str(found)
    assert "Own words." in found._repr_html_()
