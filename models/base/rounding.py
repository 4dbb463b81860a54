"""Comparisons and roundings whose error is always on the safe side."""

import math

import numpy as np

from planner.models.base.arrays import FloatArray

COMBINATORIAL = 1e-9
"""Relative agreement asked of objectives that are sums and maxima of input figures."""
CONTINUOUS = 1e-6
"""Relative agreement asked of objectives of continuous programmes."""


TINY, HUGE = 1e-150, 1e150
"""Numbers of a certificate between these, or zero, keep all their digits in any product."""


def agrees(claimed: float, recomputed: float, tolerance: float = COMBINATORIAL) -> bool:
    """Return whether two figures agree to a relative `tolerance`, zero only with zero."""
    return math.isclose(claimed, recomputed, rel_tol=tolerance, abs_tol=0.0)


def keeps_digits(numbers: FloatArray) -> bool:
    """Return whether every number is zero or of a size from `TINY` to `HUGE`.

    Relative rounding errors say nothing about products of smaller ones, which have fewer digits.
    """
    size = np.abs(numbers)
    return bool(((size == 0) | ((size >= TINY) & (size <= HUGE))).all())


def lower(value: float, operations: int = 1) -> float:
    """Return a float that is at most the exact value of a sum of `operations` rounded terms.

    Uses the standard bound of n units in the last place for n floating-point operations on
    non-negative terms (Higham, Accuracy and Stability of Numerical Algorithms, section 4.2), and
    the smallest float for each where results are too small to have all their digits. A sum that
    cannot be below zero is not rounded below it.
    """
    least = value - _error(value, operations)
    return least if value < 0 else max(least, 0.0)


def upper(value: float, operations: int = 1) -> float:
    """Return a float that is at least the exact value; see `lower`.

    Zero stays zero: it is a sum of nothing, or of products with zero where `keeps_digits`.
    """
    return value + _error(value, operations) if value else value


def _error(value: float, operations: int) -> float:
    return abs(value) * operations * math.ulp(1.0) + operations * math.ulp(0.0)
