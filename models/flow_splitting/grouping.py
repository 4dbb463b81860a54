"""Sums by group, for arrays of millions of entries."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray


def sum_by(group: IntArray, amount: FloatArray, *shape: int) -> FloatArray:
    """Return the sum of the amounts of each group, as an array of `shape`.

    `group` numbers the entries of that array in C order.
    """
    sums = np.bincount(group, weights=amount, minlength=int(np.prod(shape)))
    return sums.astype(np.float64, copy=False).reshape(shape)
