"""The limits that rates share, each a row of weights whose product with the rates is at most 1.

Where workers have wake-up clocks, every edge stands twice in a programme, first with the calls of
its first end, then with those of the second; both count as rates of the same edge. So all other
constraints stay what they are, and the clocks become limits of the calls that leave a worker.
"""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.view import NO_LIMIT, View


@dataclass(frozen=True, slots=True)
class Row:
    """A limit whose product with the rates is at most 1."""

    name: tuple[str, int]
    weight: FloatArray


def limit_rows(view: View, sets: tuple[IntArray, ...] = ()) -> list[Row]:
    """Return every limit that several edges share, over all edges."""
    rows = []
    if view.total is not None:
        rows.append(Row(("total", 0), view.cost / view.total))
    if view.concurrency is not None:
        for node in range(view.nodes):
            touches = (view.ends == node).any(axis=1)
            rows.append(Row(("node", node), touches * view.duration / view.concurrency[node]))
    if view.count:
        choice = (view.least <= 0) & view.usable
        rows.append(Row(("count", 0), choice / np.where(choice, view.most, 1.0) / view.count))
    for place, nodes in enumerate(sets):
        inside = np.isin(view.ends, nodes).all(axis=1)
        rows.append(Row(("set", place), inside * view.duration * 2 / (len(nodes) - 1)))
    return rows


def clock_rows(view: View, used: IntArray) -> list[Row]:
    """Return the limits of the calls of each node; `used` lists every edge twice."""
    assert view.clock is not None, "only nodes with clocks have limits of calls"
    half = len(used) // 2
    caller = np.concatenate([view.ends[used[:half], 0], view.ends[used[half:], 1]])
    return [
        Row(("clock", node), (caller == node) / float(view.clock[node]))
        for node in range(view.nodes)
    ]


def most_rows(view: View, used: IntArray) -> list[Row]:
    """Return the most rates of edges, to which the calls of both their ends contribute."""
    capped = np.flatnonzero(view.usable & (view.most < NO_LIMIT))
    return [Row(("edge", e), (used == e) / float(view.most[e])) for e in capped.tolist()]


def most_calls(view: View) -> Row:
    """Return the limit of all rates together: no more calls than wake-ups."""
    assert view.clock is not None, "only nodes with clocks have limits of calls"
    return Row(("clock", 0), np.full(view.edges, 1 / float(view.clock.sum())))
