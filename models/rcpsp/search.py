"""A complete search for a schedule within a horizon, small enough to be repeated by a check.

Activities start as early as the lags allow. Where they then need more than a resource has, one
of a minimal set that asks for too much at once must wait for another to end: each such order is
tried (Bartusch, Moehring, Radermacher 1988). Orders that the distances forbid are left out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import IntArray
from planner.models.rcpsp.lags import NEVER, distances, heads
from planner.models.rcpsp.profile import usage
from planner.models.rcpsp.view import View

LARGEST = 60
"""Activities up to which a search is tried."""
STEPS = 4000
"""Nodes of the search tree after which it is given up."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found."""

    start: IntArray | None
    """A schedule within the horizon, (n,), or `None`."""
    is_complete: bool
    """Whether everything was tried: without a schedule, there is none."""
    steps: int


def search(view: View, horizon: int | None, steps: int = STEPS) -> Searched:
    """Look for a schedule with a makespan of at most `horizon` (any, if `None`).

    Gives up after `steps` nodes, or at once for more than `LARGEST` activities.
    """
    if view.activities > LARGEST or heads(view).cycle:
        return Searched(None, view.activities <= LARGEST, 0)
    root = _root(view, horizon)
    apart = _too_much(view)
    stack = [] if root is None else [root]
    done = 0
    while stack:
        if done >= steps:
            return Searched(None, False, done)
        done += 1
        table = _settle(view, stack.pop(), apart)
        if table is None:
            continue
        start = table[view.activities, : view.activities]
        clash = _clash(view, start)
        if clash is None:
            return Searched(start.copy(), True, done)
        stack.extend(_resolved(view, table, clash))
    return Searched(None, True, done)


def _root(view: View, horizon: int | None) -> IntArray | None:
    """Return the distances of activities, time 0 (at n) and the end (at n + 1), or `None`."""
    n = view.activities
    table = np.full((n + 2, n + 2), NEVER, np.int64)
    table[:n, :n] = distances(view)
    np.fill_diagonal(table, 0)
    table[:n, n + 1] = (table[:n, :n] + view.duration).max(axis=1)
    table[n, :n] = table[:n, :n].max(axis=0)
    table[n, n + 1] = max(0, int((table[n, :n] + view.duration).max()))
    return table if horizon is None else _with(table, n + 1, n, -horizon)


def _with(table: IntArray, source: int, target: int, weight: int) -> IntArray | None:
    """Return the distances with one more arc; `None` where it closes a positive cycle."""
    if weight + table[target, source] > 0:
        return None
    reached = table[:, source, None] + (weight + table[target])
    longer: IntArray = np.maximum(table, reached)
    longer[longer < NEVER // 2] = NEVER
    return longer


def _too_much(view: View) -> NDArray[np.bool_]:
    """Return whether two activities ask for more than there is of a resource (n, n)."""
    apart = np.zeros((view.activities, view.activities), dtype=bool)
    for resource, capacity in enumerate(view.capacity):
        held = np.where(view.duration > 0, view.demand[:, resource], 0)
        apart |= (held[:, None] + held > capacity) & (held[:, None] > 0) & (held > 0)
    np.fill_diagonal(apart, False)
    return apart


def _settle(view: View, table: IntArray, apart: NDArray[np.bool_]) -> IntArray | None:
    """Return the distances with every order of two activities that is forced by now."""
    n, wait = view.activities, view.duration[:, None]
    while True:
        inner = table[:n, :n]
        ordered = inner >= wait
        allowed = wait + inner.T <= 0
        loose = apart & ~ordered & ~ordered.T
        if (loose & ~allowed & ~allowed.T).any():
            return None
        forced = np.argwhere(loose & allowed & ~allowed.T)
        if not len(forced):
            return table
        first, second = forced[0].tolist()
        longer = _with(table, first, second, int(view.duration[first]))
        if longer is None:
            return None
        table = longer


def _clash(view: View, start: IntArray) -> list[int] | None:
    """Return a minimal set of activities that together exceed a resource first, or `None`."""
    times, held = usage(view, start)
    over = np.argwhere(held > view.capacity)
    if not len(over):
        return None
    moment, resource = int(times[over[0, 0]]), int(over[0, 1])
    running = (start <= moment) & (moment < start + view.duration)
    demand = view.demand[:, resource]
    chosen: list[int] = []
    total = 0
    for each in sorted(np.flatnonzero(running & (demand > 0)).tolist(), key=lambda i: -demand[i]):
        chosen.append(each)
        total += int(demand[each])
        if total > view.capacity[resource]:
            break
    # The last one is needed, for the others fit; each of them may still be too small to matter.
    for each in list(chosen):
        if total - demand[each] > view.capacity[resource]:
            chosen.remove(each)
            total -= int(demand[each])
    return chosen


def _resolved(view: View, table: IntArray, clash: list[int]) -> list[IntArray]:
    """Return the distances for each order of two activities of a clash, the best one last."""
    n = view.activities
    found: list[tuple[int, IntArray]] = []
    for first in clash:
        for second in clash:
            if first == second:
                continue
            wait = int(view.duration[first])
            longer = _with(table, first, second, wait)
            if longer is not None:
                delay = int(table[n, first]) + wait - int(table[n, second])
                found.append((delay, longer))
    found.sort(key=lambda each: -each[0])
    return [longer for _, longer in found]
