"""The least makespan of a small instance, by complete search."""

from planner.models.rcpsp.bounds import find_impossible
from planner.models.rcpsp.instance import Rcpsp
from planner.models.rcpsp.search import search

LARGEST = 12
"""Activities up to which everything is tried."""
_STEPS = 200_000


def optimum(instance: Rcpsp) -> float | None:
    """Return the least makespan in periods, or `None`: no plan, or too many activities.

    Schedules are asked to be shorter and shorter, until there is none.
    """
    view = instance.view
    if view.activities > LARGEST or find_impossible(view) is not None:
        return None
    best: int | None = None
    while True:
        found = search(view, None if best is None else best - 1, _STEPS)
        if not found.is_complete:
            return None
        if found.start is None:
            return None if best is None else float(best)
        best = int((found.start + view.duration).max())
