"""The placement that keeps most: a maximum-weight matching of shards and devices."""

import importlib.metadata

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.checkpoint_resharding.instance import CheckpointResharding
from planner.models.checkpoint_resharding.overlaps import Overlaps
from planner.solvers.checkpoint_resharding.answers import (
    answer_for,
    certificate_for,
    first_devices,
    shortage,
)
from planner.solvers.checkpoint_resharding.prices import dual_prices
from planner.solvers.contract import Answer, Run

DENSE_SHARE = 0.25
"""Above this share of overlapping pairs a dense table is faster than a sparse graph."""
DENSE_CELLS = 2**26
"""Cells of the largest dense table, 512 MiB of floats."""


def solve(instance: CheckpointResharding, run: Run) -> Answer:
    """Return the placement with the fewest bytes moved, and prices that prove it.

    Overlaps are whole numbers below 2^53, so that the assignment is solved without rounding.
    """
    lacking = shortage(instance)
    if lacking is not None:
        return lacking
    view = instance.view
    first = first_devices(view.slots)
    run.report("numbering", answer=answer_for(instance, first, certificate_for(instance)))
    match = match_overlaps(instance.overlaps, view.slots, len(view.new))
    prices = dual_prices(instance.overlaps, match, len(view.new))
    answer = answer_for(instance, fill(match, len(view.new)), certificate_for(instance, prices))
    return Answer(
        plan=answer.plan,
        objective=answer.objective,
        certificate=answer.certificate,
        backends={"scipy": importlib.metadata.version("scipy")},
    )


def match_overlaps(overlaps: Overlaps, slots: int, devices: int) -> IntArray:
    """Return match[shard], the position of a new device, or -1 where nothing is kept.

    The matching has the largest sum of overlaps.
    """
    pairs, cells = len(overlaps.amount), slots * devices
    if DENSE_SHARE * cells < pairs and cells <= DENSE_CELLS:
        return _dense(overlaps, slots, devices)
    return _sparse(overlaps, slots, devices)


def fill(match: IntArray, devices: int) -> IntArray:
    """Return the placement with shards that keep nothing on the devices left over, in order."""
    place = match.copy()
    free = np.setdiff1d(np.arange(devices), match)
    waiting = np.flatnonzero(place < 0)
    place[waiting] = free[: len(waiting)]
    return place


def _dense(overlaps: Overlaps, slots: int, devices: int) -> IntArray:
    from scipy.optimize import linear_sum_assignment

    table = np.zeros((slots, devices))
    table[overlaps.slot, overlaps.place] = overlaps.amount
    row, column = linear_sum_assignment(table, maximize=True)
    return np.where(table[row, column] > 0, column, -1).astype(np.int64)


def _sparse(overlaps: Overlaps, slots: int, devices: int) -> IntArray:
    """Match in the graph of overlapping pairs, where each shard may also stay unmatched."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    every = np.arange(slots)
    # Costs are positive, because a stored zero would count as a missing edge.
    most = float(overlaps.amount.max(initial=0)) + 1.0
    cost = np.concatenate([most - overlaps.amount, np.full(slots, most)])
    row = np.concatenate([overlaps.slot, every])
    column = np.concatenate([overlaps.place, devices + every])
    graph = csr_array((cost, (row, column)), shape=(slots, devices + slots))
    matched = min_weight_full_bipartite_matching(graph)[1].astype(np.int64)
    return np.where(matched < devices, matched, -1)
