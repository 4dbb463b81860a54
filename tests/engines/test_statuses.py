"""The table of native codes."""

import pytest

from planner.models.base.errors import BackendError
from planner.solvers.engines.outcome import Status, grade
from planner.solvers.engines.statuses import TABLE, verdict


def test_every_code_of_highs_is_an_answer_or_an_error() -> None:
    """A status that a new HiGHS adds must be looked at."""
    import highspy

    errors = {"kNotset", "kLoadError", "kModelError"}
    errors |= {"kPresolveError", "kSolveError", "kPostsolveError"}
    assert set(TABLE["highs"]) == set(highspy.HighsModelStatus.__members__) - errors


def test_every_code_of_cpsat_is_an_answer_or_an_error() -> None:
    """An invalid model is an error."""
    from ortools.sat.python import cp_model

    assert set(TABLE["cpsat"]) == set(cp_model.CpSolverStatus.__members__) - {"MODEL_INVALID"}


def test_every_code_of_clarabel_is_an_answer_or_an_error() -> None:
    """Not to have solved anything is an error."""
    import clarabel

    names = {name for name in dir(clarabel.SolverStatus) if not name.startswith("_")}
    assert set(TABLE["clarabel"]) == names - {"Unsolved"}


def test_every_code_of_scs_is_an_answer_or_an_error() -> None:
    """Failure is an error; codes are those of the module, except unfinished (0)."""
    import scs

    names = ["SOLVED", "SOLVED_INACCURATE", "UNBOUNDED", "INFEASIBLE", "INDETERMINATE", "SIGINT"]
    names += ["UNBOUNDED_INACCURATE", "INFEASIBLE_INACCURATE"]
    assert set(TABLE["scs"]) == {str(getattr(scs, name)) for name in names}


@pytest.mark.parametrize("backend", TABLE)
def test_an_unknown_code_is_an_error(backend: str) -> None:
    """Never a guess; the error shows what the backend said."""
    with pytest.raises(BackendError, match=r"`Never heard of`(.|\n)*the log"):
        verdict(backend, "Never heard of", "the log")


def test_only_a_proof_is_called_optimal() -> None:
    """No limit, and nothing without a bound of its own, claims more than it has shown."""
    for codes in TABLE.values():
        for code, (status, stopped_by) in codes.items():
            assert stopped_by is None or status is Status.UNKNOWN, code
    assert all(claim.status is not Status.OPTIMAL for claim in TABLE["scs"].values())


@pytest.mark.parametrize(
    ("claimed", "bound", "gap", "expected"),
    [
        (Status.OPTIMAL, 100.0, 1e-6, (Status.OPTIMAL, None)),
        (Status.UNKNOWN, 100.0, 1e-6, (Status.OPTIMAL, None)),
        (Status.OPTIMAL, 90.0, 0.2, (Status.FEASIBLE, "gap")),
        (Status.UNKNOWN, 90.0, 0.2, (Status.FEASIBLE, None)),
        (Status.OPTIMAL, 90.0, 1e-6, (Status.FEASIBLE, None)),
        (Status.OPTIMAL, None, 0.2, (Status.FEASIBLE, None)),
    ],
)
def test_the_grade_of_a_solution(
    claimed: Status, bound: float | None, gap: float, expected: tuple[Status, str | None]
) -> None:
    """An objective of 100 is as good as its bound shows, whatever was claimed."""
    assert grade(claimed, 100.0, bound, gap=gap) == expected
