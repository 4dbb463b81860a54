"""McNaughton's wrap-around rule (1959) for many groups at once."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray

NEGLIGIBLE = 1e-10
"""Pieces smaller than this share of their item are rounding errors, not parts."""


def wrap_around(
    item_group: IntArray, item_size: FloatArray, bin_group: IntArray, bin_room: FloatArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Fill the bins of each group with its items, in order, cutting items where a bin is full.

    Both sides are sorted by group and every group with items has bins that take them all (up to
    rounding). Returns (item, bin, amount) of each piece; the amounts of an item sum to its size.
    A group with n items and b filled bins gets at most n + b - 1 pieces.
    """
    if not len(item_size):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    item_end, bin_end = _ends(item_group, item_size), _ends(bin_group, bin_room)
    last_item, last_bin = _last(item_group), _last(bin_group)
    total = np.zeros(int(max(item_group[-1], bin_group[-1])) + 1)
    total[item_group[last_item]] = item_end[last_item]
    bin_end = np.minimum(bin_end, total[bin_group])
    bin_end[last_bin] = total[bin_group[last_bin]]
    group = np.concatenate([item_group, bin_group])
    end = np.concatenate([item_end, bin_end])
    order = np.lexsort((end, group))
    group, end = group[order], end[order]
    length = np.diff(end, prepend=0.0)
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    length[starts] = end[starts]
    # The item (bin) of a stretch is the one whose end comes next: count the ends before it.
    is_item = order < len(item_end)
    item: IntArray = np.minimum(np.cumsum(is_item) - is_item, len(item_end) - 1)
    bin_: IntArray = np.cumsum(~is_item) - ~is_item
    keep = length > NEGLIGIBLE * item_size[item]
    # An item that is dust beside the others has no length left: it goes where it ends.
    ends = np.flatnonzero(is_item)
    lost = ends[np.bincount(item[keep], minlength=len(item_size)) == 0]
    keep[lost], length[lost] = True, item_size[item[lost]]
    item, bin_, length = item[keep], np.minimum(bin_[keep], len(bin_end) - 1), length[keep]
    scale = item_size / np.bincount(item, length, len(item_size))
    return item, bin_, length * scale[item]


def _ends(group: IntArray, size: FloatArray) -> FloatArray:
    """Return the sum of sizes up to and including each entry within its group."""
    # Extended precision, because the sum over all groups is taken off again.
    end = np.cumsum(size, dtype=np.longdouble)
    first = np.flatnonzero(np.diff(group, prepend=-1))
    length = np.diff(first, append=len(group))
    before = np.concatenate([np.zeros(1, np.longdouble), end])[first]
    return np.asarray(end - np.repeat(before, length), dtype=np.float64)


def _last(group: IntArray) -> IntArray:
    """Return the position of the last entry of each group."""
    return np.flatnonzero(np.diff(group, append=-1))
