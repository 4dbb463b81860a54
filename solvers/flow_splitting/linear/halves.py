"""Deal traffic between leaves to spines by halving the set of spines again and again.

A set of spines is cut in two and so is the traffic it carries, until single spines are left. How
much of each pair goes to either half is a transportation problem between sending and receiving
leaves (see `transport`), whose basic solutions cut fewer pairs than there are leaves on both sides
(Dantzig 1951). So s spines and L leaves need at most (s - 1)(2 L - 1) parts more than there are
pairs, like a vertex of the flow LP, and whole numbers stay whole numbers.

At each cut every leaf is left with no more than its links take; that a pair also finds both ends
of a spine up is looked at one cut ahead only. On fabrics where most links are up that is enough;
elsewhere some links are overfull in the end, and most of these can be mended (see `mending`).
"""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.solvers.contract import Run
from planner.solvers.flow_splitting.linear.items import Amounts, Items
from planner.solvers.flow_splitting.linear.mending import Dealt, mend, share_between
from planner.solvers.flow_splitting.linear.placement import Room


def deal_by_halves(
    pairs: Items, room: Room, run: Run, *, whole: bool = False, hasty: bool = False
) -> Amounts:
    """Return amounts per pair and spine that keep the room of every link, or nearly so.

    Parameters
    ----------
    pairs
        Traffic of each pair of leaves; no pair twice, and each has a spine with both links up.
        There may be none, and no room then.
    room
        What the links take; nothing where they are down.
    whole
        Whether sizes and rooms are whole numbers, and the amounts are to be as well.
    hasty
        Whether to deal at once, without regard to excesses; so is what is left when the run has to
        stop. All links that are used are up even so.
    """
    if not len(pairs):
        return Amounts(pairs.source, pairs.target, np.zeros(0, np.int64), pairs.size)
    dealt: Dealt = {}
    # Haste sorts by size again and again, which takes little time if that has been done.
    order = np.argsort(-pairs.size, kind="stable") if hasty else np.arange(len(pairs))
    waiting = [(_in_order(room), order, pairs.size[order])]
    while waiting:
        spines, pair, size = waiting.pop()
        if len(spines) == 1:
            dealt[int(spines[0])] = pair, size
            continue
        halves = spines[: len(spines) // 2], spines[len(spines) // 2 :]
        both = share_between(pairs, room, (pair, size), halves, run, whole=whole, hasty=hasty)
        waiting += [(half, *some) for half, some in zip(halves, both, strict=True)]
    if not hasty:
        dealt = mend(pairs, room, dealt, run, whole=whole)
    return _together(pairs, dealt)


def _in_order(room: Room) -> IntArray:
    """Return the spines with room, alike ones side by side."""
    total = room.up.sum(axis=0) + room.down.sum(axis=0)
    order = np.argsort(-total, kind="stable")
    return np.asarray(order[total[order] > 0])


def _together(pairs: Items, dealt: Dealt) -> Amounts:
    """Return all amounts, by pair and then by spine."""
    from scipy.sparse import coo_array

    pair = np.concatenate([some for some, _ in dealt.values()])
    spine = np.repeat(list(dealt), [len(some) for some, _ in dealt.values()])
    size = np.concatenate([size for _, size in dealt.values()])
    # Sorts in linear time.
    table = coo_array((size, (pair, spine)), shape=(len(pairs), max(dealt) + 1)).tocsr()
    table.sort_indices()
    pair = np.repeat(np.arange(len(pairs)), np.diff(table.indptr))
    spine = table.indices.astype(np.int64)
    return Amounts(pairs.source[pair], pairs.target[pair], spine, table.data)
