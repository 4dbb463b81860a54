"""What the time windows of all activities imply if the project ends by a horizon.

Every rule only shrinks windows and removes no schedule within the horizon, so that an empty window
or an interval with too much work shows that there is none (destructive bounds: Klein, Scholl 1999).
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import IntArray
from planner.models.rcpsp.cliques import incompatible
from planner.models.rcpsp.lags import NEVER, distances, heads, tails
from planner.models.rcpsp.redundant import Row, rows
from planner.models.rcpsp.view import View

ACTIVITIES, HORIZON = 400, 2000
"""The largest project: tables of pairs and of interval ends stay small."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the rules read: a project that is small enough, and a horizon."""

    view: View
    horizon: int
    between: IntArray
    """(n, n): longest paths, `NEVER` where there is none."""
    apart: NDArray[np.bool_]
    """(n, n): who can never run together with whom."""
    rows: tuple[Row, ...]
    """Resources, and what follows from them."""


@dataclass(frozen=True, slots=True)
class Windows:
    """The earliest and the latest start of every activity, (n,) each, and orders found so far."""

    early: IntArray
    late: IntArray
    between: IntArray = field(repr=False)
    """(n, n): least time from start to start."""

    @property
    def is_empty(self) -> bool:
        """Whether some activity cannot start any more."""
        return bool((self.early > self.late).any())


def frame(view: View, horizon: int) -> Frame:
    """Return what the rules read; the lags have no cycle and `fits` holds."""
    return Frame(view, horizon, distances(view), incompatible(view), rows(view))


def fits(view: View, horizon: int) -> bool:
    """Return whether project and horizon are small enough for the rules."""
    return view.activities <= ACTIVITIES and 0 <= horizon <= HORIZON


def opening(of: Frame) -> Windows:
    """Return the windows that heads and tails leave."""
    late = of.horizon - tails(of.view).length
    return Windows(heads(of.view).length, late, of.between)


def ordered(of: Frame, windows: Windows, first: int, second: int) -> Windows:
    """Return the windows with `first` ending before `second` starts."""
    table = windows.between
    wait = int(of.view.duration[first])
    longer = np.maximum(table, table[:, first, None] + (wait + table[second]))
    longer[longer < NEVER // 2] = NEVER
    return replace(windows, between=longer)


def propagate(of: Frame, windows: Windows) -> Windows | None:
    """Return the windows to which the rules lead, or `None` where nothing fits any more."""
    if (np.diagonal(windows.between) > 0).any():
        return None
    while True:
        early, late = _along_arcs(windows)
        early, late = _in_order(of, early, late)
        if (early > late).any():
            return None
        early, late = _beside_fixed(of, early, late)
        following = replace(windows, early=early, late=late)
        if following.is_empty:
            return None
        if (early == windows.early).all() and (late == windows.late).all():
            return None if _overloaded(of, following) else following
        windows = following


def _along_arcs(windows: Windows) -> tuple[IntArray, IntArray]:
    """Return starts no earlier and no later than the least times between them allow."""
    early = np.maximum(windows.early, (windows.early[:, None] + windows.between).max(axis=0))
    late = np.minimum(windows.late, (windows.late - windows.between).min(axis=1))
    return early, late


def _in_order(of: Frame, early: IntArray, late: IntArray) -> tuple[IntArray, IntArray]:
    """Return the windows after an activity waits for each one that can only come before it.

    Of two that cannot run together, i comes first if j could not end before the latest start of i.
    """
    duration = of.view.duration
    first = of.apart & ((early + duration) > late[:, None])
    ends = np.where(first, (early + duration)[:, None], 0)
    begins = np.where(first, late - duration[:, None], of.horizon)
    return np.maximum(early, ends.max(axis=0)), np.minimum(late, begins.min(axis=1))


def _beside_fixed(of: Frame, early: IntArray, late: IntArray) -> tuple[IntArray, IntArray]:
    """Return windows that begin and end where a start fits beside what surely runs (timetable)."""
    duration, times = of.view.duration, np.arange(of.horizon + 1)
    surely = (late[:, None] <= times) & (times < (early + duration)[:, None])
    blocked = np.zeros(surely.shape, dtype=bool)
    for row in of.rows:
        room = row.capacity - row.weight @ surely
        blocked |= row.weight[:, None] > np.where(surely, room + row.weight[:, None], room)
    before = np.zeros((len(duration), of.horizon + 2), np.int64)
    np.cumsum(blocked, axis=1, out=before[:, 1:])
    ends = np.minimum(times + duration[:, None], of.horizon + 1)
    possible = np.take_along_axis(before, ends, axis=1) == before[:, :-1]
    possible &= (times >= early[:, None]) & (times <= late[:, None])
    first, last = possible.argmax(axis=1), of.horizon - possible[:, ::-1].argmax(axis=1)
    nowhere = ~possible.any(axis=1)
    return np.where(nowhere, late + 1, first), np.where(nowhere, late, last)


def _overloaded(of: Frame, windows: Windows) -> bool:
    """Return whether some interval [a, b) must hold more work than there is room for.

    For a fixed a the least work of an activity inside is a ramp in b: it begins at the larger one
    of a and the latest start, and rises by one per period up to the smaller one of the duration
    and what is left of it after a if it starts earliest (Baptiste, Le Pape, Nuijten 2001).
    """
    duration, size = of.view.duration, of.horizon + 2
    ends = windows.early + duration
    begins = np.unique(np.concatenate([windows.early, windows.late, ends]))
    begins = begins[begins <= of.horizon]
    rise = np.maximum(0, np.minimum(duration, ends - begins[:, None]))
    foot = np.maximum(windows.late, begins[:, None])
    place = size * np.arange(len(begins))[:, None]
    starts, stops = (place + foot).ravel(), (place + foot + rise).ravel()
    length = np.arange(size) - begins[:, None]
    for row in of.rows:
        weight = np.where(rise > 0, row.weight, 0).ravel()
        slope = np.bincount(starts, weight, len(begins) * size)
        slope -= np.bincount(stops, weight, len(begins) * size)
        running = np.cumsum(slope.reshape(len(begins), size), axis=1)
        work = np.cumsum(running, axis=1) - running
        if (work > row.capacity * np.maximum(length, 0)).any():
            return True
    return False
