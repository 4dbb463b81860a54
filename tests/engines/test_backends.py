"""What every backend for integer programmes must hold to."""

import itertools

import numpy as np
import pytest
from engine_models import INF, INTEGER, cap_cover, market_split, programme, solve
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.solvers.contract import Budget, Run
from planner.solvers.engines.linear import Linear
from planner.solvers.engines.outcome import Status

# min 2x + y, 2x + y >= 10, x binary, y >= 9: HiGHS 1.14.0 says 11, and calls that optimal.
WRONG_IN_1_14 = programme([2, 1], [[2, 1]], [10], [INF], [(0, 1), (9, 100)])

# min 4x + 2y, 16.5 <= 6x + 5y <= 18.5, x and y whole: CBC's preprocessing says 12.
WRONG_IN_PREPROCESSING = programme([4, 2], [[6, 5]], [16.5], [18.5], [(0, 10), (0, 10)])

on_every_backend = pytest.mark.parametrize("backend", INTEGER)


def quick(limit: float | None = None, gap: float = 1e-6) -> Run:
    return Run(Budget(time_limit=limit, gap=gap, workers=1))


@on_every_backend
def test_the_optimum_that_one_release_gets_wrong(backend: str) -> None:
    """The optimum is 10; a release of HiGHS answers 11."""
    outcome = solve(backend, WRONG_IN_1_14, quick())
    assert outcome.status is Status.OPTIMAL
    assert outcome.objective == pytest.approx(10, abs=1e-9)
    assert outcome.bound == pytest.approx(10, abs=1e-9)
    assert outcome.stopped_by is None


@pytest.mark.parametrize("backend", ["highs", "cbc"])
def test_the_optimum_that_preprocessing_gets_wrong(backend: str) -> None:
    """The optimum is 10, at (2, 1); CBC 2.10 misses it unless its preprocessing is off."""
    outcome = solve(backend, WRONG_IN_PREPROCESSING, quick())
    assert outcome.status is Status.OPTIMAL
    assert outcome.objective == pytest.approx(10)


@on_every_backend
def test_a_time_limit_is_never_optimal(backend: str) -> None:
    """A hard programme with easy solutions: best so far, `time`, and a bound below the optimum."""
    run = quick(0.6)
    outcome = solve(backend, cap_cover(4), run)
    assert outcome.status in {Status.FEASIBLE, Status.UNKNOWN}
    assert outcome.stopped_by == "time"
    assert outcome.bound is None or outcome.bound <= 61
    if outcome.has_solution:
        assert outcome.objective is not None
        assert outcome.objective >= 61
    assert run.elapsed() <= 0.6 * 1.1 + 1


@on_every_backend
def test_a_time_limit_without_a_solution_is_unknown(backend: str) -> None:
    """The values of a relaxation are no solution, and no number stands for what is unknown."""
    outcome = solve(backend, market_split(), quick(0.4))
    assert (outcome.status, outcome.stopped_by) == (Status.UNKNOWN, "time")
    assert outcome.values is None
    assert outcome.objective is None


@on_every_backend
def test_infeasible_programmes(backend: str) -> None:
    """Both where the relaxation is infeasible and where only whole numbers fail."""
    for coefficient, right in ((1, 11), (2, 3)):
        case = programme([1, 0], [[coefficient] * 2], [right], [right], [(0, 5), (0, 5)])
        outcome = solve(backend, case, quick())
        assert outcome.status is Status.INFEASIBLE
        assert (outcome.objective, outcome.bound, outcome.values) == (None, None, None)


@pytest.mark.parametrize("backend", INTEGER[:3])
@pytest.mark.parametrize("integral", [False, True])
def test_unbounded_programmes(backend: str, integral: bool) -> None:
    """CP-SAT is left out: its variables are bounded."""
    case = programme([-1, -1], [[1, -1]], [-INF], [6], [(0, INF), (0, INF)], integral)
    outcome = solve(backend, case, quick())
    assert outcome.status is Status.UNBOUNDED
    assert (outcome.objective, outcome.bound, outcome.values) == (None, None, None)


@pytest.mark.parametrize("backend", INTEGER[:3])
def test_an_unbounded_relaxation_without_a_whole_solution(backend: str) -> None:
    """2x - 2y = 1 has no whole solution, however unbounded its relaxation."""
    case = programme([-1, 0], [[2, -2]], [1], [1], [(0, INF), (0, INF)])
    assert solve(backend, case, quick()).status is Status.INFEASIBLE


@on_every_backend
def test_a_gap_that_was_asked_for(backend: str) -> None:
    """A search that ends within the gap, but not with it closed, is feasible and says `gap`."""
    outcome = solve(backend, cap_cover(3), quick(gap=0.6))
    assert outcome.objective is not None
    assert outcome.bound is not None
    assert outcome.bound <= 18 <= outcome.objective
    assert outcome.objective - outcome.bound <= 0.6 * outcome.bound
    closed = outcome.objective - outcome.bound <= 1e-6 * 18
    expected = (Status.OPTIMAL, None) if closed else (Status.FEASIBLE, "gap")
    assert (outcome.status, outcome.stopped_by) == expected


@on_every_backend
def test_a_run_that_was_stopped_starts_nothing(backend: str) -> None:
    """A request to stop before the solver has begun is kept."""
    run = quick()
    run.stop()
    outcome = solve(backend, WRONG_IN_1_14, run)
    assert (outcome.status, outcome.stopped_by) == (Status.UNKNOWN, "interrupt")


@st.composite
def small_programmes(draw: st.DrawFn) -> Linear:
    """Up to four columns and three rows of small whole numbers."""
    columns, rows = draw(st.integers(1, 4)), draw(st.integers(0, 3))
    number = st.integers(-5, 5).map(float)
    row = st.lists(number, min_size=columns, max_size=columns)
    width = draw(st.integers(1, 3))
    low, high = [], []
    for kind in draw(st.lists(st.sampled_from("<>=|"), min_size=rows, max_size=rows)):
        limit = draw(number)
        low.append(-INF if kind == "<" else limit)
        high.append(INF if kind == ">" else limit + (2.0 if kind == "|" else 0.0))
    matrix = draw(st.lists(row, min_size=rows, max_size=rows))
    box = [(start, start + width) for start in draw(row)]
    return programme(draw(row), matrix, low, high, box)


def enumerate_optimum(case: Linear) -> float | None:
    """Return the optimum by trying every point of the box."""
    sides = [
        np.arange(low, high + 1) for low, high in zip(case.col_lower, case.col_upper, strict=True)
    ]
    points = np.array(list(itertools.product(*sides)))
    rows = points @ case.matrix.toarray().T
    keeps = ((rows >= case.row_lower) & (rows <= case.row_upper)).all(axis=1)
    return float((points @ case.cost)[keeps].min()) if keeps.any() else None


@pytest.mark.parametrize("backend", ["highs", "cbc", "cpsat"])
@settings(max_examples=25, deadline=None, derandomize=True)
@given(case=small_programmes(), gap=st.sampled_from([1e-6, 0.5]))
def test_against_enumeration(backend: str, case: Linear, gap: float) -> None:
    """Bound <= optimum <= objective, optimal where it says so, infeasible where it is."""
    optimum = enumerate_optimum(case)
    outcome = solve(backend, case, quick(gap=gap))
    if optimum is None:
        assert outcome.status is Status.INFEASIBLE
        return
    assert outcome.objective is not None
    assert outcome.bound is not None
    assert outcome.bound - 1e-9 <= optimum <= outcome.objective + 1e-9
    if outcome.status is Status.OPTIMAL:
        assert outcome.objective == pytest.approx(optimum, abs=1e-9)
    if gap < 1e-3:
        assert outcome.status is Status.OPTIMAL
