"""`verify` finds every edit of a result, also where the file was sealed anew."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

import planner as pl
from planner.results.document import seal

Solved = Callable[..., pl.Result]
METHODS = ["sort", "try_all", "worker_sort", "oracle", "stroll", "first", "blind", "draw"]


def edited(result: pl.Result, path: str, value: Any) -> dict[str, Any]:
    """Return the document of a result with the value at a dotted path replaced."""
    values: dict[str, Any] = json.loads(json.dumps(result.data()))
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inner: Any = values
    for step in steps:
        inner = inner[step]
    inner[last] = value
    return values


def refuted(values: dict[str, Any], tmp_path: Path) -> set[str]:
    """Return the codes that `verify` finds in a document."""
    path = tmp_path / "edited.json"
    path.write_text(json.dumps(values))
    found = pl.verify(path)
    assert found.ok == (not found.violations)
    return {violation.code for violation in found.violations}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("changes", [{}, {"choose": 5}], ids=["plan", "no plan"])
def test_honest_results_verify(
    solved: Solved, tmp_path: Path, method: str, changes: dict[str, Any]
) -> None:
    """Every figure the judge writes is found again, from the object and from the file."""
    result = solved(method, **changes)
    result.save(tmp_path / "r.json")
    for found in (pl.verify(result), pl.verify(tmp_path / "r.json")):
        assert found, found.violations
        assert (found.status, found.name) == (result.status, "five numbers")


EDITS = [
    ("sort", "objective.value", 7.0, "objective-mismatch"),
    ("sort", "objective.value", None, "objective-mismatch"),
    ("sort", "objective.name", "largest", "objective-mismatch"),
    ("sort", "objective.unit", "s", "objective-mismatch"),
    ("sort", "objective.sense", "max", "objective-mismatch"),
    ("sort", "objective", None, "objective-mismatch"),
    ("sort", "objectives.0.value", 8.1, "objective-mismatch"),
    ("sort", "objectives.1.value", 1.0, "objective-mismatch"),
    ("sort", "objectives.1.bound", 5.0, "bound-mismatch"),
    ("sort", "objectives.0.bound_verified", False, "bound-mismatch"),
    ("sort", "objectives", [], "objective-mismatch"),
    ("sort", "bound", 7.0, "bound-mismatch"),
    ("sort", "bound", None, "bound-mismatch"),
    ("sort", "bound_source", "enumeration", "bound-mismatch"),
    ("sort", "bound_verified", False, "bound-mismatch"),
    ("sort", "gap", 0.5, "gap-mismatch"),
    ("sort", "gap", None, "gap-mismatch"),
    ("sort", "status", "feasible", "status-mismatch"),
    ("sort", "status", "violates_limits", "status-mismatch"),
    ("sort", "verified", False, "verified-mismatch"),
    ("sort", "metrics.mean", 3.9, "metric-mismatch"),
    ("sort", "metrics.busiest_number", "number 1", "metric-mismatch"),
    ("sort", "metrics.chosen", True, "metric-mismatch"),
    ("sort", "metrics.load", 1.0, "metric-mismatch"),
    ("sort", "plan.chosen", [0, 3], "forbidden-number"),
    ("sort", "plan.chosen", [0], "wrong-count"),
    ("sort", "plan.chosen", [0, 7], "unknown-number"),
    ("sort", "plan.chosen", [1, 2], "objective-mismatch"),
    ("sort", "plan", None, "status-mismatch"),
    ("sort", "plan.kind", "guess", "plan-malformed"),
    ("sort", "certificate.value", 8.5, "certificate-value"),
    ("sort", "certificate.price", 4.0, "certificate-value"),
    ("sort", "certificate", None, "bound-mismatch"),
    ("sort", "certificate.price", 1.7e308, "not-computable"),
    ("oracle", "bound", 5e-324, "gap-mismatch"),
    ("sort", "metrics.mean", 10**350, "metric-mismatch"),
    ("sort", "objective.value", -1.7e308, "objective-mismatch"),
    ("first", "plan.first", 1, "objective-mismatch"),
    ("try_all", "certificate.value", 9.0, "certificate-value"),
    ("oracle", "bound", 9.0, "bound-mismatch"),
    ("oracle", "bound", 7.0, "gap-mismatch"),
    ("oracle", "bound_source", "certificate", "bound-mismatch"),
    ("sort", "instance.data.numbers", [4, 3, 8, 1, 9], "digest-instance"),
    ("sort", "instance.data.choose", 3, "digest-instance"),
    ("sort", "instance.data.forbidden", [9], "dangling"),
    ("sort", "instance.data.surprise", 1, "unknown-key"),
    ("sort", "instance.sha256", "0" * 64, "digest-instance"),
    ("sort", "instance.name", "other", "instance-mismatch"),
    ("sort", "instance.schema_version", 2, "instance-mismatch"),
    ("sort", "instance.sidecars", {"a.npz": "0" * 64}, "digest-sidecar"),
    ("sort", "problem", "flow_splitting", "plan-malformed"),
    ("sort", "problem", "juggling", "problem-unknown"),
    ("sort", "format", "planner-result/7", "format-unknown"),
    ("sort", "why", [{"code": 1}], "result-malformed"),
]


@pytest.mark.parametrize(("method", "path", "value", "code"), EDITS)
def test_edit_is_found_behind_a_new_seal(
    solved: Solved, tmp_path: Path, method: str, path: str, value: Any, code: str
) -> None:
    """Every figure is recomputed: sealing the edited file again does not help."""
    values = edited(solved(method), path, value)
    values["sha256"] = seal(values)
    assert code in refuted(values, tmp_path)


@pytest.mark.parametrize(
    ("method", "path", "value"),
    [
        ("sort", "sha256", "0" * 64),
        ("sort", "method", "other"),
        ("sort", "stopped_by", "time"),
        ("sort", "deterministic", False),
        ("draw", "baselines", {}),
        ("sort", "instance.source", "elsewhere.yaml"),
        ("sort", "metrics", {}),
        ("sort", "provenance.seed", 1),
        ("sort", "provenance.timing.solve", 1e-9),
        ("sort", "provenance.notes", ["better than all others"]),
        *(edit[:3] for edit in EDITS),
    ],
)
def test_edit_breaks_the_seal(
    solved: Solved, tmp_path: Path, method: str, path: str, value: Any
) -> None:
    """What cannot be recomputed is sealed, and everything else as well."""
    values = edited(solved(method), path, value)
    assert "digest-result" in refuted(values, tmp_path)


def test_honest_edit_of_an_infeasible_result_is_found(solved: Solved, tmp_path: Path) -> None:
    """A proof of infeasibility is re-checked, and what it shows has to be listed."""
    result = solved(choose=5)
    for path, value, code in (
        ("certificate.allowed", 3, "certificate-count"),
        ("why", [], "why-mismatch"),
        ("status", "unknown", "status-mismatch"),
        ("certificate", None, "verified-mismatch"),
    ):
        values = edited(result, path, value)
        values["sha256"] = seal(values)
        assert code in refuted(values, tmp_path)


def test_plan_that_breaks_limits_says_so(solved: Solved, tmp_path: Path) -> None:
    """A baseline's honest list of violations verifies; a shortened one does not."""
    result = solved("blind", forbidden=[0])
    assert result.status == "violates_limits"
    assert pl.verify(result)
    values = edited(result, "violations", [])
    values["sha256"] = seal(values)
    assert refuted(values, tmp_path) == {"violations-mismatch"}


def test_metrics_of_later_versions_are_not_missed(solved: Solved, tmp_path: Path) -> None:
    """A result from before an evaluator gave a metric still verifies."""
    values = edited(solved(), "metrics", {"chosen": 2})
    values["sha256"] = seal(values)
    assert refuted(values, tmp_path) == set()


def test_edited_object_is_found(solved: Solved) -> None:
    """A result need not be a file to be checked."""
    found = pl.verify(solved().model_copy(update={"gap": 0.5}))
    assert {violation.code for violation in found.violations} == {"digest-result", "gap-mismatch"}
    assert not found


def test_solver_word_is_listed_as_trusted(solved: Solved) -> None:
    """`verify` says what it could not recompute."""
    assert pl.verify(solved("oracle")).taken_on_trust == ("the bound, which is the word of oracle",)
    told = pl.verify(solved("oracle", choose=5))
    assert told.taken_on_trust == ("that there is no plan, which is the word of oracle",)
    assert pl.verify(solved("sort")).taken_on_trust == ()


def test_verdict_says_whose_word_was_not_rechecked(solved: Solved) -> None:
    """Only what is proved is `verified`; elsewhere the solver is named."""
    assert pl.verify(solved("sort")).verdict == "verified"
    assert pl.verify(solved("sort", choose=5)).verdict == "verified"
    word = "NOT re-checked: word of oracle"
    assert pl.verify(solved("oracle")).verdict == f"plan verified, bound {word}"
    told = pl.verify(solved("oracle", choose=5))
    assert (told.verdict, told.word_of) == (f"that there is no plan {word}", "oracle")


@pytest.mark.parametrize(
    ("changes", "code"), [({}, "bound-unproved"), ({"choose": 5}, "infeasible-unproved")]
)
@pytest.mark.parametrize("solver", [None, ""])
def test_words_of_nobody_are_refuted(
    solved: Solved, tmp_path: Path, changes: dict[str, Any], code: str, solver: str | None
) -> None:
    """A bound, or that there is no plan, needs a proof or a solver that is named."""
    values = edited(solved("oracle", **changes), "provenance.solver", solver)
    values["sha256"] = seal(values)
    assert refuted(values, tmp_path) == {code}


def test_infeasible_without_its_proof_is_refuted(solved: Solved, tmp_path: Path) -> None:
    """A result without plan and certificate cannot say that there is no plan."""
    values = edited(solved(), "status", "infeasible")
    values |= {"plan": None, "certificate": None, "objective": None, "objectives": []}
    values |= {"bound": None, "bound_source": None, "bound_verified": False, "gap": None}
    values |= {"metrics": {}, "verified": False}
    values["sha256"] = seal(values)
    assert refuted(values, tmp_path) == {"infeasible-unproved"}


def test_wide_gap_that_was_asked_for_makes_nothing_optimal(solved: Solved, tmp_path: Path) -> None:
    """An edited tolerance does not turn a feasible plan into an optimal one."""
    values = edited(solved(), "provenance.options.gap", 3.0)
    values["plan"]["chosen"] = [0, 2]
    bound = values["bound"]
    for objective in (values["objective"], values["objectives"][0]):
        objective["value"] = 13.0
    values["gap"] = (13.0 - bound) / bound
    values["sha256"] = seal(values)
    assert "status-mismatch" in refuted(values, tmp_path)


@pytest.mark.parametrize("field", ["message", "where", "code", "constraint"])
def test_edited_reason_is_found(solved: Solved, tmp_path: Path, field: str) -> None:
    """Every word of a reason follows from the certificate."""
    values = edited(solved(choose=5), f"why.0.{field}", "buy more hosts")
    values["sha256"] = seal(values)
    assert refuted(values, tmp_path) == {"why-mismatch"}


def test_added_reason_is_found(solved: Solved, tmp_path: Path) -> None:
    """A reason beside the proven ones is refused; without a proof reasons are on trust."""
    result = solved(choose=5)
    why = [*result.data()["why"], {**result.data()["why"][0], "where": "elsewhere"}]
    values = edited(result, "why", why)
    values["sha256"] = seal(values)
    assert refuted(values, tmp_path) == {"why-mismatch"}
    told = solved("oracle", choose=5).model_copy(update={"why": result.why}).sealed()
    assert "the reasons, which no proof gives" in pl.verify(told).taken_on_trust


@pytest.mark.parametrize(
    ("value", "keeps_limits", "codes"),
    [(7.9, True, {"baseline-mismatch"}), (7.9, False, set()), (8.0, True, set())],
)
def test_baseline_better_than_the_proven_bound_is_found(
    solved: Solved, tmp_path: Path, value: float, keeps_limits: bool, codes: set[str]
) -> None:
    """No plan beats a proven bound, that of a baseline included, unless it breaks limits."""
    objective = {**solved().data()["objective"], "value": value}
    row = {"objective": objective, "metrics": {}, "keeps_limits": keeps_limits}
    values = edited(solved(), "baselines", {"draw": row})
    values["sha256"] = seal(values)
    assert refuted(values, tmp_path) == codes


def test_figures_beyond_any_number_are_refuted(
    solved: Solved, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An evaluator that overflows on an edited plan ends in a violation, not in a traceback."""
    import planner_dummy.models as room

    result = solved()

    def overflow(instance: Any, plan: Any) -> NoReturn:
        raise OverflowError

    monkeypatch.setattr(room, "evaluate", overflow)
    assert [found.code for found in pl.verify(result).violations] == ["not-computable"]


def test_unreadable_files_are_errors_of_the_input(tmp_path: Path) -> None:
    """Something that is no result at all is refused, not refuted."""
    (tmp_path / "r.json").write_text("problem: dummy\n")
    for name in ("r.json", "none.json"):
        with pytest.raises(pl.InputError):
            pl.verify(tmp_path / name)


@pytest.fixture
def with_table(dummy_problem: Path, data: dict[str, Any], tmp_path: Path) -> Path:
    """A result whose instance has a side-car, saved beside it."""
    np.savez(tmp_path / "numbers.npz", numbers=np.array(data.pop("numbers"), dtype=float))
    instance = pl.load({**data, "table": {"file": "numbers.npz"}}, folder=tmp_path)
    result = pl.solve(instance)
    assert pl.verify(result)
    result.save(tmp_path / "r.json")
    return tmp_path / "r.json"


def test_side_cars_are_read_beside_the_result_or_from_a_folder(
    with_table: Path, tmp_path: Path
) -> None:
    """`data_dir` says where side-cars are, if not beside the result."""
    assert pl.verify(with_table)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "numbers.npz").rename(elsewhere / "numbers.npz")
    assert pl.verify(with_table, data_dir=elsewhere)
    assert [found.code for found in pl.verify(with_table).violations] == ["sidecar-missing"]


def test_changed_side_car_is_found(with_table: Path, tmp_path: Path) -> None:
    """A side-car with other numbers is not the instance that was solved."""
    np.savez(tmp_path / "numbers.npz", numbers=np.array([4.0, 3, 8, 1, 9]))
    codes = {found.code for found in pl.verify(with_table).violations}
    assert "digest-sidecar" in codes


def test_verify_imports_no_solver(solved: Solved, tmp_path: Path) -> None:
    """A machine without any solver can verify."""
    solved().save(tmp_path / "r.json")
    code = (
        "import sys, planner; assert planner.verify(sys.argv[1]);"
        "heavy = {'highspy', 'ortools', 'cvxpy', 'pulp', 'networkx', 'scipy', 'rich'};"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "r.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
