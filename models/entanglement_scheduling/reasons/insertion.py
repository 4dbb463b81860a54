"""Whether a shape fits into the slots that a schedule leaves free, and where."""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.entanglement_scheduling.proofs.conflicts import levels_of
from planner.models.entanglement_scheduling.shape import Shape
from planner.models.entanglement_scheduling.view import View

Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]


def find_starts(
    view: View, free: IntArray, shape: Shape, period: int, jitter: int | None
) -> IntArray | None:
    """Return starts of all repetitions of one more demand beside a schedule, or `None`.

    The search is complete where only windows count and where starts are strictly periodic. Under a
    jitter between the two only strictly periodic starts are tried, which keep any bound.

    Parameters
    ----------
    free
        (P, H): qubits of each pool that the schedule leaves free in each slot.
    period
        Slots; a divisor of H.
    jitter
        Slots; `None` where only windows count.

    """
    if shape.length > period:
        return None
    fits = fitting_starts(free, shape)
    slack = period - shape.length
    table = np.reshape(fits, (-1, period))
    if jitter is not None:
        last = period if view.wraps else slack + 1
        phases = np.flatnonzero(np.logical_and.reduce(table, axis=0)[:last])
        return None if not len(phases) else _spread(np.full(len(table), phases[0]), period)
    if not view.wraps:
        inside = table[:, : slack + 1]
        return _spread(inside.argmax(axis=1), period) if inside.any(axis=1).all() else None
    return _on_circle(fits, period, slack)


def fitting_starts(free: IntArray, shape: Shape) -> Mask:
    """Return in which slots one repetition can start, time being a circle, (H,)."""
    slots = free.shape[1]
    fits = np.ones(slots, dtype=bool)
    for pool, levels in levels_of(shape).items():
        for level, spans in enumerate(levels):
            # No shape is longer than its period, so that two rounds of the circle are enough.
            lacking = np.tile(free[pool] <= level, 2)
            before = np.append(0, np.cumsum(lacking, dtype=np.int32))
            for begin, end in spans.tolist():
                fits &= before[end : end + slots] == before[begin : begin + slots]
    return fits


def _on_circle(fits: Mask, period: int, slack: int) -> IntArray | None:
    """Return the earliest starts for the first release at which every window has one."""
    count = len(fits) // period
    twice = np.append(0, np.cumsum(np.tile(fits, 2)))
    opens = np.arange(period)[:, None] + np.arange(count) * period
    has = twice[opens + slack + 1] > twice[opens]
    good = np.flatnonzero(has.all(axis=1))
    if not len(good):
        return None
    release = int(good[0])
    following = np.flatnonzero(np.tile(fits, 2))
    opens = release + np.arange(count) * period
    return following[np.searchsorted(following, opens)]


def _spread(off: IntArray, period: int) -> IntArray:
    """Return starts from where each repetition stands in its window."""
    return off + np.arange(len(off)) * period
