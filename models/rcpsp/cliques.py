"""Activities of which no two can run at once."""

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import IntArray
from planner.models.rcpsp.lags import distances, heads, tails
from planner.models.rcpsp.view import View


def incompatible(view: View) -> NDArray[np.bool_]:
    """Return whether two activities can never run at once (n, n): by resource or by lag."""
    busy = view.duration > 0
    apart = np.zeros((view.activities, view.activities), dtype=bool)
    for resource in range(view.resources):
        held = view.demand[:, resource]
        apart |= held[:, None] + held > view.capacity[resource]
    between = distances(view) >= view.duration[:, None]
    apart = (apart | between | between.T) & busy[:, None] & busy
    np.fill_diagonal(apart, False)
    return apart


def clique_value(view: View, members: IntArray) -> int | None:
    """Return head + durations + tail of a clique; `None` where two members may run at once."""
    apart = incompatible(view)[np.ix_(members, members)]
    np.fill_diagonal(apart, True)
    if not apart.all() or len(set(members.tolist())) < len(members):
        return None
    return _value(view, members, heads(view).length, tails(view).length)


def grown(view: View) -> list[IntArray]:
    """Return a clique grown from each activity, longest members first; the best one comes first."""
    apart, early, tail = incompatible(view), heads(view).length, tails(view).length
    order = np.argsort(-view.duration, kind="stable")
    found: dict[tuple[int, ...], int] = {}
    for first in np.flatnonzero(view.duration > 0).tolist():
        members, open_ = [first], apart[first].copy()
        for other in order:
            if open_[other]:
                members.append(int(other))
                open_ &= apart[other]
        found[tuple(sorted(members))] = _value(view, np.array(members), early, tail)
    best = sorted(found, key=lambda members: -found[members])
    return [np.array(members, np.int64) for members in best]


def _value(view: View, members: IntArray, early: IntArray, tail: IntArray) -> int:
    after = tail[members] - view.duration[members]
    return int(early[members].min() + view.duration[members].sum() + after.min())
