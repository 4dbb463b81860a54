"""How fast a set of links can possibly carry whole flows, by counting.

In time T a link of rate c takes at most a(T c) of a set of flows, where a(x) is how many of the
smallest of them fit into x. If these numbers add up to less than the number of flows, T is too
short. The next T at which one of the numbers grows is then a proven bound, and so on upwards.
Every figure is rounded so that the bound can only become weaker.
"""

import math

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.rounding import lower
from planner.models.flow_splitting.proofs.groups import Group

SLACK = 1e-12
"""A flow that misses a link by this relative length counts as fitting."""
ROUNDS = 1_000
"""Steps upwards at most; stopping early leaves a weaker bound, never a wrong one."""
LARGEST = 4_096
"""How many of the largest flows are looked at one by one; fewer are a weaker bound."""
EXACT = 2.0**53
"""Whole numbers below this are summed without rounding."""
HALVINGS = 50
"""Halvings of an interval of times; with fewer the bound would be weaker, never wrong."""


def group_time(group: Group, start: float = 0.0) -> float:
    """Return a lower bound on the time in which the links carry the flows, each on one link.

    At least `start`, which must be a valid bound itself. Without a usable link it is `start`.
    """
    if not len(group.rates) or not group.count:
        return start
    time = start
    for count, size in _units(group):
        time = _unit_time(count, size, group.rates, time)
    return time if group.is_equal else _largest_time(_Largest(group), time)


def fits(group: Group, time: float) -> bool:
    """Return whether counting leaves it open that the links carry the flows whole in `time`."""
    rates, times = np.unique(group.rates, return_counts=True)
    for count, size in _units(group):
        if (np.floor(time * rates / size * (1 + SLACK)) * times).sum() < count:
            return False
    return group.is_equal or not len(_Largest(group).left_out(time)[0])


def _units(group: Group) -> list[tuple[int, float]]:
    """Return how many flows of one size the group stands for, where it does.

    Sizes that are multiples of one whole number make the load of every link a multiple of it as
    well, so the flows count as a larger number of flows of that size.
    """
    sizes = group.sizes
    if group.is_equal:
        return [(group.count, float(sizes[0]))]
    total = float(sizes.sum())
    if total >= EXACT or not (sizes == np.floor(sizes)).all():
        return []
    unit = int(np.gcd.reduce(sizes.astype(np.int64)))
    return [(round(total / unit), float(unit))]


def _unit_time(count: int, size: float, rates: FloatArray, start: float) -> float:
    """Return the least T from `start` on with sum of floor(T c / size) over the links >= count."""
    distinct, times = np.unique(rates, return_counts=True)
    time = max(start, lower(count * size / float(rates.sum()), len(rates) + 4))
    for _ in range(ROUNDS):
        fit = np.floor(time * distinct / size * (1 + SLACK))
        if (fit * times).sum() >= count:
            break
        time = lower(float(((fit + 1) * size / distinct).min()), 4)
    return time


class _Largest:
    """The argument of the q largest flows, for every q at once.

    Of the q largest flows a link takes no more than fit when the smallest of those q are counted.
    """

    def __init__(self, group: Group) -> None:
        sizes = group.sizes[:LARGEST]
        self.sums = np.concatenate([[0.0], np.cumsum(sizes)])
        is_exact = self.sums[-1] < EXACT and bool((sizes == np.floor(sizes)).all())
        self.error = 0.0 if is_exact else len(sizes) * math.ulp(1.0) * float(self.sums[-1])
        self.rates, self.times = np.unique(group.rates, return_counts=True)

    def left_out(self, time: float) -> tuple[IntArray, IntArray]:
        """Return the q that do not fit, less one, and how many flows fit, by rate and q."""
        number = np.arange(1, len(self.sums))
        room = time * self.rates * (1 + SLACK) + self.error
        fit = number - np.searchsorted(self.sums, self.sums[1:] - room[:, None])
        return np.flatnonzero((fit * self.times[:, None]).sum(axis=0) < number), fit

    def next_time(self, time: float) -> float:
        """Return the least time after `time`, which is too short, at which more may fit."""
        short, fit = self.left_out(time)
        more = self.sums[short + 1] - self.sums[short - fit[:, short]] - self.error
        return lower(float((more / self.rates[:, None]).min(axis=0).max()), 4)


def _largest_time(largest: _Largest, time: float) -> float:
    """Return the time from which on every q fits, found by halving."""
    if not len(largest.left_out(time)[0]):
        return time
    enough = max(time, float(largest.sums[-1] / largest.rates[-1])) * (1 + SLACK)
    for _ in range(HALVINGS):
        middle = (time + enough) / 2
        if len(largest.left_out(middle)[0]):
            time = middle
        else:
            enough = middle
    return max(time, largest.next_time(time))
