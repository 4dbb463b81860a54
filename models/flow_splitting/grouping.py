"""Sums by group, for arrays of millions of entries."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray


def least_by(group: IntArray, amount: FloatArray, groups: int) -> FloatArray:
    """Return the smallest amount of each group; zero where a group is empty."""
    least = np.full(groups, np.inf)
    np.minimum.at(least, group, amount)
    return np.where(np.isfinite(least), least, 0.0)


def sum_by(group: IntArray, amount: FloatArray, *shape: int) -> FloatArray:
    """Return the sum of the amounts of each group, as an array of `shape`.

    `group` numbers the entries of that array in C order.
    """
    sums = np.bincount(group, weights=amount, minlength=int(np.prod(shape)))
    return sums.astype(np.float64, copy=False).reshape(shape)


def order_by(size: FloatArray, *ends: IntArray) -> IntArray:
    """Return the stable order by the last of `ends`, then the one before, and at last by `size`.

    What `np.lexsort` returns, in a fraction of its time: numbers of leaves or nodes (not negative)
    are short enough for radix sort.
    """
    order = np.argsort(size, kind="stable")
    for end in ends:
        key = end[order]
        is_short = len(key) > 0 and int(key.max()) < 2**16
        order = order[np.argsort(key.astype(np.uint16) if is_short else key, kind="stable")]
    return order
