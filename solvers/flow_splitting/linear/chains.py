"""Place one more whole flow by moving others between two spines (alternating chains).

Flows of one size are edges between leaves, spines are colours, and a link takes a number of flows.
A flow that fits on no spine may fit on spine a if another flow of its target moves from a to b,
whose source then moves one from b to a, and so on (the chains of Kempe, as in Koenig's proof of
1916). The chain ends at a link with room; a link that is down blocks it.
"""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.solvers.flow_splitting.linear.items import Items
from planner.solvers.flow_splitting.linear.placement import (
    NOWHERE,
    Room,
    count_choices,
    remaining,
)

TRIES = 12
"""Pairs of spines tried per flow."""
LONGEST = 200
"""Most moves of a chain."""
MOST = 400
"""Most flows that chains are looked for; beyond, a plan with that many cuts is near enough."""


class _Board:
    """Flows, the spine of each, and the room that is left on each link."""

    def __init__(self, items: Items, bins: IntArray, room: Room) -> None:
        self.ends = (items.source, items.target)
        self.bins = bins.copy()
        self.left: tuple[FloatArray, FloatArray] = remaining(items, bins, room)
        self.open = room.allows()
        order = np.argsort(items.source, kind="stable"), np.argsort(items.target, kind="stable")
        self._order = order
        leaves = np.arange(len(room.up) + 1)
        self._first = [
            np.searchsorted(end[by], leaves) for end, by in zip(self.ends, order, strict=True)
        ]

    def at(self, side: int, leaf: int, spine: int) -> IntArray:
        """Return the flows on a link: the uplink (side 0) or downlink (side 1) of a leaf."""
        first = self._first[side]
        flows = self._order[side][first[leaf] : first[leaf + 1]]
        return np.asarray(flows[self.bins[flows] == spine])

    def move(self, flow: int, spine: int) -> None:
        """Put a flow on a spine, or NOWHERE."""
        for side in (0, 1):
            leaf = self.ends[side][flow]
            if self.bins[flow] != NOWHERE:
                self.left[side][leaf, self.bins[flow]] += 1
            if spine != NOWHERE:
                self.left[side][leaf, spine] -= 1
        self.bins[flow] = spine


def augment(items: Items, bins: IntArray, room: Room) -> IntArray:
    """Return `bins` with more flows placed; all sizes are one, all rooms whole numbers."""
    waiting = np.flatnonzero(bins == NOWHERE)
    if not 0 < len(waiting) <= MOST:
        return bins
    board = _Board(items, bins, room)
    waiting = waiting[np.argsort(count_choices(items, room)[waiting], kind="stable")]
    for flow in waiting.tolist():
        _place(board, flow)
    return board.bins


def _place(board: _Board, flow: int) -> bool:
    """Try to place a flow; without success nothing is changed."""
    source, target = (int(end[flow]) for end in board.ends)
    up, down = board.left[0][source], board.left[1][target]
    here = np.flatnonzero((up >= 1) & board.open[1][target])
    there = np.flatnonzero((down >= 1) & board.open[0][source])
    both = np.intersect1d(here, there)
    direct = both[(up[both] >= 1) & (down[both] >= 1)]
    if len(direct):
        board.move(flow, int(direct[0]))
        return True
    pairs = [(int(a), int(b)) for a in here for b in there][:TRIES]
    return any(_swap(board, flow, a, b) for a, b in pairs)


def _swap(board: _Board, flow: int, a: int, b: int) -> bool:
    """Put a flow on spine a and follow the chain of a and b from its target."""
    trail = [(flow, int(board.bins[flow]))]
    board.move(flow, a)
    side, leaf, full, other = 1, int(board.ends[1][flow]), a, b
    seen = {flow}
    while board.left[side][leaf, full] < 0:
        mover = _mover(board, (side, leaf), (full, other), seen) if len(trail) < LONGEST else None
        if mover is None:
            for moved, spine in reversed(trail):
                board.move(moved, spine)
            return False
        seen.add(mover)
        trail.append((mover, full))
        board.move(mover, other)
        side = 1 - side
        leaf = int(board.ends[side][mover])
        full, other = other, full
    return True


def _mover(
    board: _Board, link: tuple[int, int], spines: tuple[int, int], seen: set[int]
) -> int | None:
    """Choose a flow of an overfull link to move to the other spine, one that ends the chain first.

    Only flows whose far link to the other spine is up, and none that has moved before.
    """
    (side, leaf), (full, other) = link, spines
    flows = board.at(side, leaf, full)
    far = board.ends[1 - side][flows]
    flows = flows[board.open[1 - side][far, other]]
    flows = flows[~np.isin(flows, list(seen))]
    if not len(flows) or not board.open[side][leaf, other]:
        return None
    far = board.ends[1 - side][flows]
    return int(flows[board.left[1 - side][far, other].argmax()])
