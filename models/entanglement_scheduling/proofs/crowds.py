"""Sets of demands that cannot all be admitted, shown by trying all starts.

Where each period divides the next longer one and time is no circle, windows nest: once all demands
of longer periods are placed, the windows of a shorter period have nothing to do with each other.
So the longest periods are placed first, and each window within is searched by itself; windows that
look alike are searched once.
"""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.entanglement_scheduling.proofs.conflicts import Conflicts
from planner.models.entanglement_scheduling.shape import Shape
from planner.models.entanglement_scheduling.view import View

STEPS = 20_000
"""Most starts that are tried for one set; some seconds."""
COMBINATIONS = 64
"""Most ways to choose alternatives of all demands of a set."""


class _TooMuch(Exception):
    """More was to be tried than the limits allow."""


class Crowds:
    """Answers whether demands exclude each other together; what was searched is kept.

    `steps` are the most starts that are tried for one set, `spent` those that were for all.
    """

    def __init__(self, view: View, steps: int = STEPS) -> None:
        self.view, self.steps = view, steps
        self.spent = 0
        self.pairs = Conflicts(view)
        self._known: dict[tuple[int, ...], bool] = {}

    def exclude(self, members: Sequence[int]) -> bool:
        """Return whether it is proved that no schedule admits all of them.

        Nothing is proved on a circle of time, of periods that do not divide each other, and of sets
        that take too long. Jitter bounds are left out of account.
        """
        key = tuple(sorted(set(members)))
        if key not in self._known:
            pairs = itertools.combinations(key, 2)
            self._known[key] = any(self.pairs.exclude(*pair) for pair in pairs) or self._try(key)
        return self._known[key]

    def _try(self, members: tuple[int, ...]) -> bool:
        view = self.view
        periods = sorted({int(view.period[j]) for j in members}, reverse=True)
        nested = all(longer % shorter == 0 for longer, shorter in itertools.pairwise(periods))
        ways = [self.pairs.usable(j) for j in members]
        count = np.prod([float(len(each)) for each in ways])
        if view.wraps or not nested or count > COMBINATIONS:
            return False
        steps = 0
        for places in itertools.product(*ways):
            shapes = [view.shapes[j][a] for j, a in zip(members, places, strict=True)]
            search = _Search(view, members, shapes, periods, self.steps - steps)
            try:
                is_possible = search.fits()
            except _TooMuch:
                is_possible = True
            steps += search.steps
            self.spent += search.steps
            if is_possible:
                return False
        return True


class _Search:
    """The search for starts of one shape per demand."""

    def __init__(
        self,
        view: View,
        members: Sequence[int],
        shapes: Sequence[Shape],
        periods: list[int],
        most: int,
    ) -> None:
        self.periods, self.steps, self.most = periods, 0, most
        used = np.unique(np.concatenate([shape.pool for shape in shapes]))
        self.room = view.capacity[used, None]
        self.levels = [
            [
                _profile(shape, used)
                for j, shape in zip(members, shapes, strict=True)
                if view.period[j] == period
            ]
            for period in periods
        ]
        self.known: dict[tuple[int, bytes], bool] = {}

    def fits(self) -> bool:
        """Return whether all demands find starts within one longest period."""
        held = np.zeros((len(self.room), self.periods[0]), dtype=np.int64)
        return self.window(0, held)

    def window(self, level: int, held: IntArray) -> bool:
        """Return whether what is left fits into a window, given what is held in it already."""
        key = level, held.tobytes()
        if key not in self.known:
            self.known[key] = any(
                all(self.window(level + 1, part) for part in self.parts(level, total))
                for total in self.placed(level, 0, held)
            )
        return self.known[key]

    def parts(self, level: int, held: IntArray) -> list[IntArray]:
        """Return the windows of the next shorter period, none after the shortest."""
        if level + 1 == len(self.periods):
            return []
        shorter = self.periods[level + 1]
        count = held.shape[1] // shorter
        return [held[:, k * shorter : (k + 1) * shorter].copy() for k in range(count)]

    def placed(self, level: int, number: int, held: IntArray) -> Iterator[IntArray]:
        """Yield what is held once the demands of a level run somewhere in their window."""
        if number == len(self.levels[level]):
            yield held
            return
        shape = self.levels[level][number]
        length = shape.shape[1]
        views = np.lib.stride_tricks.sliding_window_view(held, length, axis=1)
        free = (views + shape[:, None, :] <= self.room[:, :, None]).all(axis=(0, 2))
        for start in np.flatnonzero(free).tolist():
            self.steps += 1
            if self.steps > self.most:
                raise _TooMuch
            total = held.copy()
            total[:, start : start + length] += shape
            yield from self.placed(level, number + 1, total)


def _profile(shape: Shape, used: IntArray) -> IntArray:
    """Return the qubits of some pools that a shape holds in each of its slots."""
    change = np.zeros((len(used), shape.length + 1), dtype=np.int64)
    place = np.searchsorted(used, shape.pool)
    np.add.at(change, (place, shape.begin), 1)
    np.add.at(change, (place, shape.end), -1)
    found: IntArray = np.cumsum(change, axis=1)[:, :-1]
    return found
