"""What fits into one pool: an exact knapsack over the slots of a hyperperiod."""

from fractions import Fraction

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.rounding import upper
from planner.models.entanglement_scheduling.proofs.bounds import alternatives_of
from planner.models.entanglement_scheduling.proofs.grid import grid_of, round_down
from planner.models.entanglement_scheduling.view import View

WORK = 300_000_000
"""Most additions of one knapsack."""


def knapsack_bound(view: View, pool: int) -> float | None:
    """Return the most that offered protocols can be worth by the slots of one pool alone.

    Each demand takes one of its alternatives or, unless it is mandatory, none; the slots they hold
    are within the pool's qubits times the hyperperiod. `None` where the mandatory ones are not, or
    where the table is too large.
    """
    table = alternatives_of(view)
    mine = table.pools == pool
    share = np.bincount(table.owner[mine], table.share[mine], minlength=len(table.demand))
    # Shares of a hyperperiod are whole slots.
    slots = np.rint(share * view.hyperperiod).astype(np.int64)
    unit = int(np.gcd.reduce(slots)) or 1
    room = int(view.capacity[pool]) * view.hyperperiod // unit
    if (room + 1) * len(slots) > WORK:
        return None
    whole = _whole(table.value)
    best = _fill(view, table.demand, slots // unit, table.value if whole is None else whole, room)
    if best is None:
        return None
    if whole is None:
        return round_down(upper(best, len(slots) + 2), table.value)
    grid = grid_of(table.value)
    return 0.0 if grid is None else round_down(upper(float(int(best) * grid), 2), table.value)


def _whole(value: FloatArray) -> FloatArray | None:
    """Return the values as whole multiples of their grid, where floats hold their sum exactly."""
    grid = grid_of(value)
    if grid is None:
        return np.zeros(len(value))
    if Fraction(float(np.abs(value).sum())) / grid >= 2**52:
        return None
    found: FloatArray = np.rint(value / float(grid))
    return found


def _fill(
    view: View, demand: IntArray, slots: IntArray, value: FloatArray, room: int
) -> float | None:
    """Return the largest value within `room`, `None` where mandatory demands do not fit."""
    best = np.zeros(room + 1)
    for j, want in enumerate(view.demands):
        ways = np.flatnonzero(demand == j).tolist()
        filled = np.full(room + 1, -np.inf) if want.mandatory else best.copy()
        for way in ways:
            use = int(slots[way])
            if use <= room:
                np.maximum(filled[use:], best[: room + 1 - use] + value[way], out=filled[use:])
        best = filled
    return float(best[-1]) if np.isfinite(best[-1]) else None
