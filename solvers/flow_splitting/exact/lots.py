"""Whole flows by the dozen: equal flows between the same leaves are counted, not told apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.grouping import order_by
from planner.models.flow_splitting.traffic import Flows, Traffic
from planner.solvers.flow_splitting.pairing import count_pairs


@dataclass(frozen=True, eq=False)
class Lots:
    """Flows of one step that leave their leaf, grouped by leaves and size. One entry per lot."""

    source: IntArray
    target: IntArray
    size: FloatArray
    count: IntArray
    flow: IntArray
    """The flows, lot after lot."""

    def __len__(self) -> int:
        return len(self.count)


@dataclass(frozen=True, eq=False)
class Choices:
    """The ways a lot can go: one entry per lot and spine with both links up."""

    lot: IntArray
    spine: IntArray


def group(flows: Flows, most: int | None = None) -> Lots:
    """Group the flows of a step that leave their leaf; if given, the first `most` of them only."""
    crossing = flows.crosses[:most]
    source, target = flows.source[crossing], flows.target[crossing]
    size = flows.size[crossing]
    order = order_by(size, target, source)
    source, target, size = source[order], target[order], size[order]
    if not len(order):
        return Lots(source, target, size, source, source)
    change = (np.diff(source) != 0) | (np.diff(target) != 0) | (np.diff(size) != 0)
    first = np.concatenate([[0], np.flatnonzero(change) + 1])
    count = np.diff(first, append=len(order))
    return Lots(source[first], target[first], size[first], count, crossing[order])


def choices(lots: Lots, fabric: Fabric) -> Choices:
    """Return the spines each lot can use, by lot."""
    usable = np.minimum(fabric.up_total[lots.source], fabric.down_total[lots.target])
    lot, spine = np.nonzero(usable)
    return Choices(lot, spine)


def count_choices(lots: Lots, fabric: Fabric) -> int:
    """Return the number of choices of all lots without listing them."""
    return int(_ways(fabric)[lots.source, lots.target].sum(dtype=np.float64))


def fewest_choices(traffic: Traffic, fabric: Fabric) -> int:
    """Return the choices there are if all flows of a pair of leaves are one lot: counted fast."""
    pairs = count_pairs(traffic, fabric.leaves)
    return int(_ways(fabric)[pairs.source, pairs.target].sum(dtype=np.float64))


def _ways(fabric: Fabric) -> NDArray[np.float32]:
    """Return the number of spines with both links up by [source leaf, target leaf]."""
    up, down = (
        np.greater(rate, 0).astype(np.float32) for rate in (fabric.up_total, fabric.down_total)
    )
    ways: NDArray[np.float32] = up @ down.T
    return ways


def twin_spines(fabric: Fabric) -> list[IntArray]:
    """Return the groups of at least two spines whose links are all alike."""
    table = np.concatenate([fabric.up, fabric.down]).swapaxes(0, 1).reshape(fabric.spines, -1)
    _, group = np.unique(table, axis=0, return_inverse=True)
    members = [np.flatnonzero(group == number) for number in range(int(group.max()) + 1)]
    return [spines for spines in members if len(spines) > 1]
