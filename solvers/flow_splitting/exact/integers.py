"""Sizes and rates as whole numbers of a common unit, exactly where they have one."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.solvers.flow_splitting.exact.lots import Lots

LIMIT = 2**40
"""Largest whole number a size or a rate may become."""
LARGEST = 2**60
"""CP-SAT computes with 64-bit whole numbers."""
_DENOMINATOR = 10**6


@dataclass(frozen=True, eq=False)
class Scaled:
    """`number * unit` is the value: exactly, or to a relative `error` below it."""

    number: IntArray
    unit: Fraction
    error: float
    """How far below its value a `number * unit` may lie, relative to it; 0 if exact."""


@dataclass(frozen=True, eq=False)
class Scale:
    """An instance in whole numbers, and how they translate to times."""

    size: IntArray
    """Size of the flows of each lot."""
    up: IntArray
    """Rate[leaf, spine, lane]; 0 where there is no link."""
    down: IntArray
    multiple: int
    """A common multiple of all rates: `load * multiple / rate` is a time in `unit`."""
    unit: float
    """Seconds (or normalised time) per unit of the model's time."""
    shrink: float
    """Factor that keeps a bound of the model a bound of the instance; 1 if all is exact."""


def to_integers(values: FloatArray) -> Scaled:
    """Return positive values as whole numbers of the largest unit that divides them all.

    Values such as 0.1 are taken as the fraction they stand for. Where there is no common unit, or
    only one that needs numbers above `LIMIT`, the numbers are rounded down.
    """
    distinct, place = np.unique(values, return_inverse=True)
    fractions = [_fraction(value) for value in distinct.tolist()]
    known = [fraction for fraction in fractions if fraction is not None]
    if len(known) == len(distinct):
        unit = _common_unit(known)
        if max(known, default=Fraction(0)) / unit <= LIMIT:
            number = np.array([int(value / unit) for value in known], dtype=np.int64)
            return Scaled(number[place], unit, 0.0)
    unit = Fraction(float(distinct[-1])) / LIMIT
    number = np.floor(distinct / float(unit) * (1 - 1e-15)).astype(np.int64)
    return Scaled(number[place], unit, 1.0 / max(int(number[0]), 1))


def find_scale(lots: Lots, fabric: Fabric) -> Scale | None:
    """Return the instance in whole numbers, or `None` where they grow too large."""
    rates = np.concatenate([fabric.up.ravel(), fabric.down.ravel()])
    present = rates > 0
    rate, size = to_integers(rates[present]), to_integers(lots.size)
    if not rate.number.all():
        return None
    numbers = np.zeros(len(rates), dtype=np.int64)
    numbers[present] = rate.number
    up, down = (part.reshape(fabric.up.shape) for part in np.split(numbers, 2))
    multiple = math.lcm(*np.unique(rate.number).tolist())
    total = sum(
        count * number
        for count, number in zip(lots.count.tolist(), size.number.tolist(), strict=True)
    )
    if total * multiple >= LARGEST:
        return None
    unit = float(size.unit / (rate.unit * multiple))
    # Sizes are rounded down, which keeps bounds; so are rates, which is made good here.
    return Scale(size.number, up, down, multiple, unit, 1.0 / (1.0 + 2.0 * rate.error))


def _fraction(value: float) -> Fraction | None:
    """Return the simple fraction that a float stands for, if any."""
    fraction = Fraction(value).limit_denominator(_DENOMINATOR)
    return fraction if float(fraction) == value else None


def _common_unit(values: Iterable[Fraction]) -> Fraction:
    listed = list(values)
    denominator = math.lcm(*(value.denominator for value in listed))
    numerator = math.gcd(*(int(value * denominator) for value in listed))
    return Fraction(max(numerator, 1), denominator)
