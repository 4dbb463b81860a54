"""What of a demand would fit beside a schedule, were it asked for in another way."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.entanglement_scheduling.reasons.insertion import find_starts
from planner.models.entanglement_scheduling.reasons.relaxations import (
    longer_periods,
    lower_fidelities,
    more_protocols,
    shapes_for,
)
from planner.models.entanglement_scheduling.shape import Shape
from planner.models.entanglement_scheduling.view import View, Want

FIGURES = 20_000_000
"""Largest table of pools and slots that is made; nothing is said of larger schedules."""


@dataclass(frozen=True, slots=True)
class Beside:
    """One demand, and the slots that a schedule leaves free."""

    view: View
    free: IntArray
    """(P, H): free qubits of each pool in each slot; as it was after every method."""
    want: Want
    shapes: Sequence[Shape]
    """Of the usable alternatives."""

    def fits(self, shapes: Sequence[Shape], period: int | None = None) -> bool:
        """Return whether some shape fits into the free slots, in every period (or its own)."""
        period = self.want.period if period is None else period
        free = self.free
        slots = math.lcm(free.shape[1], period)
        if len(free) * slots > FIGURES:
            return False
        if slots > free.shape[1]:
            free = np.tile(free, slots // free.shape[1])
        found = (find_starts(self.view, free, each, period, self.want.jitter) for each in shapes)
        return any(starts is not None for starts in found)

    def longer_period(self) -> int | None:
        """Return the shortest of the longer periods tried at which it would fit."""
        view, want = self.view, self.want
        for period in longer_periods(view, want):
            if self.fits(shapes_for(view, want, period, want.min_fidelity), period):
                return period
        return None

    def lower_fidelity(self) -> float | None:
        """Return the highest of the lower fidelities tried at which it would fit."""
        if self.view.is_rigid:
            return None
        for fidelity in lower_fidelities(self.want):
            if self.fits(shapes_for(self.view, self.want, self.want.period, fidelity)):
                return fidelity
        return None

    def one_more(self, first: int) -> int | None:
        """Return a pool in which one more qubit would do, `first` before all others."""
        others = {int(pool) for shape in self.shapes for pool in shape.pool} - {first}
        for pool in (first, *sorted(others)):
            self.free[pool] += 1
            fits = self.fits(self.shapes)
            self.free[pool] -= 1
            if fits:
                return pool
        return None

    def other_rules(self) -> tuple[str, ...]:
        """Return settings of `protocols` that offer more, each of which would do, as text."""
        view, want = self.view, self.want
        if view.is_rigid:
            return ()
        return tuple(
            text
            for text, rules in more_protocols(view.instance.protocols)
            if self.fits(shapes_for(view, want, want.period, want.min_fidelity, rules))
        )
