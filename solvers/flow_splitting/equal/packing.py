"""Equal cuts by repeated insertion: those that fared ill in one round go first in the next.

"Squeaky wheel" optimisation (Joslin and Clements 1999): flows are inserted by priority, those that
found no room (or had to be cut) gain priority, and all are inserted anew. For the time the same is
tried at several targets, as in MULTIFIT (Coffman, Garey and Johnson 1978).
"""

from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.rounding import COMBINATORIAL
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.traffic import Flows
from planner.solvers.contract import Run
from planner.solvers.flow_splitting.equal.insertion import insert_cut, room_beside
from planner.solvers.flow_splitting.explicit import StepParts, busiest_time, no_parts

_TINY = np.finfo(float).tiny

WORK = 200_000_000
"""Figures looked at for one target in all its rounds; a few seconds."""
ROUNDS = 40
"""Rounds of insertion for one target at most."""
TARGETS = 10
"""Targets tried between a bound and the best plan."""
CLOSE = 1e-4
"""Relative distance of two targets that is not worth another trial."""


def rounds_for(fabric: Fabric, flows: Flows) -> int:
    """Return how many rounds of insertion are worth their time: one at least."""
    figures = len(flows.crosses) * fabric.spines * fabric.lanes**2
    return max(1, min(ROUNDS, WORK // max(1, figures)))


def pack_in_time(
    fabric: Fabric, flows: Flows, best: StepParts, floor: float, run: Run
) -> Iterator[StepParts]:
    """Yield plans, each faster than `best` and the ones before, until `floor` or nothing helps."""
    low, high = floor, busiest_time(fabric, flows, best)
    rng, target = run.rng("equal targets"), floor
    for _ in range(min(TARGETS, 2 * rounds_for(fabric, flows))):
        if high <= low * (1 + CLOSE) and high <= floor * (1 + COMBINATORIAL):
            return
        found = next(packings(fabric, flows, target, rng, run), None)
        if found is None:
            low = target
        elif (reached := busiest_time(fabric, flows, found)) < high:
            yield found
            high = reached
        if high <= low * (1 + CLOSE) or run.stopping() is not None:
            return
        target = (low * high) ** 0.5


def packings(
    fabric: Fabric, flows: Flows, time: float, rng: np.random.Generator, run: Run
) -> Iterator[StepParts]:
    """Yield the plan of every round of insertion in which all flows fit within a time."""
    flow, priority = flows.crosses, _urgency(fabric, flows)
    for number in range(rounds_for(fabric, flows)):
        if run.stopping() is not None:
            return
        order = flow[np.argsort(-priority[flow], kind="stable")]
        room = room_beside(fabric, flows, no_parts(), time)
        parts, failed = insert_cut(flows, order, room, run, tight=number % 2 == 1)
        if not len(failed):
            yield parts
            failed = np.flatnonzero(np.bincount(parts.flow) > 1)
        priority[failed] += 0.5
        priority[flow] += 0.1 * rng.random(len(flow))


def _urgency(fabric: Fabric, flows: Flows) -> FloatArray:
    """Return which flows to insert early, 1 at most: the large ones, and those of busy leaves."""
    flow = flows.crosses
    busy = [
        np.bincount(end[flow], flows.size[flow], fabric.leaves)
        / np.maximum(rate.sum(axis=1), _TINY)
        for end, rate in ((flows.source, fabric.up_total), (flows.target, fabric.down_total))
    ]
    ends = np.maximum(busy[0][flows.source], busy[1][flows.target])
    urgency: FloatArray = flows.size / flows.size[flow].max() * ends / ends[flow].max()
    return urgency
