"""Constraint programmes to CP-SAT."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.errors import BackendError
from planner.models.base.rounding import lower, upper
from planner.solvers.contract import Run, StopReason
from planner.solvers.engines.logs import LogTail
from planner.solvers.engines.outcome import (
    OnBound,
    OnSolution,
    Outcome,
    Status,
    gap_of_objective,
    grade,
)
from planner.solvers.engines.statuses import verdict
from planner.solvers.engines.versions import require
from planner.solvers.engines.watch import watching

_WORKERS = 8
"""With few workers CP-SAT may never prove an assignment, however many cores there are."""


def solve_cpsat(
    model: Any,
    *,
    run: Run,
    scale: float = 1.0,
    on_solution: OnSolution | None = None,
    on_bound: OnBound | None = None,
    options: Mapping[str, Any] | None = None,
) -> Outcome:
    """Solve a `cp_model.CpModel` within the limits of `run`.

    Several workers make the solution depend on timing. Hints belong to the model
    (`model.add_hint`). `values` has one entry per variable of the model, in order of creation.

    Parameters
    ----------
    scale
        How much of the model's whole-number objective makes one unit of the real objective:
        objective and bound are divided by it, the bound rounded outward. The bound holds for the
        real problem only if its coefficients were rounded outward too.
    on_solution, on_bound
        Told of better solutions and bounds, from the solver's threads, one call at a time.
    options
        Further CP-SAT parameters, by their native names.

    Raises
    ------
    BackendError
        The model is invalid, or a parameter does not exist.
    ValueError
        The objective is not one of whole numbers.
    """
    blank = Outcome(
        status=Status.UNKNOWN,
        backend="cpsat",
        version=require("cpsat")["ortools"],
        stopped_by=run.stopping(),
    )
    if blank.stopped_by is not None:
        return blank
    if model.proto.has_floating_point_objective():
        raise ValueError("CP-SAT is given whole-number objectives only; multiply, and say `scale`")
    relay = _Relay(_Objective(model, scale), on_solution, on_bound)
    return _solve(model, relay, run, options or {}, blank)


def _solve(
    model: Any, relay: "_Relay", run: Run, options: Mapping[str, Any], blank: Outcome
) -> Outcome:
    from ortools.sat.python import cp_model

    tail = LogTail("cpsat")
    solver = cp_model.CpSolver()
    solver.log_callback = tail.write_line
    solver.best_bound_callback = relay.bound
    _set_parameters(solver.parameters, run, options)
    with watching(run, solver.stop_search):
        code = solver.solve(model, _callback(relay))
    detail = model.validate() if code == cp_model.MODEL_INVALID else tail.text
    status, _ = verdict("cpsat", code.name, detail)
    blank = replace(blank, log=tail.text)
    if status is Status.INFEASIBLE:
        core = tuple(solver.sufficient_assumptions_for_infeasibility())
        return replace(blank, status=status, core=core)
    limit = solver.parameters.max_time_in_seconds
    reason = _stopped_by(solver.response_proto, limit, run)
    return _outcome(solver.response_proto, status, relay, replace(blank, stopped_by=reason), run)


class _Objective:
    """Turns the numbers of the model's objective into the real ones."""

    def __init__(self, model: Any, scale: float) -> None:
        # Looking at an objective that is not there would create an empty one.
        self.exists = model.proto.has_objective()
        self._scale = scale
        self._sign = -1 if self.exists and model.proto.objective.scaling_factor < 0 else 1

    def value(self, native: float) -> float:
        return native / self._scale

    def bound(self, native: float) -> float:
        """Return the bound, rounded outward where the division is not exact."""
        value = native / self._scale
        error = Fraction(value) * Fraction(self._scale) - Fraction(native)
        if self._sign * error <= 0:
            return value
        return lower(value) if self._sign == 1 else upper(value)


class _Relay:
    """Passes solutions and bounds on, one call at a time."""

    def __init__(
        self, objective: _Objective, on_solution: OnSolution | None, on_bound: OnBound | None
    ) -> None:
        self.objective = objective
        self.best_bound: float | None = None
        self._on_solution = on_solution
        self._on_bound = on_bound
        self._lock = threading.Lock()

    def bound(self, native: float) -> None:
        with self._lock:
            self.best_bound = self.objective.bound(native)
            if self._on_bound is not None:
                self._on_bound(self.best_bound)

    def solution(self, response: Any) -> None:
        if self._on_solution is None or not self.objective.exists:
            return
        with self._lock:
            objective = self.objective.value(response.objective_value)
            self._on_solution(_values(response), objective, self.best_bound)


def _callback(relay: _Relay) -> Any:
    from ortools.sat.python import cp_model

    class Callback(cp_model.CpSolverSolutionCallback):  # type: ignore[misc]
        def on_solution_callback(self) -> None:
            relay.solution(self.response_proto)

    return Callback()


def _set_parameters(parameters: Any, run: Run, options: Mapping[str, Any]) -> None:
    workers = run.budget.workers or _WORKERS
    remaining = run.remaining()
    wanted: dict[str, Any] = {
        "num_workers": workers,
        "random_seed": run.seed % 2**31,
        "relative_gap_limit": gap_of_objective(run.budget.gap),
        "absolute_gap_limit": 0.0,
        "log_search_progress": True,
        "log_to_stdout": False,
    }
    if workers == 1:
        # A single worker proves assignments only with the full relaxation.
        wanted["linearization_level"] = 2
    if remaining is not None:
        wanted["max_time_in_seconds"] = remaining
    for name, value in {**wanted, **options}.items():
        try:
            setattr(parameters, name, value)
        except (AttributeError, TypeError) as error:
            raise BackendError(f"CP-SAT refuses the parameter {name} = {value!r}") from error


def _outcome(response: Any, status: Status, relay: _Relay, ended: Outcome, run: Run) -> Outcome:
    """Return `ended`, which says why a search without a proof ended, filled in."""
    if status is Status.UNKNOWN:
        # Without a solution the response says 0, whether or not that is a bound.
        return replace(ended, bound=relay.best_bound)
    values = _values(response)
    if not relay.objective.exists:
        return replace(ended, status=Status.OPTIMAL, stopped_by=None, values=values)
    objective = relay.objective.value(response.objective_value)
    bound = relay.objective.bound(response.best_objective_bound)
    grown, reached = grade(status, objective, bound, gap=run.budget.gap)
    if grown is Status.FEASIBLE and status is Status.FEASIBLE:
        reached = ended.stopped_by
    return replace(
        ended, status=grown, stopped_by=reached, objective=objective, bound=bound, values=values
    )


def _stopped_by(response: Any, limit: float, run: Run) -> StopReason:
    """Return why the search ended early: a request, its clock, or a Ctrl-C that it caught."""
    reason = run.stopping()
    if reason is not None:
        return reason
    # CP-SAT leaves off a little before its limit, which may be shorter than that of the run.
    return "time" if response.wall_time >= 0.9 * limit - 0.05 else "interrupt"


def _values(response: Any) -> FloatArray:
    return np.array(list(response.solution), np.float64)
