"""Fit flows into links of given room, whole where possible, cutting only what is left over."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.solvers.flow_splitting.packing.cutting import wrap_around
from planner.solvers.flow_splitting.packing.search import fewest_pieces
from planner.solvers.flow_splitting.packing.units import cut_units, split_room

SEARCHED = 60
"""Flows times links of a pair up to which the least number of pieces is searched for."""
_FITS = 1 + 1e-12

Pieces = tuple[IntArray, IntArray, FloatArray]
"""(item, bin, amount) of each piece."""


def pack_pair(size: FloatArray, room: FloatArray, *, search: bool = True) -> Pieces:
    """Fit the flows of one pair of leaves into its links, with few pieces.

    `room` says what each link takes; together they take all flows. For flows of one size, and for
    few flows and links (with `search`), the number of pieces is the least possible as far as
    `cut_units` and `fewest_pieces` promise.
    """
    if (size == size[0]).all():
        return _pack_equal(len(size), float(size[0]), room)
    if search and len(size) * len(room) <= SEARCHED:
        groups = fewest_pieces(size, room)
        if groups is not None:
            return _cut_groups(size, room, groups)
    single = np.zeros(len(size), dtype=np.int64)
    tries = [pack_many(single, size, room[None, :], tight=tight) for tight in (True, False)]
    return min(tries, key=lambda pieces: len(pieces[0]))


def pack_many(group: IntArray, size: FloatArray, room: FloatArray, *, tight: bool = True) -> Pieces:
    """Fit the flows of many pairs of leaves at once, `room[group, bin]` being the room of each bin.

    `group` is sorted. Flows are placed longest first into the bin with the least room that takes
    them (`tight`) or with the most room; those that fit nowhere are cut by the wrap-around rule.
    """
    bins, left = _place_whole(group, size, room, tight=tight)
    whole, cut = np.flatnonzero(bins >= 0), np.flatnonzero(bins < 0)
    bin_group, bin_ = np.nonzero(left > 0)
    order = np.lexsort((-left[bin_group, bin_], bin_group))
    bin_group, bin_ = bin_group[order], bin_[order]
    item, place, amount = wrap_around(group[cut], size[cut], bin_group, left[bin_group, bin_])
    return (
        np.concatenate([whole, cut[item]]),
        np.concatenate([bins[whole], bin_[place]]),
        np.concatenate([size[whole], amount]),
    )


def _place_whole(
    group: IntArray, size: FloatArray, room: FloatArray, *, tight: bool
) -> tuple[IntArray, FloatArray]:
    """Return the bin of each flow (-1 for none) and the room left; all groups rank by rank."""
    left, slack = room.copy(), room * (_FITS - 1)
    bins = np.full(len(size), -1)
    order = np.lexsort((-size, group))
    first = np.flatnonzero(np.diff(group, prepend=-1))
    length = np.diff(first, append=len(group))
    for rank in range(int(length.max(initial=0))):
        item = order[first[length > rank] + rank]
        at = group[item]
        after = left[at] - size[item, None]
        fits = after >= -slack[at]
        score = np.where(fits, after if tight else -after, np.inf)
        best = score.argmin(axis=1)
        some = fits.any(axis=1)
        bins[item[some]] = best[some]
        left[at[some], best[some]] = np.maximum(after[some, best[some]], 0.0)
    return bins, left


def _pack_equal(flows: int, size: float, room: FloatArray) -> Pieces:
    """Fill every link with whole flows, then cut the flows left over."""
    fit, rest = split_room(flows, room / size)
    if fit.sum() >= flows:
        # Of all places in all links take those that end first, which keeps the links even.
        link = np.repeat(np.arange(len(room)), fit)
        place = np.arange(len(link)) - np.repeat(np.cumsum(fit) - fit, fit) + 1
        chosen = np.argsort(place / room[link], kind="stable")[:flows]
        return np.arange(flows), np.sort(link[chosen]), np.full(flows, size)
    whole = int(fit.sum())
    flow, link, amount = cut_units(flows - whole, rest)
    return (
        np.concatenate([np.arange(whole), whole + flow]),
        np.concatenate([np.repeat(np.arange(len(room)), fit), link]),
        np.concatenate([np.full(whole, size), amount * size]),
    )


def _cut_groups(
    size: FloatArray, room: FloatArray, groups: list[tuple[list[int], list[int]]]
) -> Pieces:
    """Cut the flows of each group over the links of the group."""
    items = np.array([item for group, _ in groups for item in group], dtype=np.int64)
    links = np.array([link for _, group in groups for link in group], dtype=np.int64)
    number = np.arange(len(groups))
    item, place, amount = wrap_around(
        np.repeat(number, [len(group) for group, _ in groups]),
        size[items],
        np.repeat(number, [len(group) for _, group in groups]),
        room[links],
    )
    return items[item], links[place], amount
