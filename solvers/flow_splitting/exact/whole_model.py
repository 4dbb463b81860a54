"""The assignment of whole flows to spines as a CP-SAT model, in exact whole numbers.

One count per lot and spine; every link takes at most `time` times its rate. Parallel links are
links of their own: the counts of a spine are dealt to its lanes, upwards and downwards apart.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.solvers.flow_splitting.exact.integers import Scaled, to_integers
from planner.solvers.flow_splitting.exact.lots import Choices, Lots, choices

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel

_LARGEST = 2**60
"""CP-SAT computes with 64-bit whole numbers."""


@dataclass(frozen=True, eq=False)
class Scale:
    """How the whole numbers of the model translate to times."""

    size: Scaled
    rate: Scaled
    multiple: int
    """A common multiple of all scaled rates: `load * multiple / rate` is a time in `unit`."""

    @property
    def unit(self) -> float:
        """Seconds (or normalised time) per unit of the model's time."""
        return float(self.size.unit / (self.rate.unit * self.multiple))

    @property
    def shrink(self) -> float:
        """Factor that keeps a bound of the model a bound of the instance; 1 if exact."""
        return 1.0 / (1.0 + 2.0 * self.rate.error)


@dataclass(frozen=True, eq=False)
class WholeModel:
    """The model and the variables to read the answer from."""

    model: "CpModel"
    time: Any
    scale: Scale
    lots: Lots
    choices: Choices
    counts: list[Any]
    """Variable of each choice: how many flows of the lot take the spine."""
    up_lanes: dict[int, list[tuple[int, Any]]]
    """For choices with parallel uplinks: (lane, variable) of each."""
    down_lanes: dict[int, list[tuple[int, Any]]]


def build_model(lots: Lots, fabric: Fabric, floor: float) -> WholeModel | None:
    """Build the model that minimises the time, or `None` where the numbers grow too large.

    `floor` is a time below which nothing is gained: a bound, or the NIC time.
    """
    from ortools.sat.python import cp_model

    scale = _find_scale(lots, fabric)
    if scale is None:
        return None
    ways = choices(lots, fabric)
    model = cp_model.CpModel()
    counts = assignment_block(model, lots, ways)
    lanes = [
        lane_block(model, lots, ways, counts, end, rate)
        for end, rate in ((lots.source, fabric.up), (lots.target, fabric.down))
    ]
    ceiling = int(lots.count @ scale.size.number) * scale.multiple
    lowest = min(int(floor / scale.unit * (1 + 1e-12) + 1e-9), ceiling)
    time = model.new_int_var(lowest, max(ceiling, 0), "time")
    for end, rate, split in (
        (lots.source, fabric.up, lanes[0]),
        (lots.target, fabric.down, lanes[1]),
    ):
        capacity_block(model, (lots, ways, counts), scale, time, (end, rate, split))
    model.minimize(time)
    return WholeModel(model, time, scale, lots, ways, counts, lanes[0], lanes[1])


def assignment_block(model: "CpModel", lots: Lots, ways: Choices) -> list[Any]:
    """Every flow takes one spine: the counts of a lot sum to its flows."""
    counts = [
        model.new_int_var(0, int(lots.count[lot]), f"count[{lot},{spine}]")
        for lot, spine in zip(ways.lot.tolist(), ways.spine.tolist(), strict=True)
    ]
    first = np.searchsorted(ways.lot, np.arange(len(lots) + 1)).tolist()
    for lot, size in enumerate(lots.count.tolist()):
        model.add(sum(counts[first[lot] : first[lot + 1]]) == size)
    return counts


def lane_block(
    model: "CpModel",
    lots: Lots,
    ways: Choices,
    counts: list[Any],
    end: IntArray,
    rate: FloatArray,
) -> dict[int, list[tuple[int, Any]]]:
    """Where there are parallel links, every flow takes one of them."""
    present = rate[end[ways.lot], ways.spine] > 0
    split: dict[int, list[tuple[int, Any]]] = {}
    for choice in np.flatnonzero(present.sum(axis=1) > 1).tolist():
        most = int(lots.count[ways.lot[choice]])
        split[choice] = [
            (lane, model.new_int_var(0, most, f"lane[{choice},{lane}]"))
            for lane in np.flatnonzero(present[choice]).tolist()
        ]
        model.add(sum(variable for _, variable in split[choice]) == counts[choice])
    return split


def capacity_block(
    model: "CpModel",
    flows: tuple[Lots, Choices, list[Any]],
    scale: Scale,
    time: Any,
    side: tuple[IntArray, FloatArray, dict[int, list[tuple[int, Any]]]],
) -> None:
    """No link is busy for longer than `time`."""
    _, ways, counts = flows
    end, rate, split = side
    size = scale.size.number.tolist()
    terms: dict[tuple[int, int, int], list[Any]] = {}
    leaf = end[ways.lot].tolist()
    lone = (rate[end[ways.lot], ways.spine] > 0).argmax(axis=1).tolist()
    for choice, (lot, spine) in enumerate(zip(ways.lot.tolist(), ways.spine.tolist(), strict=True)):
        for lane, variable in split.get(choice, [(lone[choice], counts[choice])]):
            terms.setdefault((leaf[choice], spine, lane), []).append(size[lot] * variable)
    scaled = _scaled_rate(rate, scale)
    for (at, spine, lane), load in terms.items():
        model.add(sum(load) * (scale.multiple // int(scaled[at, spine, lane])) <= time)


def _find_scale(lots: Lots, fabric: Fabric) -> Scale | None:
    rates = np.concatenate([fabric.up.ravel(), fabric.down.ravel()])
    rate = to_integers(np.unique(rates[rates > 0]))
    if (rate.number == 0).any():
        return None
    size = to_integers(lots.size)
    multiple = int(np.lcm.reduce(rate.number.astype(object)))
    total = int(lots.count.astype(object) @ size.number.astype(object))
    return Scale(size, rate, multiple) if total * multiple < _LARGEST else None


def _scaled_rate(rate: FloatArray, scale: Scale) -> IntArray:
    if scale.rate.error:
        return np.floor(rate / float(scale.rate.unit) * (1 - 1e-15)).astype(np.int64)
    unit = scale.rate.unit
    known, place = np.unique(rate, return_inverse=True)
    number = [round(Fraction(value) / unit) for value in known.tolist()]
    return np.array(number, dtype=np.int64)[place].reshape(rate.shape)
