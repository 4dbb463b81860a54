"""The values that sums of given figures can have, as multiples of one decimal fraction."""

import math
from fractions import Fraction

from planner.models.base.arrays import FloatArray

FINEST = 1e-7
"""A grid finer than this part of the bound says nothing beyond rounding."""


def grid_of(figures: FloatArray) -> Fraction | None:
    """Return the largest fraction that divides all figures, read as the decimals they print as."""
    exact = [Fraction(repr(figure)) for figure in {float(each) for each in figures} if figure]
    if not exact:
        return None
    below = math.lcm(*(each.denominator for each in exact))
    above = math.gcd(*(int(each * below) for each in exact))
    return Fraction(above, below)


def round_down(bound: float, figures: FloatArray) -> float:
    """Return the largest sum of multiples of the figures that is not above a bound.

    Where their common grid is too fine to matter, the bound itself; never less than is exact.
    """
    grid = grid_of(figures)
    if grid is None:
        return max(bound, 0.0) if len(figures) else 0.0
    if not math.isfinite(bound) or grid < FINEST * abs(bound):
        return bound
    exact = math.floor(Fraction(bound) / grid) * grid
    found = float(exact)
    return found if Fraction(found) >= exact else math.nextafter(found, math.inf)
