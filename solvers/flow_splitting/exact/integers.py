"""Sizes and rates as whole numbers of a common unit, exactly where they have one."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray

LIMIT = 2**40
"""Largest whole number a size or a rate may become."""
_DENOMINATOR = 10**6


@dataclass(frozen=True, eq=False)
class Scaled:
    """`number * unit` is the value: exactly, or to a relative `error` below it."""

    number: IntArray
    unit: Fraction
    error: float
    """How far below its value a `number * unit` may lie, relative to it; 0 if exact."""


def to_integers(values: FloatArray) -> Scaled:
    """Return positive values as whole numbers of the largest unit that divides them all.

    Values such as 0.1 are taken as the fraction they stand for. Where there is no common unit, or
    only one that needs numbers above `LIMIT`, the numbers are rounded down.
    """
    distinct, place = np.unique(values, return_inverse=True)
    fractions = [_fraction(value) for value in distinct.tolist()]
    if all(fraction is not None for fraction in fractions):
        known = [fraction for fraction in fractions if fraction is not None]
        unit = _common_unit(known)
        if max(known, default=Fraction(0)) / unit <= LIMIT:
            number = np.array([int(value / unit) for value in known], dtype=np.int64)
            return Scaled(number[place], unit, 0.0)
    unit = Fraction(float(distinct[-1])) / LIMIT
    number = np.floor(distinct / float(unit) * (1 - 1e-15)).astype(np.int64)
    return Scaled(np.maximum(number, 0)[place], unit, 1.0 / max(int(number[0]), 1))


def _fraction(value: float) -> Fraction | None:
    """Return the simple fraction that a float stands for, if any."""
    fraction = Fraction(value).limit_denominator(_DENOMINATOR)
    return fraction if float(fraction) == value else None


def _common_unit(values: Iterable[Fraction]) -> Fraction:
    listed = list(values)
    denominator = math.lcm(*(value.denominator for value in listed))
    numerator = math.gcd(*(int(value * denominator) for value in listed))
    return Fraction(max(numerator, 1), denominator)
