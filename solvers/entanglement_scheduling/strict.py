"""Strictly periodic schedules: every repetition a period after the one before it.

One phase per demand is all there is to choose, so that this is fast; where jitter must be zero
anyway it is exact.
"""

from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.solvers.contract import Answer, Run
from planner.solvers.entanglement_scheduling import search


def solve(instance: EntanglementScheduling, run: Run) -> Answer:
    """Return the best strictly periodic schedule; it keeps any limit on jitter."""
    return search.solve(instance, run, strict=True)
