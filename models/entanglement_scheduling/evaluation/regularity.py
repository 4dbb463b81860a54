"""Whether repetitions keep their windows, and how regular they are."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.evaluation import Violation
from planner.models.entanglement_scheduling.evaluation.timetable import Rows
from planner.models.entanglement_scheduling.view import View


@dataclass(frozen=True, slots=True)
class Regularity:
    """Per row, in slots; r rows."""

    release: IntArray
    """(r,): first slot of the first window: 0, or the earliest start modulo windows on a circle."""
    response: IntArray
    """(r,): most slots from the start of a window to the end of its repetition."""
    waiting: FloatArray
    """(r,): slots from the start of a window to that of its repetition, on average."""
    start_jitter: IntArray
    """(r,): most that two starts in a row are off a period, from the last to the first as well."""
    delivery_jitter: IntArray
    """(r,): the same of the ends."""
    variance: FloatArray
    """(r,): variance of what starts in a row are off a period, within one hyperperiod."""


def regularity(view: View, rows: Rows) -> Regularity:
    """Return how regular each row is."""
    shifted = rows.start - rows.repetition * rows.period[rows.row]
    ended = rows.end - rows.repetition * rows.period[rows.row]
    parts = np.cumsum(rows.count) - rows.count
    if not len(parts):
        empty = np.zeros(0, dtype=np.int64)
        none = empty.astype(np.float64)
        return Regularity(empty, empty, none, empty, empty, none)
    release = np.minimum.reduceat(shifted, parts) if view.wraps else 0 * parts
    return Regularity(
        release=release,
        response=np.maximum.reduceat(ended, parts) - release,
        waiting=np.add.reduceat(shifted, parts) / rows.count - release,
        start_jitter=np.maximum.reduceat(np.abs(_steps(shifted, parts)), parts),
        delivery_jitter=np.maximum.reduceat(np.abs(_steps(ended, parts)), parts),
        variance=_variance(shifted, parts, rows.count),
    )


def window_violations(view: View, rows: Rows) -> Iterator[Violation]:
    """Yield the worst repetition outside of its window per row, and the jitter per row.

    Codes are `window-missed` and `jitter-exceeded`; amounts are slots.
    """
    found = regularity(view, rows)
    shifted = rows.start - rows.repetition * rows.period[rows.row]
    ended = rows.end - rows.repetition * rows.period[rows.row]
    release = found.release[rows.row]
    off = np.maximum(release - shifted, ended - release - rows.period[rows.row])
    parts = np.append(0, np.cumsum(rows.count))
    for row, demand in enumerate(rows.demand.tolist()):
        want = view.demands[demand]
        mine = off[parts[row] : parts[row + 1]]
        if mine.max() > 0:
            worst = int(mine.argmax())
            start = int(rows.starts(row)[worst])
            opens = int(found.release[row]) + worst * want.period
            where = (
                f"{want.name}, repetition {worst}: starts in slot {start}, "
                f"its window has the slots {opens} to {opens + want.period - 1}"
            )
            yield Violation(code="window-missed", constraint=want.field, where=where,
                            amount=float(mine[worst]), unit="slots")  # fmt: skip
        jitter = int(found.start_jitter[row])
        if want.jitter is not None and jitter > want.jitter:
            where = f"{want.name}: two starts are {jitter} slots off a period"
            yield Violation(code="jitter-exceeded", constraint="limits.jitter", where=where,
                            amount=float(jitter - want.jitter), unit="slots")  # fmt: skip


def _steps(shifted: IntArray, parts: IntArray) -> IntArray:
    """Return how far each repetition moves in its window against the one before, cyclically."""
    before = np.append(0, shifted[:-1])
    last = np.append(parts[1:], len(shifted)) - 1
    before[parts] = shifted[last]
    found: IntArray = shifted - before
    return found


def _variance(shifted: IntArray, parts: IntArray, count: IntArray) -> FloatArray:
    """Return the population variance of the steps, that over the border left out."""
    steps = _steps(shifted, parts).astype(np.float64)
    steps[parts] = 0.0
    many = np.maximum(count - 1, 1)
    mean = np.add.reduceat(steps, parts) / many
    off = steps - np.repeat(mean, count)
    off[parts] = 0.0
    found: FloatArray = np.add.reduceat(off**2, parts) / many
    return found
