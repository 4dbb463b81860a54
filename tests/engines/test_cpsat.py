"""Constraint programmes to CP-SAT, and minimal conflicting sets."""

import itertools
import threading
from typing import Any

import numpy as np
import pytest
from engine_models import cap_cover, market_split, to_cpsat
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from planner.models.base.errors import BackendError
from planner.solvers.contract import Budget, Run
from planner.solvers.engines.conflicts import find_conflict
from planner.solvers.engines.cpsat import _Objective, solve_cpsat
from planner.solvers.engines.outcome import Status


def single(limit: float | None = None) -> Run:
    return Run(Budget(workers=1, time_limit=limit))


def thirds(maximise: bool = False) -> Any:
    """Return a model whose optimum, in thirds, is 7 (or 14)."""
    model = cp_model.CpModel()
    x = model.new_int_var(1, 2, "x")
    (model.maximize if maximise else model.minimize)(7 * x)
    return model


def test_a_scaled_objective() -> None:
    """Objective and bound are divided; the bound never excludes the optimum."""
    low, high = (solve_cpsat(thirds(flag), run=single(), scale=3.0) for flag in (False, True))
    assert (low.status, high.status) == (Status.OPTIMAL, Status.OPTIMAL)
    assert low.objective == 7 / 3
    assert high.objective == 14 / 3
    assert low.bound is not None
    assert high.bound is not None
    assert low.bound <= 7 / 3 <= low.bound * (1 + 1e-15)
    assert high.bound * (1 - 1e-15) <= 14 / 3 <= high.bound


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.integers(-(2**40), 2**40),
    st.sampled_from([1.0, 3.0, 7.0, 0.1, 1e6, 4.0]),
    st.booleans(),
)
def test_bounds_are_rounded_outward(native: int, scale: float, maximise: bool) -> None:
    """Below the exact quotient for a minimisation, above for a maximisation, exact if it can be."""
    from fractions import Fraction

    bound = Fraction(_Objective(thirds(maximise), scale).bound(float(native)))
    exact = Fraction(native) / Fraction(scale)
    assert bound >= exact if maximise else bound <= exact
    assert abs(bound - exact) <= abs(exact) / 2**50
    if scale in {1.0, 4.0}:
        assert bound == exact


def test_a_satisfaction_problem() -> None:
    """Without an objective a solution is all there is to find, and no number is made up."""
    model = cp_model.CpModel()
    x = model.new_int_var(0, 5, "x")
    model.add(x >= 5)
    outcome = solve_cpsat(
        model, run=single(), on_solution=lambda *told: pytest.fail("no objective")
    )
    assert (outcome.status, outcome.objective, outcome.bound) == (Status.OPTIMAL, None, None)
    assert outcome.values is not None
    assert outcome.values.tolist() == [5.0]


def test_unknown_has_no_bound_of_zero() -> None:
    """CP-SAT reports objective and bound 0 when it knows neither; 0 would be a wrong bound here."""
    model = to_cpsat(cap_cover(4))
    model.maximize(sum(model.get_int_var_from_proto_index(index) for index in range(81)))
    outcome = solve_cpsat(model, run=single(0.001))
    assert (outcome.status, outcome.stopped_by) == (Status.UNKNOWN, "time")
    assert outcome.objective is None
    assert outcome.bound is None or outcome.bound >= 81


@pytest.mark.parametrize("workers", [None, 1])
def test_solutions_and_bounds_stream(workers: int | None) -> None:
    """Each better than the last, one call at a time, bounds below the optimum."""
    found: list[tuple[np.ndarray, float, float | None]] = []
    bounds: list[float] = []
    inside = threading.Lock()

    def alone(*told: Any) -> None:
        assert inside.acquire(blocking=False)
        found.append(told)
        inside.release()

    run = Run(Budget(workers=workers))
    outcome = solve_cpsat(
        to_cpsat(cap_cover(3)), run=run, on_solution=alone, on_bound=bounds.append
    )
    assert (outcome.status, outcome.objective) == (Status.OPTIMAL, 18)
    assert found[-1][1] == 18
    assert all(values.sum() == objective for values, objective, _ in found)
    assert bounds == sorted(bounds)
    assert bounds[-1] <= 18


@pytest.mark.parametrize(("workers", "expected"), [(None, "8 workers"), (1, "1 worker")])
def test_workers_are_explicit(
    workers: int | None, expected: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Eight unless told otherwise, however many cores there are; one gets the full relaxation."""
    with caplog.at_level("DEBUG", logger="planner.engines.cpsat"):
        solve_cpsat(to_cpsat(cap_cover(2)), run=Run(Budget(workers=workers)))
    assert expected in caplog.text
    assert ("linearization_level: 2" in caplog.text) == (workers == 1)


def test_the_seed_decides() -> None:
    """The same seed gives the same values with one worker."""
    model = to_cpsat(cap_cover(3))
    runs = [Run(Budget(workers=1), seed=seed) for seed in (5, 5)]
    first, second = (solve_cpsat(model, run=run).values for run in runs)
    assert first is not None
    assert (first == second).all()


def test_a_request_to_stop_is_heard() -> None:
    """From another thread, before or after the search has begun."""
    for delay in (0.0, 0.3):
        run = Run()
        threading.Timer(delay, run.stop).start()
        outcome = solve_cpsat(to_cpsat(market_split(6, 50)), run=run)
        assert outcome.stopped_by == "interrupt"
        assert run.elapsed() < 10


def test_a_limit_of_its_own_is_a_time_limit() -> None:
    """Shorter than that of the run, which has none here."""
    options = {"max_time_in_seconds": 0.3}
    outcome = solve_cpsat(to_cpsat(cap_cover(4)), run=Run(Budget(workers=1)), options=options)
    assert outcome.stopped_by == "time"


def test_a_listener_that_fails_is_heard() -> None:
    """An exception in a callback comes out of the call, not to a console."""

    def fail(*told: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        solve_cpsat(to_cpsat(cap_cover(2)), run=single(5), on_solution=fail)


def test_a_bad_model_is_an_error() -> None:
    """The error says what CP-SAT finds invalid."""
    model = cp_model.CpModel()
    model.new_int_var(-(2**62), 2**62, "wide")
    with pytest.raises(BackendError, match=r"`MODEL_INVALID`(.|\n)*wide"):
        solve_cpsat(model, run=single())


def test_a_refused_parameter_is_an_error() -> None:
    """Neither an unknown name nor a value of the wrong type is ignored."""
    for options in ({"nonsense": 1}, {"num_workers": "many"}):
        with pytest.raises(BackendError, match=next(iter(options))):
            solve_cpsat(thirds(), run=single(), options=options)


def test_a_fractional_objective_is_refused() -> None:
    """CP-SAT would scale it in its own way, and its bound with it."""
    model = cp_model.CpModel()
    model.minimize(0.5 * model.new_bool_var("x"))
    with pytest.raises(ValueError, match="scale"):
        solve_cpsat(model, run=single())


def demands_on_two() -> tuple[Any, list[Any]]:
    """Return x, y in 0..10 and six demands, of which the second and the last conflict."""
    model = cp_model.CpModel()
    x, y = model.new_int_var(0, 10, "x"), model.new_int_var(0, 10, "y")
    asked = [x >= 6, x + y <= 8, x + y >= 3, y >= 2, y <= 9, x + y >= 9]
    demands = [model.new_bool_var(f"demand{index}") for index in range(len(asked))]
    for demand, constraint in zip(demands, asked, strict=True):
        model.add(constraint).only_enforce_if(demand)
    model.minimize(x)
    return model, demands


def test_a_minimal_conflict_is_named() -> None:
    """Two of six demands; the model keeps its objective and gains no assumptions."""
    model, demands = demands_on_two()
    conflict = find_conflict(model, demands, run=single())
    assert conflict is not None
    assert (conflict.members, conflict.is_minimal) == ((1, 5), True)
    assert model.has_objective()
    assert list(model.proto.assumptions) == []


def test_demands_that_can_be_met_do_not_conflict() -> None:
    """Without the last demand there is nothing to explain."""
    model, demands = demands_on_two()
    assert find_conflict(model, demands[:5], run=single()) is None


def test_a_model_that_is_infeasible_by_itself() -> None:
    """No demand is to blame."""
    model, demands = demands_on_two()
    model.add(demands[0] + demands[1] >= 3)
    conflict = find_conflict(model, demands, run=single())
    assert conflict is not None
    assert conflict.members == ()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=6))
def test_conflicts_against_enumeration(windows: list[tuple[int, int]]) -> None:
    """Windows for one number: the members conflict, and without any one of them they do not."""
    model = cp_model.CpModel()
    x = model.new_int_var(0, 4, "x")
    demands = []
    for index, (low, high) in enumerate(windows):
        demands.append(model.new_bool_var(f"demand{index}"))
        model.add_linear_constraint(x, low, high).only_enforce_if(demands[-1])

    def conflicts(members: tuple[int, ...]) -> bool:
        chosen = [windows[member] for member in members]
        return not any(all(low <= v <= high for low, high in chosen) for v in range(5))

    conflict = find_conflict(model, demands, run=single())
    everything = tuple(range(len(windows)))
    assert (conflict is not None) == conflicts(everything)
    if conflict is not None:
        assert conflict.is_minimal
        assert conflicts(conflict.members)
        for rest in itertools.combinations(conflict.members, len(conflict.members) - 1):
            assert not conflicts(rest)
