"""Convex programmes through CVXPY to Clarabel and SCS."""

import threading
from typing import Any

import cvxpy as cp
import numpy as np
import pytest

from planner.models.base.errors import BackendError, CapabilityError
from planner.solvers.contract import Budget, Run
from planner.solvers.engines.cvxpy_engine import solve_cvxpy
from planner.solvers.engines.outcome import Status

on_both = pytest.mark.parametrize("backend", ["clarabel", "scs"])


def semidefinite(maximise: bool = False) -> Any:
    """Return: least (or most) of 2 X01 + 3 over correlation matrices, 1 (or 5)."""
    matrix = cp.Variable((2, 2), PSD=True)
    sense = cp.Maximize if maximise else cp.Minimize
    return cp.Problem(sense(2 * matrix[0, 1] + 3), [cp.diag(matrix) == 1])


def slow(size: int = 40) -> Any:
    """Return a semidefinite programme that takes Clarabel seconds."""
    rng = np.random.default_rng(0)
    cost = rng.standard_normal((size, size))
    matrix = cp.Variable((size, size), PSD=True)
    limits = [cp.diag(matrix) == 1, matrix >= -0.5]
    return cp.Problem(cp.Maximize(cp.trace((cost + cost.T) @ matrix)), limits)


@pytest.mark.parametrize(("maximise", "optimum"), [(False, 1.0), (True, 5.0)])
def test_clarabel_brings_a_bound(maximise: bool, optimum: float) -> None:
    """Its dual objective, on the right side of its objective, constant included."""
    problem = semidefinite(maximise)
    outcome = solve_cvxpy(problem, run=Run())
    assert outcome.status is Status.OPTIMAL
    assert outcome.objective == pytest.approx(optimum, abs=1e-6)
    assert outcome.bound == pytest.approx(optimum, abs=1e-6)
    assert outcome.objective is not None
    assert outcome.bound is not None
    side = 1 if maximise else -1
    assert side * outcome.bound >= side * outcome.objective
    corner = -1.0 if not maximise else 1.0
    assert outcome.values == pytest.approx([1, corner, corner, 1], abs=1e-5)
    assert problem.variables()[0].value[0, 1] == pytest.approx(corner, abs=1e-5)
    assert "Solved" in outcome.log


def test_first_order_values_are_not_bounds() -> None:
    """SCS comes close, and yet is never optimal: nothing bounds its value."""
    outcome = solve_cvxpy(semidefinite(), run=Run(), backend="scs")
    assert outcome.objective == pytest.approx(1.0, abs=1e-4)
    assert (outcome.status, outcome.bound) == (Status.FEASIBLE, None)


@on_both
def test_quadratic_programmes(backend: str) -> None:
    """|y - (1, -2)|^2 + 7 with y >= 0 and a sum of at most 1/2: 11.25 at (1/2, 0)."""
    point = cp.Variable(2, nonneg=True)
    objective = cp.sum_squares(point - np.array([1.0, -2.0])) + 7
    problem = cp.Problem(cp.Minimize(objective), [cp.sum(point) <= 0.5])
    outcome = solve_cvxpy(problem, run=Run(), backend=backend)
    assert outcome.objective == pytest.approx(11.25, abs=1e-4)
    assert outcome.status is (Status.OPTIMAL if backend == "clarabel" else Status.FEASIBLE)


@on_both
def test_infeasible_and_unbounded(backend: str) -> None:
    """Told apart even where both the programme and its dual are infeasible."""
    x, y = cp.Variable(), cp.Variable()
    cases = [
        (cp.Problem(cp.Minimize(x), [x >= 1, x <= 0]), Status.INFEASIBLE),
        (cp.Problem(cp.Maximize(x), [x >= 0]), Status.UNBOUNDED),
        (cp.Problem(cp.Minimize(x), [x <= 0, y >= 1, y <= 0]), Status.INFEASIBLE),
    ]
    for problem, expected in cases:
        outcome = solve_cvxpy(problem, run=Run(), backend=backend)
        assert outcome.status is expected
        assert (outcome.objective, outcome.bound, outcome.values) == (None, None, None)
        assert all(variable.value is None for variable in problem.variables())


@on_both
def test_a_time_limit_is_never_optimal(backend: str) -> None:
    """Whatever CVXPY would call it: `user_limit`, or `optimal_inaccurate`."""
    options = {} if backend == "clarabel" else {"eps_abs": 1e-14, "eps_rel": 1e-14}
    run = Run(Budget(time_limit=0.15))
    outcome = solve_cvxpy(slow(), run=run, backend=backend, options=options)
    assert outcome.stopped_by == "time"
    assert outcome.status in {Status.UNKNOWN, Status.FEASIBLE}
    assert outcome.bound is None
    assert run.elapsed() <= 0.15 * 1.1 + 1


def test_clarabel_stops_when_asked() -> None:
    """It looks at the run at every iteration."""
    run = Run()
    threading.Timer(0.2, run.stop).start()
    outcome = solve_cvxpy(slow(), run=run)
    assert (outcome.status, outcome.stopped_by) == (Status.UNKNOWN, "interrupt")


@pytest.mark.parametrize("name", ["highs", "CLARABEL", "osqp", ""])
def test_an_unknown_backend_is_refused(name: str) -> None:
    """HiGHS above all, which is wrong on quadratic programmes."""
    with pytest.raises(CapabilityError, match="`clarabel` or `scs`"):
        solve_cvxpy(semidefinite(), run=Run(), backend=name)


@on_both
def test_a_refused_setting_is_an_error(backend: str) -> None:
    """An unknown name is not ignored."""
    with pytest.raises(BackendError, match="nonsense"):
        solve_cvxpy(semidefinite(), run=Run(), backend=backend, options={"nonsense": 1})


def test_a_problem_that_a_backend_cannot_take_is_an_error() -> None:
    """SCS needs a constraint, neither takes whole numbers."""
    with pytest.raises(BackendError, match="scs cannot solve"):
        solve_cvxpy(cp.Problem(cp.Minimize(cp.Variable())), run=Run(), backend="scs")
    whole = cp.Variable(integer=True)
    with pytest.raises(BackendError, match="clarabel cannot solve"):
        solve_cvxpy(cp.Problem(cp.Minimize(whole), [whole >= 0.5]), run=Run())


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    """Clarabel's log is kept, SCS is silent."""
    for backend in ("clarabel", "scs"):
        solve_cvxpy(semidefinite(), run=Run(), backend=backend)
    assert capfd.readouterr() == ("", "")
