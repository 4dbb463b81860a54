"""From counts per lot and spine to parts, and back to counts for a first solution."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.solvers.flow_splitting.exact.lots import Choices, Lots
from planner.solvers.flow_splitting.exact.whole_model import WholeModel, busiest_leaf
from planner.solvers.flow_splitting.explicit import StepParts


def read_parts(whole: WholeModel, fabric: Fabric, values: FloatArray) -> StepParts:
    """Return the parts of a solution, `values` being those of the model's variables."""
    counts = _values(values, whole.counts)
    lanes = []
    sides = ((whole.lots.source, fabric.up), (whole.lots.target, fabric.down))
    for (end, rate), split in zip(sides, whole.lanes, strict=True):
        lone = (rate[end[whole.choices.lot], whole.choices.spine] > 0).argmax(axis=1)
        lane = np.repeat(lone, counts)
        start = np.cumsum(counts) - counts
        for choice, options in split.items():
            numbers = _values(values, [variable for _, variable in options])
            dealt = np.repeat([number for number, _ in options], numbers)
            lane[start[choice] : start[choice] + len(dealt)] = dealt
        lanes.append(lane)
    return parts_of_counts(whole.lots, whole.choices, counts, (lanes[0], lanes[1]))


def parts_of_counts(
    lots: Lots, ways: Choices, counts: IntArray, lanes: tuple[IntArray, IntArray]
) -> StepParts:
    """Hand the flows of each lot to its choices, `counts` to each; lanes are per flow."""
    choice = np.repeat(np.arange(len(counts)), counts)
    if len(choice) != len(lots.flow):
        raise ValueError("the counts do not sum to the flows")
    return StepParts(
        flow=lots.flow,
        spine=ways.spine[choice],
        size=lots.size[ways.lot[choice]],
        up_lane=lanes[0],
        down_lane=lanes[1],
    )


def table_of(lots: Lots, flow: IntArray, spine: IntArray, spines: int) -> IntArray:
    """Return how many flows of each lot take each spine: count[lot, spine]."""
    lot_of = np.empty(int(lots.flow.max()) + 1, dtype=np.int64)
    lot_of[lots.flow] = np.repeat(np.arange(len(lots)), lots.count)
    taken = np.bincount(lot_of[flow] * spines + spine, minlength=len(lots) * spines)
    return taken.reshape(len(lots), spines)


def add_hint(whole: WholeModel, fabric: Fabric, parts: StepParts) -> None:
    """Offer whole flows as a first solution, twin spines swapped as the model orders them."""
    table = table_of(whole.lots, parts.flow, parts.spine, fabric.spines)
    mine = table[whole.lots.source == busiest_leaf(whole.lots)].sum(axis=0)
    for group in whole.twins:
        table[:, group] = table[:, group[np.argsort(-mine[group], kind="stable")]]
    counts = table[whole.choices.lot, whole.choices.spine].tolist()
    for variable, count in zip(whole.counts, counts, strict=True):
        whole.model.add_hint(variable, count)


def _values(values: FloatArray, variables: list[object]) -> IntArray:
    index = [variable.index for variable in variables]  # type: ignore[attr-defined]
    return np.rint(values[index]).astype(np.int64)
