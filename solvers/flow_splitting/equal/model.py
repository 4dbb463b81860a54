"""Equal cuts of the flows of a step as a CP-SAT model, in exact whole numbers.

Flows of one size between the same leaves are a lot. For a lot, n(k) of its flows are cut into k
parts, and x(k, p) of these have a part on path p:

    sum over k of n(k) = flows of the lot,  sum over p of x(k, p) = k n(k),  x(k, p) <= n(k)

Any such numbers can be dealt: flows take the paths in turn, laid out path after path (McNaughton's
wrap-around rule), and meet none twice. A link takes the sum of size / k x(k, p).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.solvers.flow_splitting.equal.cuts import Cuts
from planner.solvers.flow_splitting.exact.integers import Scale, find_scale

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel


@dataclass(frozen=True, eq=False)
class CutModel:
    """The model and the variables to read the answer from."""

    model: "CpModel"
    scale: Scale
    cuts: Cuts
    time: Any
    flows: list[Any]
    """Of each cut: how many flows are cut this way, n(k)."""
    on_path: list[list[Any]]
    """Of each cut and path: how many of these flows have a part there, x(k, p)."""


def build_model(cuts: Cuts, fabric: Fabric, floor: float, ceiling: float) -> CutModel | None:
    """Build the model of all plans that take at least `floor` and at most `ceiling`.

    It has no objective yet. `None` where the numbers grow too large.
    """
    from ortools.sat.python import cp_model

    pieces = cuts.pieces()
    scale = find_scale(pieces, fabric)
    if scale is None:
        return None
    model = cp_model.CpModel()
    # Rounding must not cut off the plan that the ceiling comes from.
    high = int(ceiling / scale.unit * (1 + 1e-12) + 1e-9)
    low = min(int(floor / scale.unit * (1 + 1e-12) + 1e-9), high)
    time = model.new_int_var(low, high, "time")
    flows, on_path = _cut_block(model, cuts)
    for end, side in ((0, pieces.source), (1, pieces.target)):
        links = (scale.up, scale.down)[end]
        _capacity_block(model, cuts, on_path, (side, end), scale, links, time)
    return CutModel(model, scale, cuts, time, flows, on_path)


def _cut_block(model: "CpModel", cuts: Cuts) -> tuple[list[Any], list[list[Any]]]:
    """Every flow is cut in one way, and its parts take different paths."""
    flows: list[Any] = []
    on_path: list[list[Any]] = []
    for lot, parts in zip(cuts.lot.tolist(), cuts.parts.tolist(), strict=True):
        most = int(cuts.lots.count[lot])
        cut = model.new_int_var(0, most, f"cut[{lot},{parts}]")
        taken = [model.new_int_var(0, most, f"path[{lot},{parts},{p}]") for p in cuts.paths[lot]]
        model.add(sum(taken) == parts * cut)
        if 1 < parts < len(taken):
            for each in taken:
                model.add(each <= cut)
        elif parts > 1:
            for each in taken:
                model.add(each == cut)
        flows.append(cut)
        on_path.append(taken)
    first = np.searchsorted(cuts.lot, np.arange(len(cuts.lots) + 1)).tolist()
    for lot, count in enumerate(cuts.lots.count.tolist()):
        model.add(sum(flows[first[lot] : first[lot + 1]]) == count)
    return flows, on_path


def _capacity_block(
    model: "CpModel",
    cuts: Cuts,
    on_path: list[list[Any]],
    side: tuple[IntArray, int],
    scale: Scale,
    links: IntArray,
    time: Any,
) -> None:
    """No link at one end (0: upwards, 1: downwards) is busy for longer than `time`."""
    leaf, end = side
    loads: dict[tuple[int, int, int], list[Any]] = {}
    rows = zip(leaf.tolist(), cuts.lot.tolist(), scale.size.tolist(), on_path, strict=True)
    for at, lot, size, taken in rows:
        for path, variable in zip(cuts.paths[lot], taken, strict=True):
            loads.setdefault((at, path[0], path[1 + end]), []).append(size * variable)
    for link, load in loads.items():
        model.add(sum(load) * (scale.multiple // int(links[link])) <= time)


def count_parts(built: CutModel) -> Any:
    """Return the objective of few parts, then few split flows, then few parts of one flow."""
    cuts, model = built.cuts, built.model
    parts, flows = cuts.parts.tolist(), built.flows
    number, most = int(cuts.lots.count.sum()), int(cuts.parts.max())
    largest = model.new_int_var(1, most, "most parts")
    for count in range(2, most + 1):
        same = [flow for flow, k in zip(flows, parts, strict=True) if k == count]
        is_used = model.new_bool_var(f"used[{count}]")
        model.add(sum(same) <= number * is_used)
        model.add(largest >= count * is_used)
    extra = sum((k - 1) * flow for k, flow in zip(parts, flows, strict=True))
    split = sum(flow for k, flow in zip(parts, flows, strict=True) if k > 1)
    return extra * (number + 1) * (most + 1) + split * (most + 1) + largest
