"""The optimum of a tiny instance: every set of demands, every protocol, every start is tried."""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.entanglement_scheduling.evaluation.scope import OFFERED, WHOLE
from planner.models.entanglement_scheduling.evaluation.timetable import Held, occupied
from planner.models.entanglement_scheduling.evaluation.worth import values
from planner.models.entanglement_scheduling.shape import Shape

if TYPE_CHECKING:
    from planner.models.entanglement_scheduling.instance import EntanglementScheduling
    from planner.models.entanglement_scheduling.view import View

SCOPES = (OFFERED, WHOLE)
"""Classes of the plans that are tried; pauses, and protocols not on offer, may do better."""
CHOICES = 20_000
"""Most ways to choose demands and protocols."""
SLOTS = 64
"""Longest hyperperiod."""
STEPS = 60_000
"""Most repetitions that are placed altogether; a few seconds."""

Choice = tuple[tuple[int, int], ...]
"""Pairs of an admitted demand and its alternative, demands ascending."""


class Found(NamedTuple):
    """What the enumeration found."""

    value: float | None
    """The optimum; `None` where no schedule keeps the limits."""
    choice: Choice = ()
    starts: tuple[IntArray, ...] = ()
    """Per admitted demand, (H/p,)."""


class _TooMuch(Exception):
    """More was to be tried than the limits allow."""


def optimum(instance: "EntanglementScheduling") -> float | None:
    """Return the optimal objective over the offered protocols.

    `None` where there is no schedule, or too much to enumerate.
    """
    found = enumerate_all(instance)
    return None if found is None else found.value


def enumerate_all(instance: "EntanglementScheduling") -> Found | None:
    """Return an optimal schedule of a tiny instance, or `None` where there is too much to try."""
    view = instance.view
    if view.hyperperiod > SLOTS or not _few(view):
        return None
    search = _Search(view)
    try:
        sign = 1.0 if instance.objective == "latency" else -1.0
        for value, choice in sorted(_choices(view), key=lambda each: (sign * each[0], each[1])):
            starts = search.place(choice)
            if starts is not None:
                return Found(value, choice, starts)
    except _TooMuch:
        return None
    return Found(None)


def _few(view: "View") -> bool:
    ways = 1
    for want in view.demands:
        if view.is_rigid:
            ways *= 2
        elif want.mandatory:
            ways *= max(1, view.instance.protocols.most)
        else:
            ways *= 1 + view.instance.protocols.most
        if ways > CHOICES:
            return False
    return True


def _choices(view: "View") -> Iterator[tuple[float, Choice]]:
    """Yield every set of demands with all mandatory ones, each with each of its alternatives."""
    worth = values(view)
    menus = []
    for j, want in enumerate(view.demands):
        ways: list[int | None] = [] if want.mandatory else [None]
        ways += [a for a, shape in enumerate(view.shapes[j]) if shape.length <= want.period]
        menus.append(ways)
    for taken in itertools.product(*menus):
        choice = tuple((j, a) for j, a in enumerate(taken) if a is not None)
        yield float(sum(worth[j][a] for j, a in choice)), choice


class _Search:
    """Places repetitions one after the other, each at every start that its limits allow."""

    def __init__(self, view: "View") -> None:
        self.view = view
        self.steps = 0
        self.clash: dict[Choice, bool] = {}
        self.masks: dict[tuple[int, int], IntArray] = {}

    def place(self, choice: Choice) -> tuple[IntArray, ...] | None:
        """Return starts of all repetitions of a choice, or `None` where there are none."""
        if any(self.exclude(pair) for pair in itertools.combinations(choice, 2)):
            return None
        return self._place(choice)

    def exclude(self, pair: Choice) -> bool:
        """Return whether two alternatives find no starts beside each other."""
        if pair not in self.clash:
            self.clash[pair] = self._place(pair) is None
        return self.clash[pair]

    def _place(self, choice: Choice) -> tuple[IntArray, ...] | None:
        held = np.zeros_like(self.mask(choice[0])[0]) if choice else np.zeros(0, np.int64)
        found = self._next(choice, 0, [], held)
        return None if found is None else tuple(np.array(each, np.int64) for each in found)

    def mask(self, way: tuple[int, int]) -> IntArray:
        """Return what an alternative holds if it starts in each slot, (H, P, H)."""
        if way not in self.masks:
            view = self.view
            self.masks[way] = _shifted(view.shapes[way[0]][way[1]], len(view.pools),
                                       view.hyperperiod)  # fmt: skip
        return self.masks[way]

    def _next(
        self, choice: Choice, row: int, done: list[list[int]], held: IntArray
    ) -> list[list[int]] | None:
        if row == len(choice):
            return done
        for starts, total in self._rows(choice[row], row == 0, [], held):
            found = self._next(choice, row + 1, [*done, starts], total)
            if found is not None:
                return found
        return None

    def _rows(
        self, way: tuple[int, int], is_first: bool, starts: list[int], held: IntArray
    ) -> Iterator[tuple[list[int], IntArray]]:
        """Yield every way to place the repetitions of one row, with what is held then."""
        view, j = self.view, way[0]
        period = view.demands[j].period
        if len(starts) == view.hyperperiod // period:
            if self._is_regular(j, starts):
                yield starts, held
            return
        for start in self._range(way, is_first, starts):
            self.steps += 1
            if self.steps > STEPS:
                raise _TooMuch
            total = held + self.mask(way)[start % view.hyperperiod]
            if (total <= view.capacity[:, None]).all():
                yield from self._rows(way, is_first, [*starts, start], total)

    def _range(self, way: tuple[int, int], is_first: bool, starts: list[int]) -> range:
        """Return where the next repetition may start, given those before it.

        On a circle the first repetition of the first row stands in slot 0: all of it can be turned.
        """
        view = self.view
        want, shape = view.demands[way[0]], view.shapes[way[0]][way[1]]
        slack, offset = want.period - shape.length, len(starts) * want.period
        off = [start - k * want.period for k, start in enumerate(starts)]
        if not view.wraps:
            low, high = 0, slack
        elif not off:
            low, high = 0, 0 if is_first else want.period - 1 + slack
        else:
            low, high = max(off) - slack, min(off) + slack
        if off and want.jitter is not None:
            low, high = max(low, off[-1] - want.jitter), min(high, off[-1] + want.jitter)
        return range(offset + low, offset + high + 1)

    def _is_regular(self, j: int, starts: list[int]) -> bool:
        """Return whether the last and the first repetition are close enough to a period apart."""
        want = self.view.demands[j]
        last = starts[-1] - (len(starts) - 1) * want.period
        return want.jitter is None or abs(starts[0] - last) <= want.jitter


def _shifted(shape: Shape, pools: int, hyperperiod: int) -> IntArray:
    zeros = np.zeros(len(shape.pool), dtype=np.int64)
    held = Held(shape.pool, shape.begin, shape.end, zeros, zeros, zeros)
    count = occupied(held, pools, hyperperiod)
    return np.stack([np.roll(count, start, axis=1) for start in range(hyperperiod)])
