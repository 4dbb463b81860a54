"""The plan that is there before the worker process has begun.

What is offered is searched for here, so that worker and re-check need not do so again. Where the
time limit ends that, the demands whose protocols are known are all there is to plan.
"""

from dataclasses import replace

from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.models.entanglement_scheduling.protocols.patience import OutOfTime, patient_until
from planner.models.entanglement_scheduling.protocols.routes import shortest_paths
from planner.models.entanglement_scheduling.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.entanglement_scheduling.answers import answer_for
from planner.solvers.entanglement_scheduling.deadline import Deadline
from planner.solvers.entanglement_scheduling.greedy import by_density, first_schedule
from planner.solvers.entanglement_scheduling.jobs import jobs_of
from planner.solvers.entanglement_scheduling.prices import NOTHING

SEARCH = 0.65
"""Share of the time in which protocols are searched for; the rest is for inserting."""
NOTE = "What fits is inserted one by one."


def opening(instance: EntanglementScheduling, run: Run) -> Answer | None:
    """Report tasks or demands inserted one by one; return that where there is no time for more."""
    view = instance.view
    deadline = Deadline(view, run)
    complete = view.is_rigid or _search(view, deadline)
    known = view if complete else view.as_searched()
    starts = first_schedule(known, by_density(jobs_of(known).jobs), deadline.is_over)
    answer = answer_for(known, starts, NOTHING, notes=(NOTE,))
    if answer.plan is not None:
        run.report("insertion", answer=answer)
    if complete:
        return None
    part = f"Protocols were searched for {len(view.menus)} of {len(view.demands)} demands in time."
    return replace(
        answer, stopped_by=run.stopping() or "time", deterministic=False, notes=(NOTE, part)
    )


def _search(view: View, deadline: Deadline) -> bool:
    """Search for the protocols of the demands in turn; return whether there was time for all."""
    try:
        with patient_until(lambda: deadline.is_over(SEARCH)):
            for place in sorted(range(len(view.demands)), key=lambda each: _effort(view, each)):
                view.menu(place)
    except OutOfTime:
        return False
    return True


def _effort(view: View, place: int) -> tuple[bool, int]:
    """Return what puts mandatory demands first, then those over few links."""
    want = view.demands[place]
    assert want.source is not None
    assert want.target is not None
    paths = shortest_paths(view.network, want.source, want.target, 1)
    return not want.mandatory, len(paths[0]) if paths else 0
