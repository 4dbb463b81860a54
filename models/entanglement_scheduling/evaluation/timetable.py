"""When each repetition runs, which qubits that holds, and how many of each pool are held."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.entanglement_scheduling.shape import Shape
from planner.models.entanglement_scheduling.view import View


@dataclass(frozen=True, slots=True)
class Held:
    """Qubits held: interval i holds one qubit of `pool[i]` in the slots [begin, end).

    Slots count from 0 and may lie beyond the hyperperiod, where time is a circle.
    """

    pool: IntArray
    begin: IntArray
    end: IntArray
    row: IntArray
    """Row of the plan that holds it."""
    repetition: IntArray
    """Repetition within the hyperperiod, from 0."""
    segment: IntArray
    """Segment of the row's shape."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The admitted demands with all their repetitions; r rows, m repetitions altogether."""

    demand: IntArray
    """(r,): places in the view."""
    shapes: tuple[Shape, ...]
    """The shape of each row."""
    period: IntArray
    """(r,): slots."""
    count: IntArray
    """(r,): repetitions within the hyperperiod."""
    start: IntArray
    """(m,): first slot of each repetition, those of row 0 first."""
    end: IntArray
    """(m,): slot after the last of each repetition."""
    held: Held

    @property
    def row(self) -> IntArray:
        """(m,): row of each repetition."""
        return np.repeat(np.arange(len(self.count)), self.count)

    @property
    def repetition(self) -> IntArray:
        """(m,): number of each repetition within its row."""
        return numbered(self.count)

    @property
    def length(self) -> IntArray:
        """(r,): slots of each row's protocol."""
        return np.array([shape.length for shape in self.shapes], dtype=np.int64)

    def starts(self, row: int) -> IntArray:
        """Return the starts of one row, (H/p,)."""
        first = int(self.count[:row].sum())
        found: IntArray = self.start[first : first + int(self.count[row])]
        return found


def numbered(count: IntArray) -> IntArray:
    """Return 0 ... count[0] - 1, 0 ... count[1] - 1, and so on, in one array."""
    before = np.repeat(np.cumsum(count) - count, count)
    found: IntArray = np.arange(int(count.sum())) - before
    return found


def rigid_rows(view: View, demand: IntArray, shapes: Sequence[Shape], start: IntArray) -> Rows:
    """Return the rows of a plan whose protocols run without pauses.

    Parameters
    ----------
    demand
        (r,): places of the admitted demands.
    shapes
        One per row.
    start
        (sum of H/p,): first slot of each repetition, row after row.
    """
    demand, start = np.asarray(demand, np.int64), np.asarray(start, np.int64)
    period = view.period[demand]
    count = view.hyperperiod // period
    row, repetition = np.repeat(np.arange(len(demand)), count), numbered(count)
    length = np.array([shape.length for shape in shapes], dtype=np.int64)
    pool, begin, end, first, segments = _stacked(shapes)
    # One entry for every segment of every repetition.
    many = segments[row]
    of, segment = np.repeat(np.arange(len(row)), many), numbered(many)
    place = first[row[of]] + segment
    held = Held(
        pool=pool[place],
        begin=start[of] + begin[place],
        end=start[of] + end[place],
        row=row[of],
        repetition=repetition[of],
        segment=segment,
    )
    ends = start + (length[row] if len(row) else 0)
    return Rows(demand, tuple(shapes), period, count, start, ends, held)


def _stacked(shapes: Sequence[Shape]) -> tuple[IntArray, IntArray, IntArray, IntArray, IntArray]:
    """Return pool, begin and end of all segments, and where those of each shape begin and end."""
    empty = np.zeros(0, np.int64)
    segments = np.array([len(shape.pool) for shape in shapes], dtype=np.int64)
    columns = [
        np.concatenate([empty, *(getattr(shape, name) for shape in shapes)])
        for name in ("pool", "begin", "end")
    ]
    return columns[0], columns[1], columns[2], np.cumsum(segments) - segments, segments


def occupation(view: View, rows: Rows) -> IntArray:
    """Return how many qubits of each pool are held in each slot of the hyperperiod, (P, H)."""
    return occupied(rows.held, len(view.capacity), view.hyperperiod)


def occupied(held: Held, pools: int, hyperperiod: int) -> IntArray:
    """Return how many intervals of each pool cover each slot modulo the hyperperiod, (P, H).

    Parameters
    ----------
    pools
        Pools are numbered from 0 to this.
    hyperperiod
        Slots; intervals may lie anywhere and be of any length.
    """
    whole, rest = np.divmod(held.end - held.begin, hyperperiod)
    begin = held.begin % hyperperiod
    end = begin + rest
    change = np.zeros((pools, hyperperiod + 1), dtype=np.int64)
    np.add.at(change, (held.pool, begin), 1)
    np.add.at(change, (held.pool, np.minimum(end, hyperperiod)), -1)
    over = end > hyperperiod
    change[:, 0] += np.bincount(held.pool[over], minlength=pools)
    np.add.at(change, (held.pool[over], end[over] - hyperperiod), -1)
    change[:, 0] += np.bincount(held.pool, whole, minlength=pools).astype(np.int64)
    found: IntArray = np.cumsum(change, axis=1)[:, :-1]
    return found
