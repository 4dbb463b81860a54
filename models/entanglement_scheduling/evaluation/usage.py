"""Whether every pool has the qubits that a schedule holds."""

from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.base.evaluation import Violation
from planner.models.entanglement_scheduling.evaluation.assignment import name_pool
from planner.models.entanglement_scheduling.evaluation.timetable import Held, Rows, occupied
from planner.models.entanglement_scheduling.view import View

Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]

FIGURES = 4_000_000
"""Slots times pools that are counted at a time."""


def pool_violations(view: View, rows: Rows) -> Iterator[Violation]:
    """Yield pools that are held above their size, and those whose qubits cannot be named.

    Codes are `pool-exceeded`, with the first slot and the most qubits too many, and
    `qubits-not-assignable`. The second occurs on a circle only: elsewhere a pool that is never
    held above its size has a naming.
    """
    for pools, count in occupations(view, rows):
        over = count - view.capacity[pools, None]
        for place in np.flatnonzero(over.max(axis=1) > 0).tolist():
            yield _exceeded(view, rows, int(pools[place]), over[place])
        if view.wraps:
            fits = pools[(over.max(axis=1) <= 0) & (view.capacity[pools] > 1)]
            yield from _unnamed(view, rows, fits)


def occupations(view: View, rows: Rows) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield pools that are used with the qubits held of each in each slot, some at a time.

    The tables are (pools,) and (pools, H).
    """
    used = np.unique(rows.held.pool)
    step = max(1, FIGURES // view.hyperperiod)
    for begin in range(0, len(used), step):
        pools = used[begin : begin + step]
        mine = np.isin(rows.held.pool, pools)
        held = some(rows.held, mine, np.searchsorted(pools, rows.held.pool[mine]))
        yield pools, occupied(held, len(pools), view.hyperperiod)


def some(held: Held, mine: Mask, pool: IntArray | None = None) -> Held:
    """Return the intervals that a mask selects, with pools renumbered if given."""
    return Held(
        pool=held.pool[mine] if pool is None else pool,
        begin=held.begin[mine],
        end=held.end[mine],
        row=held.row[mine],
        repetition=held.repetition[mine],
        segment=held.segment[mine],
    )


def _exceeded(view: View, rows: Rows, pool: int, over: IntArray) -> Violation:
    slot = int(np.flatnonzero(over > 0)[0])
    held = rows.held
    behind = (slot - held.begin) % view.hyperperiod
    there = (held.pool == pool) & (behind < held.end - held.begin)
    names = [view.demands[int(rows.demand[row])].name for row in np.unique(held.row[there])]
    shown = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
    return Violation(
        code="pool-exceeded",
        constraint=pool_field(view, pool),
        where=f"{view.pools[pool]} in slot {slot}, held by {shown}",
        amount=float(over.max()),
        unit="qubits",
    )


def pool_field(view: View, pool: int) -> str:
    """Return the field of the instance that says how many qubits a pool has."""
    node = view.network.names[int(view.pool_node[pool])]
    kind = view.pools[pool][len(node) + 1]
    name = "communication_qubits" if kind == "C" else "storage_qubits"
    nodes = getattr(view.instance.topology, "nodes", ())
    own = nodes and getattr(nodes[int(view.pool_node[pool])], name) is not None
    return f"topology.nodes[{int(view.pool_node[pool])}].{name}" if own else f"topology.{name}"


def _unnamed(view: View, rows: Rows, pools: IntArray) -> Iterator[Violation]:
    for pool in pools.tolist():
        mine = np.flatnonzero(rows.held.pool == pool)
        begin, end = rows.held.begin[mine], rows.held.end[mine]
        if name_pool(begin, end, int(view.capacity[pool]), view.hyperperiod) is None:
            where = f"{view.pools[pool]}: no naming of its qubits repeats with the hyperperiod"
            yield Violation(code="qubits-not-assignable", constraint=pool_field(view, pool),
                            where=where)  # fmt: skip
