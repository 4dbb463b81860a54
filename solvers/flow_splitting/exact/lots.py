"""Whole flows by the dozen: equal flows between the same leaves are counted, not told apart."""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.traffic import Flows


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


def group(flows: Flows) -> Lots:
    """Group the flows of a step that leave their leaf."""
    crossing = flows.crosses
    source, target = flows.source[crossing], flows.target[crossing]
    size = flows.size[crossing]
    order = np.lexsort((size, target, source))
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


def twin_spines(fabric: Fabric) -> list[IntArray]:
    """Return the groups of at least two spines whose links are all alike."""
    table = np.concatenate([fabric.up, fabric.down]).swapaxes(0, 1).reshape(fabric.spines, -1)
    _, group = np.unique(table, axis=0, return_inverse=True)
    members = [np.flatnonzero(group == number) for number in range(int(group.max()) + 1)]
    return [spines for spines in members if len(spines) > 1]
