"""The exact schedule: repetitions anywhere in their windows, with the jitter that is allowed."""

from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.solvers.contract import Answer, Run
from planner.solvers.entanglement_scheduling import search


def solve(instance: EntanglementScheduling, run: Run) -> Answer:
    """Return the best schedule, beginning at the best strictly periodic one."""
    return search.solve(instance, run, strict=False)
