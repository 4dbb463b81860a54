"""Fewer parts within a given time, by taking flows out and inserting them anew."""

from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.traffic import Flows
from planner.solvers.contract import Run
from planner.solvers.flow_splitting.equal.insertion import (
    give_back,
    insert_cut,
    insert_round,
    room_beside,
    take,
)
from planner.solvers.flow_splitting.equal.packing import packings, rounds_for
from planner.solvers.flow_splitting.equal.ranking import rank_of
from planner.solvers.flow_splitting.explicit import StepParts, join, select
from planner.solvers.flow_splitting.insertion import rounds

RENEWALS = 60
"""Times that every flow by itself is inserted anew, at most."""
REPAIRS = 300
"""Times that the flows of some leaves are inserted anew, at most."""


def save_parts(
    fabric: Fabric, flows: Flows, best: StepParts, time: float, run: Run
) -> Iterator[StepParts]:
    """Yield plans within a time, each of a better rank than `best` and the ones before.

    All flows are inserted anew; then each flow of the best plan by itself, in random order; then
    all flows of a few random leaves together, the cut ones first. Plans of equal rank are taken as
    well, so that the search moves on.
    """
    rng, rank = run.rng("equal parts"), rank_of(fabric, flows, best, time)
    for found in packings(fabric, flows, time, rng, run):
        if (found_rank := rank_of(fabric, flows, found, time)) < rank:
            yield found
            best, rank = found, found_rank
    # A step so large that one round is all there is time for is left as it is.
    trials = rounds_for(fabric, flows) - 1
    acts = [_renew_each] * min(RENEWALS, 2 * trials) + [_renew_some] * min(REPAIRS, 8 * trials)
    for number, act in enumerate(acts):
        if rank.split == 0 or run.stopping() is not None:
            return
        renewed = act(fabric, flows, best, time, rng, run, tight=number % 4 > 0)
        if (found_rank := rank_of(fabric, flows, renewed, time)) < rank:
            yield renewed
        if found_rank <= rank:
            best, rank = renewed, found_rank


def _renew_each(
    fabric: Fabric,
    flows: Flows,
    parts: StepParts,
    time: float,
    rng: np.random.Generator,
    run: Run,
    *,
    tight: bool,
) -> StepParts:
    """Take out and insert anew one flow after another, which never needs more parts."""
    room = room_beside(fabric, flows, parts, time)
    count = np.bincount(parts.flow, minlength=len(flows))
    parts = join([parts])
    first = np.cumsum(count) - count
    order = rng.permutation(np.flatnonzero(count))
    renewed = []
    for at in rounds(flows.source[order], flows.target[order], fabric.leaves):
        flow = order[at]
        entry = np.repeat(first[flow] - np.cumsum(count[flow]) + count[flow], count[flow])
        old = select(parts, entry + np.arange(len(entry)))
        give_back(flows, old, room)
        found, is_placed = insert_round(flows, flow, room, tight=tight)
        # Rounding may close the place that a flow had.
        kept = select(old, np.flatnonzero(np.isin(old.flow, flow[~is_placed])))
        take(flows, kept, room)
        renewed += [found, kept]
        if run.stopping() is not None:
            return parts
    return join(renewed)


def _renew_some(
    fabric: Fabric,
    flows: Flows,
    parts: StepParts,
    time: float,
    rng: np.random.Generator,
    run: Run,
    *,
    tight: bool,
) -> StepParts:
    """Take out the flows of a leaf with cut flows, and of others, and insert them together."""
    count = np.bincount(parts.flow, minlength=len(flows))
    cut = np.flatnonzero(count > 1)
    seed = rng.choice(cut)
    others = rng.permutation(fabric.leaves)[: int(rng.integers(0, 3))]
    is_out = np.isin(flows.source, [flows.source[seed], *others])
    is_out |= np.isin(flows.target, [flows.target[seed], *others])
    out = np.flatnonzero(is_out & (count > 0))
    kept = select(parts, np.flatnonzero(~is_out[parts.flow]))
    priority: FloatArray = flows.size[out] / flows.size[out].max() * (count[out] > 1)
    order: IntArray = out[np.argsort(-priority - rng.random(len(out)), kind="stable")]
    room = room_beside(fabric, flows, kept, time)
    found, failed = insert_cut(flows, order, room, run, tight=tight)
    return parts if len(failed) else join([kept, found])
