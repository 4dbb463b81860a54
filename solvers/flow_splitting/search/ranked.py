"""A first placement of whole flows of different sizes, close to even at every leaf at once.

Every leaf sorts its flows by size and cuts the list into blocks of S, one block per vertex of a
bipartite graph; an edge colouring with S colours then gives each block one flow per slot. As the
blocks descend in size, two links of a leaf differ by less than its largest flow.
"""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.traffic import Flows
from planner.solvers.flow_splitting.edges.equitable import Multigraph, colour
from planner.solvers.flow_splitting.evenness import find_even
from planner.solvers.flow_splitting.explicit import StepParts, on_slots


def ranked_colouring(fabric: Fabric, flows: Flows) -> StepParts | None:
    """Return the placement, or `None` where slots differ from leaf to leaf or in speed."""
    flow = flows.crosses
    sends, receives = (
        np.bincount(end[flow], minlength=fabric.leaves) > 0 for end in (flows.source, flows.target)
    )
    even = find_even(fabric, sends, receives)
    if even is None or not even.has_one_speed:
        return None
    slots, size = len(even.slot), flows.size[flow]
    left, right = (_blocks(end[flow], size, slots) for end in (flows.source, flows.target))
    width = int(right.max()) + 1
    key, entry = np.unique(left * width + right, return_inverse=True)
    found = colour(Multigraph(key // width, key % width, np.bincount(entry)), slots)
    order = np.argsort(entry, kind="stable")
    slot = even.slot[np.repeat(found.colour, found.count)]
    return on_slots(fabric, flow[order], slot, size[order])


def _blocks(leaf: IntArray, size: FloatArray, length: int) -> IntArray:
    """Return the block of each flow; blocks are numbered through all leaves."""
    order = np.lexsort((-size, leaf))
    first = np.flatnonzero(np.diff(leaf[order], prepend=-1))
    count = np.diff(first, append=len(order))
    rank = np.arange(len(order)) - np.repeat(first, count)
    blocks = -(-count // length)
    number = np.repeat(np.cumsum(blocks) - blocks, count) + rank // length
    block = np.empty_like(number)
    block[order] = number
    return block
