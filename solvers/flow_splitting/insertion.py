"""Place whole flows one after another, each on the path that then is finished earliest.

Flows that share no leaf do not see each other, so that they are placed together: the result is the
same as one by one, in as many rounds as the longest chain of flows that share leaves.
"""

from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.traffic import Flows
from planner.solvers.flow_splitting.explicit import StepParts


def insert(fabric: Fabric, flows: Flows, order: IntArray) -> StepParts:
    """Return a path for each flow of `order`, placed in that order; all of them leave their leaf.

    A path is as busy as its busier link, the new flow included (load over rate). Of equally busy
    spines the first is taken, of parallel links the least loaded one on either side.
    """
    up_load, down_load = np.zeros(fabric.up.shape), np.zeros(fabric.down.shape)
    spine, up_lane, down_lane = (np.zeros(len(order), dtype=np.int64) for _ in range(3))
    for at in rounds(flows.source[order], flows.target[order], fabric.leaves):
        flow = order[at]
        source, target, size = flows.source[flow], flows.target[flow], flows.size[flow]
        up_time, up = _least(up_load[source], fabric.up[source], size)
        down_time, down = _least(down_load[target], fabric.down[target], size)
        best = np.maximum(up_time, down_time).argmin(axis=1)
        row = np.arange(len(at))
        spine[at], up_lane[at], down_lane[at] = best, up[row, best], down[row, best]
        up_load[source, best, up_lane[at]] += size
        down_load[target, best, down_lane[at]] += size
    return StepParts(order, spine, flows.size[order], up_lane, down_lane)


def _least(load: FloatArray, rate: FloatArray, size: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return the least time [flow, spine] of a lane with the flow on it, and that lane."""
    total = load + size[:, None, None]
    time = np.divide(total, rate, out=np.full_like(total, np.inf), where=rate > 0)
    if time.shape[2] == 1:
        return time[:, :, 0], np.zeros(time.shape[:2], dtype=np.int64)
    return time.min(axis=2), time.argmin(axis=2)


def rounds(source: IntArray, target: IntArray, leaves: int) -> Iterator[IntArray]:
    """Yield positions of flows that share no leaf, each after all earlier flows at its leaves."""
    sent, received, rounds = [0] * leaves, [0] * leaves, []
    # A plain loop over plain numbers: each round number depends on the ones before it.
    for i, j in zip(source.tolist(), target.tolist(), strict=True):
        number = max(sent[i], received[j])
        sent[i] = received[j] = number + 1
        rounds.append(number)
    number_of = np.array(rounds, dtype=np.int64)
    order = np.argsort(number_of, kind="stable")
    yield from np.split(order, np.cumsum(np.bincount(number_of))[:-1])
