"""The least makespan by CP-SAT, from a generated schedule and the bounds known without it.

Where the schedule already meets a bound there is nothing to search. What only CP-SAT proves is
its word, unless a short search of our own proves it again.
"""

import math
from typing import Any

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.rcpsp.bounds import best_bound
from planner.models.rcpsp.certificate import Proof
from planner.models.rcpsp.instance import Rcpsp
from planner.models.rcpsp.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.rcpsp import sgs
from planner.solvers.rcpsp.answers import answer_for, impossible
from planner.solvers.rcpsp.branching import exhausted, exhaustive_proof
from planner.solvers.rcpsp.cpsat_model import Built, build, longest

SAMPLES = 60
"""Random schedules before the search, which need not be many."""
_WORKERS, _FEW = 8, 4
_FIRST_SECONDS = 20.0
_NAME = "CP-SAT"


def solve(instance: Rcpsp, run: Run) -> Answer:
    """Return the best schedule and the strongest proof of its makespan."""
    view = instance.view
    none = impossible(view)
    if none is not None:
        return none
    start = _first(instance, run)
    ceiling = longest(view) if start is None else sgs.makespan(view, start)
    if run.stopping() is not None:
        return answer_for(view, start, best_bound(view, 0), stopped_by=run.stopping())
    proved = best_bound(view, ceiling)
    if start is not None:
        run.report("bounds", answer=answer_for(view, start, proved), bound=float(proved[0]))
        if proved[0] >= ceiling:
            return answer_for(view, start, proved)
    return _search(view, run, start, max(ceiling, proved[0]), proved)


def _first(instance: Rcpsp, run: Run) -> IntArray | None:
    """Return a generated schedule, or `None` where maximum lags need search."""
    view = instance.view
    if sgs.refuses(instance) is not None:
        return None
    best: IntArray | None = None
    for start in sgs.schedules(view, run, SAMPLES):
        if best is None or sgs.makespan(view, start) < sgs.makespan(view, best):
            best = start
            run.report("schedules", answer=answer_for(view, best, None))
        if run.stopping() is not None:
            break
    return best


def _search(
    view: View, run: Run, start: IntArray | None, ceiling: int, proved: tuple[int, Proof]
) -> Answer:
    from planner.solvers.engines.cpsat import solve_cpsat
    from planner.solvers.engines.outcome import Status

    more: dict[str, Any] = {"deterministic": run.budget.workers == 1}
    floor = proved[0]
    for options in _stages(run):
        built = build(view, floor, ceiling, start)
        follow = _Follower(view, run, built, proved)
        outcome = solve_cpsat(
            built.model,
            run=run,
            on_solution=follow.solution,
            on_bound=follow.bound,
            options=options,
        )
        more |= {"backends": outcome.backends, "stopped_by": outcome.stopped_by}
        if outcome.status is Status.INFEASIBLE:
            word = Answer(infeasible=True, solver=_NAME, backends=outcome.backends)
            return exhausted(view) or word
        if outcome.values is not None:
            start = built.starts(outcome.values)
            ceiling = sgs.makespan(view, start)
        if outcome.bound is not None:
            floor = max(floor, math.ceil(outcome.bound) * built.period)
        if outcome.status is Status.OPTIMAL or outcome.stopped_by == "gap" or run.stopping():
            break
    if floor > proved[0]:
        again = exhaustive_proof(view, floor) if run.stopping() is None else None
        if again is None:
            more |= {"solver_bound": float(floor), "solver": _NAME}
            more["notes"] = (f"{_NAME} says that no plan is shorter than {floor} periods.",)
        else:
            proved = again
    return answer_for(view, start, proved, **more)


def _stages(run: Run) -> list[dict[str, Any]]:
    """Return the parameters of each search: few workers, which look for schedules, then all.

    With eight workers most are busy with the bound. A schedule that is good enough early makes
    the domains of all starts smaller, and the proof with them.
    """
    workers, remaining = run.budget.workers or _WORKERS, run.remaining()
    propagation = {
        "num_workers": workers,
        "use_overload_checker_in_cumulative": True,
        "use_timetable_edge_finding_in_cumulative": True,
        "use_disjunctive_constraint_in_cumulative": True,
    }
    if workers <= _FEW:
        return [propagation]
    seconds = _FIRST_SECONDS if remaining is None else min(_FIRST_SECONDS, remaining / 4)
    return [{"num_workers": _FEW, "max_time_in_seconds": seconds}, propagation]


class _Follower:
    """Reports what CP-SAT finds while it searches."""

    def __init__(self, view: View, run: Run, built: Built, proved: tuple[int, Proof]) -> None:
        self._view, self._run, self._built, self._proved = view, run, built, proved

    def solution(self, values: FloatArray, objective: float, bound: float | None) -> None:
        answer = answer_for(self._view, self._built.starts(values), self._proved)
        self._run.report("CP-SAT", answer=answer)
        if bound is not None:
            self.bound(bound)

    def bound(self, value: float) -> None:
        self._run.report("CP-SAT", bound=max(value * self._built.period, float(self._proved[0])))
