"""Pairs of demands that cannot both be admitted, whatever the others do.

For two shapes that start s_i and s_j, whether they hold too many qubits of a pool together depends
on d = s_i - s_j alone. Strictly periodic demands meet at every d of one residue modulo the greatest
common divisor of their periods, and at no other: the test of two of these is exact. For demands
with windows one repetition of the one is held against all windows of the other: if a window lies
within forbidden differences wherever that repetition starts, no schedule has both.
"""

import math
from typing import NamedTuple

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.entanglement_scheduling.shape import Shape
from planner.models.entanglement_scheduling.view import View

MOST = 3_000
"""Demands up to which all pairs are looked at."""

Levels = dict[int, list[IntArray]]
"""Per pool: entry l lists the intervals (k, 2) in which more than l qubits are held."""


class Forbidden(NamedTuple):
    """Differences of two starts at which two shapes hold too many qubits together."""

    least: int
    """Difference of the first entry."""
    mask: np.ndarray[tuple[int], np.dtype[np.bool_]]
    """(differences,): whether each is forbidden; all others are allowed."""


def levels_of(shape: Shape) -> Levels:
    """Return when a shape holds how many qubits of each pool."""
    found: Levels = {}
    for pool in np.unique(shape.pool).tolist():
        mine = shape.pool == pool
        change = np.zeros(shape.length + 2, dtype=np.int64)
        np.add.at(change, shape.begin[mine] + 1, 1)
        np.add.at(change, shape.end[mine] + 1, -1)
        count = np.cumsum(change)
        found[pool] = [
            np.flatnonzero(np.diff((count > level).astype(np.int8))).reshape(-1, 2)
            for level in range(int(count.max()))
        ]
    return found


def forbidden(first: Shape, second: Shape, capacity: IntArray) -> Forbidden:
    """Return the differences of starts, first less second, that two shapes cannot have.

    Parameters
    ----------
    capacity
        (P,): qubits of each pool.

    """
    return _forbidden(first, levels_of(first), second, levels_of(second), capacity)


def _forbidden(
    first: Shape, held: Levels, second: Shape, other: Levels, capacity: IntArray
) -> Forbidden:
    least = 1 - first.length
    change = np.zeros(first.length + second.length, dtype=np.int64)
    for pool in held.keys() & other.keys():
        size = int(capacity[pool])
        for level, spans in enumerate(held[pool]):
            # Above `level` of the one, more than size - level - 1 of the other are too many.
            rest = size - level - 1
            if not 0 <= rest < len(other[pool]):
                continue
            theirs = other[pool][rest]
            lower = theirs[None, :, 0] - spans[:, None, 1] + 1
            upper = theirs[None, :, 1] - spans[:, None, 0]
            np.add.at(change, lower.ravel() - least, 1)
            np.add.at(change, upper.ravel() - least, -1)
    return Forbidden(least, np.cumsum(change)[:-1] > 0)


def free_phases(differences: Forbidden, modulus: int) -> np.ndarray:
    """Return which residues of the difference of two strictly periodic starts are allowed, (g,).

    Parameters
    ----------
    modulus
        Greatest common divisor g of the two periods.

    """
    free = np.ones(modulus, dtype=bool)
    free[(differences.least + np.flatnonzero(differences.mask)) % modulus] = False
    return free


class Conflicts:
    """Answers whether two demands exclude each other; shapes are analysed once."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._levels: dict[tuple[int, int], Levels] = {}
        self._known: dict[tuple[int, int], bool] = {}

    def usable(self, demand: int) -> list[int]:
        """Return the alternatives of a demand that fit into its period and the pools at all."""
        view = self.view
        return [
            place
            for place, shape in enumerate(view.shapes[demand])
            if shape.length <= view.period[demand]
            and all(
                len(spans) <= view.capacity[pool]
                for pool, spans in self.levels(demand, place).items()
            )
        ]

    def levels(self, demand: int, alternative: int) -> Levels:
        """Return the levels of an alternative."""
        key = demand, alternative
        if key not in self._levels:
            self._levels[key] = levels_of(self.view.shapes[demand][alternative])
        return self._levels[key]

    def exclude(self, i: int, j: int) -> bool:
        """Return whether it is proved that no schedule admits both demands.

        A demand that nothing can serve excludes every other.
        """
        key = min(i, j), max(i, j)
        if key not in self._known:
            ways = self.usable(i), self.usable(j)
            self._known[key] = all(self._clash(i, a, j, b) for a in ways[0] for b in ways[1])
        return self._known[key]

    def _clash(self, i: int, a: int, j: int, b: int) -> bool:
        """Return whether two alternatives cannot run beside each other."""
        view = self.view
        first, second = view.shapes[i][a], view.shapes[j][b]
        found = _forbidden(first, self.levels(i, a), second, self.levels(j, b), view.capacity)
        if not found.mask.any():
            return False
        slack = int(view.period[i]) - first.length, int(view.period[j]) - second.length
        if view.demands[i].jitter == 0 and view.demands[j].jitter == 0:
            return not self._phases(i, j, found, slack).any()
        turned = Forbidden(1 - second.length, found.mask[::-1])
        return self._blocks(i, j, found, slack) or self._blocks(j, i, turned, slack[::-1])

    def _phases(self, i: int, j: int, found: Forbidden, slack: tuple[int, int]) -> np.ndarray:
        """Return the allowed differences of two strictly periodic starts that can be had."""
        period = self.view.period
        modulus = math.gcd(int(period[i]), int(period[j]))
        free = free_phases(found, modulus)
        if self.view.wraps or sum(slack) + 1 >= modulus:
            return free
        return free[np.arange(-slack[1], slack[0] + 1) % modulus]

    def _blocks(self, many: int, one: int, found: Forbidden, slack: tuple[int, int]) -> bool:
        """Return whether every start of some repetition of `one` leaves a window no start.

        `found` are the forbidden differences, `many` less `one`; `slack` has theirs in this order.
        """
        period = int(self.view.period[many])
        if slack[0] >= len(found.mask):
            return False
        run = np.convolve(found.mask, np.ones(slack[0] + 1, dtype=np.int64), mode="valid")
        if not (run > slack[0]).any():
            return False
        # A window that opens e after `one` starts is blocked; windows open every period.
        opens = found.least + np.flatnonzero(run > slack[0])
        blocked = np.zeros(period, dtype=bool)
        blocked[-opens % period] = True
        if self.view.wraps or slack[1] + 1 >= period:
            return bool(blocked.all())
        other = int(self.view.period[one])
        first = np.arange(period // math.gcd(period, other)) * other % period
        starts = (first[:, None] + np.arange(slack[1] + 1)) % period
        return bool(blocked[starts].all(axis=1).any())


def find_conflicts(view: View) -> list[tuple[int, int]]:
    """Return all pairs i < j of servable demands that are proved to exclude each other.

    Of more than `MOST` demands none is looked for.
    """
    if len(view.demands) > MOST:
        return []
    known = Conflicts(view)
    served = [demand for demand in range(len(view.demands)) if known.usable(demand)]
    shapes = [view.shapes[demand][known.usable(demand)[0]] for demand in served]
    uses = np.zeros((len(served), len(view.capacity)), dtype=np.float32)
    for row, shape in enumerate(shapes):
        uses[row, shape.pool] = 1
    length = np.array([shape.length for shape in shapes], dtype=np.int64)
    slack = view.period[served] - length
    # Fewer differences are forbidden than the two lengths add up to, less 1.
    room = np.minimum(slack[:, None], slack[None, :])
    if any(want.jitter == 0 for want in view.demands):
        period = view.period[served]
        both = np.minimum(np.gcd.outer(period, period) - 1, slack[:, None] + slack[None, :])
        room = np.minimum(room, both)
    near = (uses @ uses.T > 0) & (length[:, None] + length[None, :] - 1 > room)
    return [
        (served[i], served[j])
        for i, j in zip(*(axis.tolist() for axis in np.nonzero(np.triu(near, 1))), strict=True)
        if known.exclude(served[i], served[j])
    ]
