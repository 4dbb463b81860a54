"""Whole flows first: place as many as fit within a given time, and leave the rest over.

Three passes: a seed that follows an (optional) fractional solution and turns with the distance of
the two leaves, like a Latin square; the flows that overfill a link are taken out again; they are
put back one by one, largest first, where most room is left.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.grouping import sum_by
from planner.solvers.flow_splitting.linear.items import Items

NOWHERE = -1
INSERTIONS = 50_000
"""Most flows put back one by one; the rest is left over."""
_ROUNDING = 1e-12
_SLACK = 1e-11
"""Relative overfill that is rounding error and not load."""


@dataclass(frozen=True, eq=False)
class Room:
    """What the links can take within the given time: amount[leaf, bin], upwards and downwards."""

    up: FloatArray
    down: FloatArray

    def allows(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which links take anything at all."""
        return self.up > 0, self.down > 0


def seed(items: Items, leaves: int, shares: FloatArray, row: IntArray) -> IntArray:
    """Deal the flows of every pair to bins in proportion to its shares.

    Parameters
    ----------
    shares
        Share[row, bin], each row with sum 1.
    row
        Which row holds for each item.

    The flows of a pair stand side by side on a circle of length one that the bins divide; the
    circle of pair (i, j) is turned by (j - i) / L, so that single flows of one leaf spread too.
    """
    pair = items.pairs(leaves)
    order = np.argsort(pair, kind="stable")
    _, first, count = np.unique(pair[order], return_index=True, return_counts=True)
    end = np.cumsum(items.size[order])
    before = np.repeat(end[first] - items.size[order][first], count)
    total = np.repeat(np.add.reduceat(items.size[order], first), count) if len(first) else end
    middle = (end - items.size[order] / 2 - before) / total
    turn = ((items.target - items.source)[order] % leaves + 0.5) / leaves
    position = (middle + turn) % 1.0
    edges = np.cumsum(shares, axis=1)
    # Rounding must not leave a gap that leads to a bin without a share.
    edges[edges > 1.0 - _ROUNDING] = 1.0
    flat = (edges + np.arange(len(edges))[:, None]).ravel()
    found = np.searchsorted(flat, row[order] + position, side="right")
    bins = np.empty(len(items), dtype=np.int64)
    bins[order] = np.minimum(found - row[order] * shares.shape[1], shares.shape[1] - 1)
    return bins


def drop_overfull(items: Items, bins: IntArray, room: Room) -> IntArray:
    """Return `bins` with NOWHERE for flows on links that are over their room.

    The largest flows stay, and among equal ones those with the fewest bins to choose from.
    """
    kept = bins.copy()
    choices = count_choices(items, room)
    for end, limit in ((items.source, room.up), (items.target, room.down)):
        placed = np.flatnonzero(kept != NOWHERE)
        link = end[placed] * limit.shape[1] + kept[placed]
        order = np.lexsort((choices[placed], -items.size[placed], link))
        placed, link = placed[order], link[order]
        load = _running_sum(items.size[placed], link)
        over = load > limit.ravel()[link] * (1 + _SLACK)
        kept[placed[over]] = NOWHERE
    return kept


def insert(items: Items, bins: IntArray, room: Room) -> IntArray:
    """Place flows that stand NOWHERE, largest first, each in the bin with the most room left.

    Flows with the fewest bins to choose from come first. What fits nowhere stays NOWHERE.
    """
    bins = bins.copy()
    up, down = remaining(items, bins, room)
    waiting = np.flatnonzero(bins == NOWHERE)[: INSERTIONS * 4]
    order = np.lexsort((-items.size[waiting], count_choices(items, room)[waiting]))
    for item in waiting[order][:INSERTIONS]:
        source, target, size = items.source[item], items.target[item], items.size[item]
        left = np.minimum(up[source], down[target])
        best = int(left.argmax())
        if left[best] >= size * (1 - _SLACK):
            bins[item] = best
            up[source, best] -= size
            down[target, best] -= size
    return bins


def count_choices(items: Items, room: Room) -> IntArray:
    """Return how many bins with any room at both ends each item has."""
    open_up, open_down = (allowed.astype(np.int64) for allowed in room.allows())
    return np.asarray((open_up @ open_down.T)[items.source, items.target])


def remaining(items: Items, bins: IntArray, room: Room) -> tuple[FloatArray, FloatArray]:
    """Return the room left on the uplinks and downlinks, each [leaf, bin]."""
    placed = bins != NOWHERE
    left = []
    for end, limit in ((items.source, room.up), (items.target, room.down)):
        link = end[placed] * limit.shape[1] + bins[placed]
        left.append(limit - sum_by(link, items.size[placed], *limit.shape))
    return left[0], left[1]


def _running_sum(size: FloatArray, group: IntArray) -> FloatArray:
    """Return the sum of `size` up to each entry within its group; groups stand together."""
    total = np.cumsum(size)
    first = np.flatnonzero(np.diff(group, prepend=-1))
    length = np.diff(first, append=len(group))
    return total - np.repeat(total[first] - size[first], length)
