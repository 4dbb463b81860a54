"""The assignment of whole flows to spines as a CP-SAT model, in exact whole numbers.

One count per lot and spine; every link takes at most `time` times its rate. Parallel links are
links of their own: the counts of a spine are dealt to its lanes, upwards and downwards apart.
"""

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.solvers.flow_splitting.exact.integers import Scale, find_scale
from planner.solvers.flow_splitting.exact.lots import Choices, Lots, choices, twin_spines

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel

Split = dict[int, list[tuple[int, Any]]]
"""For choices with parallel links: (lane, variable) of each."""


@dataclass(frozen=True, eq=False)
class WholeModel:
    """The model and the variables to read the answer from."""

    model: "CpModel"
    scale: Scale
    lots: Lots
    choices: Choices
    counts: list[Any]
    """Variable of each choice: how many flows of the lot take the spine."""
    lanes: tuple[Split, Split]
    """How the counts are dealt to parallel links, upwards and downwards."""
    twins: list[IntArray]
    """Groups of spines that can change places."""


def build_model(lots: Lots, fabric: Fabric, floor: float) -> WholeModel | None:
    """Build the model that minimises the time, or `None` where the numbers grow too large.

    `floor` is a time below which nothing is gained: a bound, or the NIC time.
    """
    from ortools.sat.python import cp_model

    scale = find_scale(lots, fabric)
    if scale is None:
        return None
    ways, model = choices(lots, fabric), cp_model.CpModel()
    counts = assignment_block(model, lots, ways)
    ceiling = int(lots.count @ scale.size) * scale.multiple
    lowest = min(int(floor / scale.unit * (1 + 1e-12) + 1e-9), ceiling)
    time = model.new_int_var(lowest, ceiling, "time")
    lanes = []
    for end, rate, links in (
        (lots.source, fabric.up, scale.up),
        (lots.target, fabric.down, scale.down),
    ):
        split = lane_block(model, lots, ways, counts, rate[end[ways.lot], ways.spine] > 0)
        capacity_block(model, terms(lots, ways, counts, (end, rate), split), scale, links, time)
        lanes.append(split)
    twins = twin_spines(fabric)
    order_block(model, lots, ways, counts, twins)
    model.minimize(time)
    return WholeModel(model, scale, lots, ways, counts, (lanes[0], lanes[1]), twins)


def assignment_block(model: "CpModel", lots: Lots, ways: Choices) -> list[Any]:
    """Every flow takes one spine: the counts of a lot sum to its flows."""
    counts = [
        model.new_int_var(0, int(lots.count[lot]), f"count[{lot},{spine}]")
        for lot, spine in zip(ways.lot.tolist(), ways.spine.tolist(), strict=True)
    ]
    first = np.searchsorted(ways.lot, np.arange(len(lots) + 1)).tolist()
    for lot, flows in enumerate(lots.count.tolist()):
        model.add(sum(counts[first[lot] : first[lot + 1]]) == flows)
    return counts


def lane_block(
    model: "CpModel", lots: Lots, ways: Choices, counts: list[Any], present: "np.ndarray[Any, Any]"
) -> Split:
    """Where there are parallel links, every flow takes one of them: `present[choice, lane]`."""
    split: Split = {}
    for choice in np.flatnonzero(present.sum(axis=1) > 1).tolist():
        most = int(lots.count[ways.lot[choice]])
        split[choice] = [
            (lane, model.new_int_var(0, most, f"lane[{choice},{lane}]"))
            for lane in np.flatnonzero(present[choice]).tolist()
        ]
        model.add(sum(variable for _, variable in split[choice]) == counts[choice])
    return split


def terms(
    lots: Lots, ways: Choices, counts: list[Any], side: tuple[IntArray, FloatArray], split: Split
) -> dict[tuple[int, int, int], list[tuple[int, Any]]]:
    """Return (lot, variable) of all counts on each link (leaf, spine, lane) of one side."""
    end, rate = side
    leaf, lot = end[ways.lot].tolist(), ways.lot.tolist()
    lone = (rate[end[ways.lot], ways.spine] > 0).argmax(axis=1).tolist()
    found: dict[tuple[int, int, int], list[tuple[int, Any]]] = {}
    for choice, spine in enumerate(ways.spine.tolist()):
        for lane, variable in split.get(choice, [(lone[choice], counts[choice])]):
            found.setdefault((leaf[choice], spine, lane), []).append((lot[choice], variable))
    return found


def capacity_block(
    model: "CpModel",
    loads: dict[tuple[int, int, int], list[tuple[int, Any]]],
    scale: Scale,
    links: IntArray,
    time: Any,
) -> None:
    """No link is busy for longer than `time`."""
    size = scale.size.tolist()
    for link, load in loads.items():
        total = sum(size[lot] * variable for lot, variable in load)
        model.add(total * (scale.multiple // int(links[link])) <= time)


def order_block(
    model: "CpModel", lots: Lots, ways: Choices, counts: list[Any], twins: list[IntArray]
) -> None:
    """Spines that can change places are ordered by how many flows the busiest leaf gives them."""
    mine = lots.source[ways.lot] == busiest_leaf(lots)
    for group in twins:
        sums = [
            sum(counts[choice] for choice in np.flatnonzero(mine & (ways.spine == spine)))
            for spine in group.tolist()
        ]
        for before, after in itertools.pairwise(sums):
            model.add(before >= after)


def busiest_leaf(lots: Lots) -> int:
    """Return the leaf that sends the most flows."""
    return int(np.bincount(lots.source, lots.count).argmax())
