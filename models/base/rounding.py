"""Comparisons and roundings whose error is always on the safe side."""

import math

COMBINATORIAL = 1e-9
"""Relative agreement asked of objectives that are sums and maxima of input figures."""
CONTINUOUS = 1e-6
"""Relative agreement asked of objectives of continuous programmes."""


def agrees(claimed: float, recomputed: float, tolerance: float = COMBINATORIAL) -> bool:
    """Return whether two figures agree to a relative `tolerance`, zero only with zero."""
    return math.isclose(claimed, recomputed, rel_tol=tolerance, abs_tol=0.0)


def lower(value: float, operations: int = 1) -> float:
    """Return a float that is at most the exact value of a sum of `operations` rounded terms.

    Uses the standard bound of n units in the last place for n floating-point operations on
    non-negative terms (Higham, Accuracy and Stability of Numerical Algorithms, section 4.2).
    """
    return value - abs(value) * operations * math.ulp(1.0)


def upper(value: float, operations: int = 1) -> float:
    """Return a float that is at least the exact value; see `lower`."""
    return value + abs(value) * operations * math.ulp(1.0)
