"""Roundings that err on the safe side, down to the smallest floats."""

from fractions import Fraction

import numpy as np
import pytest

from planner.models.base.rounding import keeps_digits, lower, upper

LEAST = 5e-324


@pytest.mark.parametrize("unit", [9 * LEAST, 40 * LEAST, 1e-310, 1e-300, 1.0, 1e200])
def test_rounded_sums_of_products_lie_between(unit: float) -> None:
    """Sums of products are within the two roundings of them, however few digits they have."""
    rng = np.random.default_rng(0)
    for _ in range(200):
        shares = rng.integers(1, 16, 8) / 16
        exact = sum((Fraction(share) * Fraction(unit) for share in shares.tolist()), Fraction(0))
        found = float((shares * unit).sum())
        assert Fraction(lower(found, 16)) <= exact <= Fraction(upper(found, 16))


def test_zero_stays_zero() -> None:
    """A sum of nothing is known exactly, and no sum of such terms is rounded below zero."""
    assert (lower(0.0, 9), upper(0.0, 9), lower(LEAST, 9)) == (0.0, 0.0, 0.0)


def test_numbers_that_keep_their_digits() -> None:
    """Zero and ordinary sizes do, subnormal, huge and no numbers do not."""
    assert keeps_digits(np.array([0.0, 1e-150, -1.0, 1e150]))
    assert keeps_digits(np.zeros((0, 3)))
    for number in (LEAST, 1e-200, 1e200, np.inf, np.nan):
        assert not keeps_digits(np.array([1.0, number]))
