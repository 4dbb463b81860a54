"""McNaughton's wrap-around rule: flows laid end to end, cut where the amounts of spines end.

McNaughton 1959, "Scheduling with deadlines and loss functions". The flows of a pair of leaves lie
on a line in flow order; the entries of an aggregated plan (the spines of that pair, and the lanes
of each spine) lie on a second line of the same length. Positions are whole numbers of 2^-62 of
that length, so that sums over millions of flows do not drift.
"""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.traffic import AllPairs, Flows, Traffic

LENGTH = 1 << 62
"""Length of the line of a pair."""
SLIVER = 1e-9
"""A cut this close to the end of a flow, relative to its size, falls on the end."""
DRIFT = 1e-12
"""The same relative to the whole line: what amounts computed in floats cannot tell apart."""


@dataclass(frozen=True, eq=False, slots=True)
class Entries:
    """Amounts of one step, sorted by pair; spines and lanes of a pair in the order of the plan."""

    pair: IntArray
    """Source leaf times the number of leaves, plus target leaf."""
    spine: IntArray
    size: FloatArray
    up_lane: IntArray
    down_lane: IntArray


@dataclass(frozen=True, eq=False, slots=True)
class Line:
    """Stretches that fill the line of each pair, sorted by pair and position."""

    pair: IntArray
    start: IntArray
    end: IntArray


@dataclass(frozen=True, eq=False, slots=True)
class Cuts:
    """Every place where a flow is cut, sorted by flow and place."""

    pair: IntArray
    flow: IntArray
    """The flow that is cut: its place among the flows of its pair."""
    share: FloatArray
    """Which share of the flow lies before the cut."""


def lay_out(pair: IntArray, size: FloatArray) -> Line:
    """Return the stretches of positive sizes that are sorted by pair."""
    if not len(pair):
        nothing = np.zeros(0, dtype=np.int64)
        return Line(nothing, nothing, nothing)
    first = np.flatnonzero(np.diff(pair, prepend=pair[0] - 1))
    counts = np.diff(first, append=len(pair))
    total = np.repeat(np.add.reduceat(size, first), counts)
    length = (size / total * LENGTH).astype(np.int64)
    # The sum over all pairs may overflow; differences of wrapped sums are still exact.
    end = np.cumsum(length)
    offset = np.repeat(end[first] - length[first], counts)
    end = np.minimum(end - offset, LENGTH)
    last = first + counts - 1
    end[last] = LENGTH
    start = np.concatenate([[0], end[:-1]])
    start[first] = 0
    return Line(pair, start, end)


def with_lanes(fabric: Fabric, entries: Entries) -> Entries:
    """Return the entries with parallel links told apart.

    Within the amount of a spine the lanes take consecutive stretches in proportion to their rates,
    upwards and downwards alike.
    """
    if fabric.lanes == 1 or not len(entries.pair):
        return entries
    source, target = np.divmod(entries.pair, fabric.leaves)
    ends = []
    for rate in (fabric.up[source, entries.spine], fabric.down[target, entries.spine]):
        total = rate.sum(axis=1, keepdims=True)
        ends.append(np.cumsum(rate, axis=1) / np.where(total > 0, total, 1.0))
    cuts = np.clip(np.concatenate(ends, axis=1), 0.0, 1.0)
    cuts[:, -1] = 1.0
    cuts.sort(axis=1)
    share = np.diff(cuts, axis=1, prepend=0.0)
    middle = cuts - share / 2
    lanes = [(middle[:, :, None] > end[:, None, :-1]).sum(axis=2) for end in ends]
    entry, piece = np.nonzero(share > DRIFT)
    return Entries(
        pair=entries.pair[entry],
        spine=entries.spine[entry],
        size=entries.size[entry] * share[entry, piece],
        up_lane=lanes[0][entry, piece],
        down_lane=lanes[1][entry, piece],
    )


def cuts_of(traffic: Traffic, entries: Entries, leaves: int) -> Cuts:
    """Return where the flows of a step are cut; flows of all-pairs traffic are never listed."""
    line = lay_out(entries.pair, entries.size)
    inner = np.flatnonzero(line.end < LENGTH)
    pair, cut = line.pair[inner], line.end[inner]
    if isinstance(traffic, AllPairs):
        ranks = traffic.ranks_per_leaf(leaves)
        flows = (ranks[pair // leaves] * ranks[pair % leaves]).astype(np.float64)
        place = cut / LENGTH * flows
        flow = np.floor(place).astype(np.int64)
        share, tolerance = place - flow, np.maximum(SLIVER, DRIFT * flows)
    else:
        _, flow_line = flow_stretches(traffic, leaves)
        at = locate(flow_line, pair, cut)
        flow = at - np.searchsorted(flow_line.pair, pair)
        length = np.maximum(flow_line.end[at] - flow_line.start[at], 1).astype(np.float64)
        share = (cut - flow_line.start[at]) / length
        tolerance = np.maximum(SLIVER, DRIFT * LENGTH / length)
    inside = (share > tolerance) & (share < 1 - tolerance)
    return Cuts(pair[inside], flow[inside], share[inside])


def flow_stretches(flows: Flows, leaves: int) -> tuple[IntArray, Line]:
    """Return the flows that leave their leaf, sorted by pair, and the stretch of each."""
    pair = flows.source[flows.crosses] * leaves + flows.target[flows.crosses]
    order = flows.crosses[np.argsort(pair, kind="stable")]
    return order, lay_out(np.sort(pair), flows.size[order])


def locate(line: Line, pair: IntArray, position: IntArray) -> IntArray:
    """Return the stretch that ends at or after `position` of the line of `pair`, the first such.

    A binary search in all pairs at once; every pair has a stretch that ends at `LENGTH`.
    """
    low = np.searchsorted(line.pair, pair)
    high = np.searchsorted(line.pair, pair, side="right") - 1
    while (low < high).any():
        middle = (low + high) // 2
        before = line.end[middle] < position
        low = np.where(before & (low < high), middle + 1, low)
        high = np.where(before, high, middle)
    return low
