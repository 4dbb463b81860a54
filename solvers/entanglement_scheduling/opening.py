"""The plan that is there before the worker process has begun."""

from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.solvers.contract import Answer, Run
from planner.solvers.entanglement_scheduling.answers import answer_for
from planner.solvers.entanglement_scheduling.greedy import by_density, first_schedule
from planner.solvers.entanglement_scheduling.jobs import jobs_of
from planner.solvers.entanglement_scheduling.prices import NOTHING

REPETITIONS = 5_000
"""Repetitions up to which insertion takes no time worth mentioning."""


def opening(instance: EntanglementScheduling, run: Run) -> Answer | None:
    """Report rigid tasks inserted one by one; searching for protocols takes longer than that."""
    view = instance.view
    if not view.is_rigid:
        return None
    jobs = jobs_of(view)
    if jobs.repetitions > REPETITIONS:
        return None
    starts = first_schedule(view, by_density(jobs.jobs), run)
    answer = answer_for(view, starts, NOTHING, notes=("Tasks are inserted one by one.",))
    if answer.plan is not None:
        run.report("insertion", answer=answer)
    return None
