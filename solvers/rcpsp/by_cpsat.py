"""The least makespan by CP-SAT, from a generated schedule and the bounds known without it.

Where the schedule already meets a bound there is nothing to search.
"""

from collections.abc import Callable

from planner.models.base.arrays import IntArray
from planner.models.rcpsp.bounds import best_bound
from planner.models.rcpsp.certificate import Proof
from planner.models.rcpsp.instance import Rcpsp
from planner.models.rcpsp.lags import longest
from planner.models.rcpsp.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.rcpsp import sgs
from planner.solvers.rcpsp.answers import answer_for, impossible
from planner.solvers.rcpsp.generation import has_cycle
from planner.solvers.rcpsp.shaving import raised, refuted
from planner.solvers.rcpsp.staged import StagedSearch
from planner.solvers.rcpsp.stages import seconds_for

SAMPLES = 20
"""Random schedules before the search, which is quicker at improving them."""
_GENERATED, _SHAVED = (0.15, 10.0), (0.08, 20.0)
"""Share of the time that remains, and the most seconds, in which schedules are generated and
bounds are raised. Checking a bound takes less than finding it."""


def solve(instance: Rcpsp, run: Run) -> Answer:
    """Return the best schedule and the strongest proof of its makespan."""
    view, clock = instance.view, _Clock(run)
    none = impossible(view)
    if none is not None:
        return none
    start = _first(view, run, clock)
    ceiling = longest(view) if start is None else sgs.makespan(view, start)
    if run.stopping() is not None:
        return answer_for(view, start, best_bound(view, 0), stopped_by=run.stopping())
    if start is None:
        none = refuted(view, clock.step(_SHAVED))
        if none is not None:
            return none
    proved = _bound(view, run, clock, ceiling, start)
    if start is not None and proved[0] >= ceiling:
        return answer_for(view, start, proved)
    search = StagedSearch(view, run, start, proved, max(ceiling, proved[0]))
    return search.answer(deterministic=not clock.has_cut)


class _Clock:
    """Ends the steps before the search, and knows whether it ever did."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.has_cut = False

    def step(self, limits: tuple[float, float]) -> Callable[[], bool]:
        """Return what says whether a step is over: its share of what remains, or its seconds."""
        until = self._run.elapsed() + seconds_for(self._run, *limits)

        def is_over() -> bool:
            cuts = self._run.elapsed() > until or self._run.stopping() is not None
            self.has_cut |= cuts
            return cuts

        return is_over


def _first(view: View, run: Run, clock: _Clock) -> IntArray | None:
    """Return a generated schedule, or `None` where maximum lags need search."""
    if has_cycle(view):
        return None
    is_over, quick = clock.step(_GENERATED), best_bound(view, 0)
    best: IntArray | None = None
    for start in sgs.schedules(view, run, SAMPLES):
        if best is None or sgs.makespan(view, start) < sgs.makespan(view, best):
            best = start
            found = answer_for(view, best, quick)
            run.report("schedules", answer=found, bound=float(quick[0]))
        if is_over() or view.activities > sgs.LARGEST:
            break
    return best


def _bound(
    view: View, run: Run, clock: _Clock, ceiling: int, start: IntArray | None
) -> tuple[int, Proof]:
    """Return the best bound that arithmetic gives in a small share of the time."""
    proved = best_bound(view, ceiling)
    run.report("bounds", answer=answer_for(view, start, proved), bound=float(proved[0]))
    for better in raised(view, proved, ceiling, clock.step(_SHAVED)):
        proved = better
        run.report("bounds", answer=answer_for(view, start, proved), bound=float(proved[0]))
    return proved
