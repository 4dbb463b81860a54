"""How much of each resource is held when."""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.rcpsp.view import View


def usage(view: View, start: IntArray) -> tuple[IntArray, IntArray]:
    """Return when usage changes (k,) and the units held from then on (k, m).

    A sweep over starts and ends: activities hold their demand in the half-open interval from start
    to end, so that one may begin in the period in which another ends.
    """
    times, place = np.unique(np.concatenate([start, start + view.duration]), return_inverse=True)
    change = np.zeros((len(times), view.resources), np.int64)
    n = view.activities
    np.add.at(change, place[:n], view.demand)
    np.subtract.at(change, place[n:], view.demand)
    return times, np.cumsum(change, axis=0)
