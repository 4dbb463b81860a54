"""Relieve overfull links: two spines at a time share anew what they carry together."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.grouping import sum_by
from planner.solvers.contract import Run
from planner.solvers.flow_splitting.linear.items import Items
from planner.solvers.flow_splitting.linear.placement import Room
from planner.solvers.flow_splitting.linear.transport import Side, share_out
from planner.solvers.flow_splitting.linear.widths import path_widths

EXCHANGES = 12
"""Exchanges per spine at most."""
TIGHT, LESS = 1e-9, 1 - 1e-6
"""Relative excess over the room of a link that is rounding error; what counts as less excess."""

Some = tuple[IntArray, FloatArray]
"""Numbers of pairs of leaves, and an amount of each."""
Dealt = dict[int, Some]
"""What each spine carries."""


def share_between(
    pairs: Items,
    room: Room,
    some: Some,
    groups: tuple[IntArray, IntArray],
    run: Run,
    *,
    whole: bool,
    hasty: bool = False,
) -> tuple[Some, Some]:
    """Share amounts of some pairs between two groups of spines."""
    pair, size = some
    part = Items(pairs.source[pair], pairs.target[pair], size)
    first, second = (_side(part, room, spines) for spines in groups)
    taken = share_out(part, first, second, run, whole=whole, hasty=hasty)
    left = size - taken
    here, there = np.flatnonzero(taken > 0), np.flatnonzero(left > 0)
    return (pair[here], taken[here]), (pair[there], left[there])


def _side(pairs: Items, room: Room, spines: IntArray) -> Side:
    """Return what some spines take from each leaf, to each leaf, and of each pair."""
    part = Room(room.up[:, spines], room.down[:, spines])
    width = path_widths(pairs.source, pairs.target, part.up, part.down)
    return Side(part.up.sum(axis=1), part.down.sum(axis=1), width)


def mend(pairs: Items, room: Room, dealt: Dealt, run: Run, *, whole: bool) -> Dealt:
    """Return `dealt` with less excess on the links, or none.

    The spine of the most overfull link shares with one that has room at the leaf of that link.
    How two spines share is a transportation problem again, and its optimum has no more excess than
    there was.
    """
    dealt = dict(dealt)
    limit = np.concatenate([room.up, room.down])
    load = np.zeros_like(limit)
    for spine in dealt:
        load[:, spine] = _loads(pairs, dealt[spine], len(room.up))
    tried = np.eye(limit.shape[1], dtype=bool)
    tried[:, np.setdiff1d(np.arange(limit.shape[1]), list(dealt))] = True
    for _ in range(EXCHANGES * len(dealt)):
        found = _exchange(load, limit, tried)
        if found is None or run.stopping() is not None:
            break
        joined = _join(dealt[found[0]], dealt[found[1]])
        groups = np.array(found[:1]), np.array(found[1:])
        shared = share_between(pairs, room, joined, groups, run, whole=whole)
        loads = np.stack([_loads(pairs, some, len(room.up)) for some in shared], axis=1)
        if _excess(loads, limit[:, found]) < _excess(load[:, found], limit[:, found]) * LESS:
            load[:, found] = loads
            dealt |= dict(zip(found, shared, strict=True))
            tried[np.ix_(found, list(dealt))] = tried[np.ix_(list(dealt), found)] = False
            np.fill_diagonal(tried, True)
        tried[found[0], found[1]] = tried[found[1], found[0]] = True
    return dealt


def _join(one: Some, other: Some) -> Some:
    """Return both amounts together."""
    pair, place = np.unique(np.concatenate([one[0], other[0]]), return_inverse=True)
    return pair, sum_by(place, np.concatenate([one[1], other[1]]), len(pair))


def _exchange(load: FloatArray, limit: FloatArray, tried: FloatArray) -> list[int] | None:
    """Return a spine with an overfull link and the spine to share with, or `None`."""
    over = load > limit * (1 + TIGHT)
    excess = np.where(over, load - limit, 0.0) * ~tried.all(axis=1)
    if not excess.any():
        return None
    leaf, spine = np.unravel_index(int(excess.argmax()), excess.shape)
    spare = np.where(tried[spine], -np.inf, (limit - load)[leaf])
    return [int(spine), int(spare.argmax())]


def _excess(load: FloatArray, limit: FloatArray) -> float:
    return float(np.maximum(load - limit * (1 + TIGHT), 0.0).sum())


def _loads(pairs: Items, some: Some, leaves: int) -> FloatArray:
    """Return what the uplinks of all leaves carry, and then what the downlinks do."""
    pair, size = some
    return np.concatenate([sum_by(end[pair], size, leaves) for end in (pairs.source, pairs.target)])
