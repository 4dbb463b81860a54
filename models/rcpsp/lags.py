"""Longest paths in the lag graph: heads, tails, and cycles of positive length."""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.rcpsp.view import View

NEVER = -(2**60)
"""Stands for no path; sums of three of them still fit into 64 bits."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Longest paths from or to every activity, or the positive cycle that rules them out."""

    length: IntArray
    """(n,), in periods."""
    before: IntArray
    """(n,): the neighbour on the path, -1 where the path ends."""
    cycle: tuple[int, ...] = ()
    """Activities along a cycle of positive length, in the direction of the arcs."""


def heads(view: View) -> Paths:
    """Return the earliest starts that the lags alone allow; `before` leads back to time 0."""
    return _longest(view.arcs, np.zeros(view.activities, np.int64))


def tails(view: View) -> Paths:
    """Return the least time from the start of each activity to the end of the project.

    `before` leads forward to the last activity.
    """
    found = _longest(view.arcs[:, [1, 0, 2]], view.duration)
    return Paths(found.length, found.before, found.cycle[::-1])


def critical_path(view: View) -> list[int]:
    """Return the activities of a longest path from time 0 to the end of the project."""
    found = heads(view)
    last = int(np.argmax(found.length + view.duration))
    path = [last]
    while found.before[path[-1]] >= 0:
        path.append(int(found.before[path[-1]]))
    return path[::-1]


def longest(view: View) -> int:
    """Return a makespan that suffices if there is any plan (Neumann, Schwindt 1997).

    In a plan that starts everything as early as its order allows, each start is a chain of arcs in
    which an activity is left at most once, by a lag or by its duration.
    """
    step = view.duration.copy()
    np.maximum.at(step, view.arcs[:, 0], view.arcs[:, 2])
    return int(step.sum())


def distances(view: View) -> IntArray:
    """Return the longest paths between all pairs (n, n), `NEVER` where there is none.

    Floyd and Warshall's recursion; needs a lag graph without a positive cycle.
    """
    table = np.full((view.activities, view.activities), NEVER, np.int64)
    np.fill_diagonal(table, 0)
    np.maximum.at(table, (view.arcs[:, 0], view.arcs[:, 1]), view.arcs[:, 2])
    for middle in range(view.activities):
        np.maximum(table, table[:, middle, None] + table[middle], out=table)
        table[table < NEVER // 2] = NEVER
    return table


def _longest(arcs: IntArray, initial: IntArray) -> Paths:
    """Raise `initial` along the arcs until nothing changes (Bellman and Ford, all arcs at once).

    A value that still grows after n rounds stands on a walk of n arcs, which closes a cycle.
    """
    length, before = initial.copy(), np.full(len(initial), -1, np.int64)
    source, target, weight = arcs.T
    grown = np.zeros(len(initial), dtype=bool)
    for _ in range(len(initial) + 1):
        reached = length[source] + weight
        following = length.copy()
        np.maximum.at(following, target, reached)
        grown = following > length
        if not grown.any():
            return Paths(length, before)
        best = grown[target] & (reached == following[target])
        before[target[best]] = source[best]
        length = following
    return Paths(length, before, _cycle(before, int(np.argmax(grown))))


def _cycle(before: IntArray, node: int) -> tuple[int, ...]:
    for _ in range(len(before)):
        node = int(before[node])
    found = [node]
    while (node := int(before[node])) != found[0]:
        found.append(node)
    return tuple(found[::-1])
