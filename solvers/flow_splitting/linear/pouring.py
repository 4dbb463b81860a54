"""Cut flows one by one over the links with the most room left."""

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.solvers.flow_splitting.linear.items import Items, Parts

_DUST = 1e-11
"""Pieces smaller than this share of their flow are rounding error."""


def pour(items: Items, room: tuple[FloatArray, FloatArray]) -> tuple[Parts, FloatArray]:
    """Cut flows, largest first, over the spines with the most room left for them.

    `room` is the room on uplinks and downlinks, each [leaf, spine]; it is used up in place. Returns
    the parts and what is left of every flow (0 where it is placed).
    """
    up, down = room
    pieces: list[tuple[int, int, float]] = []
    rest = items.size.copy()
    for item in np.argsort(-items.size, kind="stable").tolist():
        source, target = items.source[item], items.target[item]
        dust, wanted = _DUST * float(items.size[item]), float(items.size[item])
        left = np.minimum(up[source], down[target])
        for spine in np.argsort(-left, kind="stable").tolist():
            size = min(wanted, float(left[spine]))
            if size <= dust:
                break
            pieces.append((item, spine, size))
            up[source, spine] -= size
            down[target, spine] -= size
            wanted -= size
        rest[item] = wanted if wanted > dust else 0.0
    table = np.array(pieces, dtype=np.float64).reshape(-1, 3)
    whole = table[:, :2].astype(np.int64)
    return Parts(item=whole[:, 0], spine=whole[:, 1], size=table[:, 2]), rest
