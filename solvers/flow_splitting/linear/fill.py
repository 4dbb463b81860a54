"""Serve every flow of a step within a given time with few parts: whole flows first.

As many flows as fit are placed whole; the rest is spread by the flow LP over the room that is left
and cut. Where the whole flows stand in the way of the rest, the shadow prices of that LP tell
which of them do, and they join the rest.
"""

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.grouping import sum_by
from planner.solvers.contract import Run
from planner.solvers.flow_splitting.linear import placement
from planner.solvers.flow_splitting.linear.cuts import cut_flows, join, renumber
from planner.solvers.flow_splitting.linear.items import Items, Parts
from planner.solvers.flow_splitting.linear.placement import NOWHERE
from planner.solvers.flow_splitting.linear.placing import FITS, Task, place_whole
from planner.solvers.flow_splitting.linear.pouring import pour
from planner.solvers.flow_splitting.linear.spread import SpreadProblem
from planner.solvers.flow_splitting.linear.spread_solve import Spread, solve_spread

RESIDUAL_COLUMNS = 60_000
"""Largest flow LP for the flows that were not placed whole."""
POURED = 200_000
"""Most flows that are cut one by one where the LP would be too large."""
ROUNDS = 5
"""How often flows that stand in the way are taken out."""


def fill(task: Task, run: Run) -> Parts | None:
    """Return parts that serve every item in time, or `None` where that takes too large an LP.

    Also `None` if the run had to stop.
    """
    for spine in place_whole(task):
        parts = _complete(task, spine, run)
        if parts is not None or run.stopping() is not None:
            return parts
    return None


def _complete(task: Task, spine: IntArray, run: Run) -> Parts | None:
    """Add cut flows to whole ones; `spine` gives the spine of each item, or NOWHERE."""
    spine = spine.copy()
    for _ in range(ROUNDS):
        left = np.flatnonzero(spine == NOWHERE)
        if not len(left):
            return _whole_parts(task.items, spine)
        rest, free = task.items.select(left), placement.remaining(task.items, spine, task.room())
        if _columns(task, rest) > RESIDUAL_COLUMNS:
            return _pour(task, spine, free, run)
        spread = _spread_rest(task, rest, free, run)
        if spread is None:
            return None
        if spread.value <= FITS:
            cut = cut_flows(rest, spread.amounts, task.fabric.leaves)
            return join([_whole_parts(task.items, spine), renumber(cut, left)])
        placed = np.flatnonzero(spine != NOWHERE)
        lengths = spread.up_price, spread.down_price
        detours = _detours(task.items.select(placed), spine[placed], lengths, task.fabric)
        if not detours.any():
            return None
        spine[placed[detours]] = NOWHERE
    return None


def _pour(
    task: Task, spine: IntArray, free: tuple[FloatArray, FloatArray], run: Run
) -> Parts | None:
    """Cut what is left over one by one, and spread only what that does not place."""
    left = np.flatnonzero(spine == NOWHERE)
    if len(left) > POURED:
        return None
    rest = task.items.select(left)
    poured, missing = pour(rest, free)
    pieces = [_whole_parts(task.items, spine), renumber(poured, left)]
    short = np.flatnonzero(missing)
    if len(short):
        rest = Items(rest.source[short], rest.target[short], missing[short])
        if _columns(task, rest) > RESIDUAL_COLUMNS:
            return None
        spread = _spread_rest(task, rest, free, run)
        if spread is None or spread.value > FITS:
            return None
        cut = cut_flows(rest, spread.amounts, task.fabric.leaves)
        pieces.append(renumber(cut, left[short]))
    return join(pieces)


def _columns(task: Task, items: Items) -> int:
    return len(np.unique(items.pairs(task.fabric.leaves))) * task.fabric.spines


def _spread_rest(
    task: Task, rest: Items, free: tuple[FloatArray, FloatArray], run: Run
) -> Spread | None:
    """Spread items over the room that is left."""
    fabric, leaves = task.fabric, task.fabric.leaves
    pair, place = np.unique(rest.pairs(leaves), return_inverse=True)
    amount = sum_by(place, rest.size, len(pair))
    problem = SpreadProblem(
        pair // leaves, pair % leaves, amount, fabric.up_total, fabric.down_total
    )
    room = task.room()
    used = room.up - free[0], room.down - free[1]
    return solve_spread(problem, run, used=used, reference=task.time)


def _detours(
    items: Items, spine: IntArray, lengths: tuple[FloatArray, FloatArray], fabric: Fabric
) -> NDArray[np.bool_]:
    """Return which items take a longer way than they need to under the given lengths."""
    up = np.where(fabric.up_total > 0, lengths[0], np.inf)
    down = np.where(fabric.down_total > 0, lengths[1], np.inf)
    pair, place = np.unique(items.pairs(fabric.leaves), return_inverse=True)
    source, target = np.divmod(pair, fabric.leaves)
    shortest = np.full(len(pair), np.inf)
    for way in range(fabric.spines):
        np.minimum(shortest, up[source, way] + down[target, way], out=shortest)
    taken = up[items.source, spine] + down[items.target, spine]
    scale = float(max(lengths[0].max(initial=0.0), lengths[1].max(initial=0.0)))
    return np.asarray(taken > shortest[place] + FITS * scale)


def _whole_parts(items: Items, spine: IntArray) -> Parts:
    placed = np.flatnonzero(spine != NOWHERE)
    return Parts(item=placed, spine=spine[placed], size=items.size[placed])
