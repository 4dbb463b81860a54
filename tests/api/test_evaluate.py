"""`evaluate` and `recertify`: plans and proofs that exist already."""

import json
from pathlib import Path
from typing import Any

import pytest

import planner as pl


@pytest.fixture
def plan() -> dict[str, Any]:
    """Two allowed numbers, 5 and 8."""
    return {"kind": "explicit", "chosen": [0, 2]}


def test_plans_come_in_many_forms(
    file: Path, data: dict[str, Any], plan: dict[str, Any], tmp_path: Path
) -> None:
    """Data, files, results and plans are evaluated alike."""
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    (tmp_path / "plan.yaml").write_text("kind: explicit\nchosen: [0, 2]\n")
    first = pl.evaluate(file, plan)
    first.save(tmp_path / "r.json")
    for source in (tmp_path / "plan.json", tmp_path / "plan.yaml", tmp_path / "r.json", first):
        found = pl.evaluate(data, source)
        assert (found.value, found.status, found.method) == (13.0, "feasible", "given")
        assert pl.verify(found)
    assert first.plan is not None
    assert pl.evaluate(data, first.plan).value == 13.0


def test_broken_plan_is_a_result(data: dict[str, Any]) -> None:
    """What a user's plan breaks is listed, not raised."""
    found = pl.evaluate(data, {"kind": "explicit", "chosen": [0, 3, 4]})
    assert found.status == "violates_limits"
    assert {violation.code for violation in found.violations} == {
        "forbidden-number",
        "wrong-count",
    }
    assert pl.verify(found)


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        ({"kind": "guess"}, "plan-malformed"),
        ({"chosen": [1]}, "plan-malformed"),
        ({"kind": "explicit", "chosen": "all"}, "plan-malformed"),
        ({"kind": "explicit"}, "plan-malformed"),
    ],
)
def test_what_is_no_plan_is_refused(data: dict[str, Any], plan: dict[str, Any], code: str) -> None:
    """A malformed plan is an error of the input, with the kinds there are."""
    with pytest.raises(pl.InputError) as error:
        pl.evaluate(data, plan)
    assert {finding.code for finding in error.value.findings} == {code}


def test_result_without_a_plan_is_refused(data: dict[str, Any]) -> None:
    """There is nothing to evaluate in an infeasible result."""
    with pytest.raises(pl.InputError, match="plan-none"):
        pl.evaluate(data, pl.solve({**data, "choose": 5}))


def test_recertify_on_the_same_instance(file: Path, data: dict[str, Any]) -> None:
    """Nothing changed: plan and proof hold."""
    found = pl.recertify(file, pl.solve(data))
    assert (found.is_same_instance, found.plan_holds, found.bound_holds) == (True, True, True)
    assert found.status == "optimal"


@pytest.mark.parametrize(
    ("changes", "plan_holds", "bound_holds", "status"),
    [
        ({"numbers": [5, 3, 8, 1, 20]}, True, True, "optimal"),
        ({"numbers": [5, 3, 4, 1, 9]}, True, False, "feasible"),  # 8, and 7 is proved
        ({"numbers": [6, 3, 8, 1, 9]}, True, True, "feasible"),  # 9, and 8 is proved
        ({"forbidden": [3, 1]}, False, True, "violates_limits"),  # 10 is proved
    ],
)
def test_recertify_on_a_changed_instance(
    data: dict[str, Any], changes: dict[str, Any], plan_holds: bool, bound_holds: bool, status: str
) -> None:
    """Plan and proof are judged apart; a proof may come to another figure."""
    old = pl.solve(data)
    found = pl.recertify(data, old, overrides=list(changes.items()))
    assert not found.is_same_instance
    assert (found.plan_holds, found.bound_holds, found.status) == (plan_holds, bound_holds, status)
    assert bool(found.violations) is not plan_holds
    assert found.bound is not None


def test_edited_result_is_not_used(file: Path, tmp_path: Path) -> None:
    """Verbs that rely on the figures of a result file refuse one that was changed."""
    path = tmp_path / "r.json"
    pl.solve(file).save(path)
    path.write_text(path.read_text().replace('"status": "optimal"', '"status": "feasible"'))
    for use in (
        lambda: pl.recertify(file, path),
        lambda: pl.explain(path),
        lambda: pl.export(path, "plan-csv", tmp_path / "plan.csv"),
    ):
        with pytest.raises(pl.AuditError, match="changed after it was written"):
            use()
    assert pl.evaluate(file, path).value == 8.0


def test_recertify_infeasibility(data: dict[str, Any], tmp_path: Path) -> None:
    """A proof that there is no plan is re-checked as well, also from a file."""
    pl.solve({**data, "choose": 5}).save(tmp_path / "r.json")
    still = pl.recertify({**data, "choose": 5}, tmp_path / "r.json")
    assert (still.status, still.plan_holds, still.bound_holds) == ("infeasible", None, True)
    assert still.why[0].code == "too-few"
    gone = pl.recertify({**data, "choose": 4}, tmp_path / "r.json")
    assert (gone.status, gone.bound_holds) == ("unknown", False)
    assert str(gone) == "five numbers: the plan did not exist, the proof no longer holds; unknown"
