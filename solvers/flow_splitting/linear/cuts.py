"""Cut flows where the amounts per pair of leaves and spine ask for it."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.grouping import sum_by
from planner.solvers.flow_splitting.linear.items import Amounts, Items, Parts
from planner.solvers.flow_splitting.packing import cutting

_WHOLE = 1e-9
"""Relative distance from a whole multiple that is rounding error."""


def renumber(parts: Parts, item: IntArray) -> Parts:
    """Return the parts with other numbers for their flows: `item[old]`."""
    return Parts(item[parts.item], parts.spine, parts.size)


def join(pieces: list[Parts]) -> Parts:
    """Return all parts together; parts of one flow on one spine become one part."""
    item, spine, size = (
        np.concatenate([getattr(part, name) for part in pieces])
        for name in ("item", "spine", "size")
    )
    width = int(spine.max(initial=0)) + 1
    key, place = np.unique(item * width + spine, return_inverse=True)
    if len(key) == len(item):
        return Parts(item, spine, size)
    return Parts(key // width, key % width, sum_by(place, size, len(key)))


def cut_flows(items: Items, amounts: Amounts, leaves: int) -> Parts:
    """Lay the flows of each pair on a line and cut it where the amounts of the spines end.

    The amounts of a pair sum to its flows, up to rounding. Amounts that are whole multiples of the
    first flow of their pair come first, so that they cut nothing where flows are equal.
    """
    pair = items.pairs(leaves)
    flows = np.argsort(pair, kind="stable")
    key = amounts.source * leaves + amounts.target
    if (np.diff(pair[flows]) > 0).all():
        return _cut_alone(items, amounts, flows[np.searchsorted(pair[flows], key)])
    entries = np.lexsort((amounts.spine, _is_ragged(items, pair, amounts.size, key), key))
    flow, entry, size = cutting.wrap_around(
        pair[flows], items.size[flows], key[entries], amounts.size[entries]
    )
    return Parts(item=flows[flow], spine=amounts.spine[entries[entry]], size=size)


def _cut_alone(items: Items, amounts: Amounts, item: IntArray) -> Parts:
    """Cut items that are alone in their pair: `item` says which one each amount belongs to."""
    keep = np.flatnonzero(amounts.size > cutting.NEGLIGIBLE * items.size[item])
    item, size = item[keep], amounts.size[keep]
    total = np.bincount(item, size, len(items))
    return Parts(item, amounts.spine[keep], size * (items.size[item] / total[item]))


def _is_ragged(items: Items, pair: IntArray, amount: FloatArray, key: IntArray) -> IntArray:
    """Return 0 for amounts that are multiples of the first flow size of their pair, else 1."""
    known, first = np.unique(pair, return_index=True)
    share = amount / items.size[first][np.searchsorted(known, key)]
    whole = (np.abs(share - np.round(share)) < _WHOLE) & (share > 0.5)
    return 1 - whole.astype(np.int64)
