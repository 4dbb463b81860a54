"""From the numbers of a model of equal cuts to parts, and back for a first solution."""

import itertools

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.solvers.flow_splitting.equal.cuts import Path
from planner.solvers.flow_splitting.equal.model import CutModel
from planner.solvers.flow_splitting.explicit import StepParts


def read_parts(built: CutModel, values: FloatArray) -> StepParts:
    """Return the parts of a solution, `values` being those of the model's variables."""
    cuts, lots = built.cuts, built.cuts.lots
    flow: list[IntArray] = []
    path: list[Path] = []
    size: list[FloatArray] = []
    start = (np.cumsum(lots.count) - lots.count).tolist()
    for entry, (lot, parts) in enumerate(zip(cuts.lot.tolist(), cuts.parts.tolist(), strict=True)):
        number = round(float(values[built.flows[entry].index]))
        taken = [round(float(values[each.index])) for each in built.on_path[entry]]
        if not number:
            continue
        members = lots.flow[start[lot] : start[lot] + number]
        start[lot] += number
        flow.append(members[np.arange(number * parts) % number])
        path += itertools.chain.from_iterable(
            [each] * times for each, times in zip(cuts.paths[lot], taken, strict=True)
        )
        size.append(np.full(number * parts, lots.size[lot] / parts))
    spine, up_lane, down_lane = np.array(path, dtype=np.int64).T
    return StepParts(np.concatenate(flow), spine, np.concatenate(size), up_lane, down_lane)


def add_hint(built: CutModel, parts: StepParts) -> None:
    """Offer a plan as a first solution."""
    cuts, lots = built.cuts, built.cuts.lots
    lot_of = np.zeros(int(lots.flow.max()) + 1, dtype=np.int64)
    lot_of[lots.flow] = np.repeat(np.arange(len(lots)), lots.count)
    count = np.bincount(parts.flow, minlength=len(lot_of))
    keys = zip(
        lot_of[parts.flow].tolist(),
        count[parts.flow].tolist(),
        zip(parts.spine.tolist(), parts.up_lane.tolist(), parts.down_lane.tolist(), strict=True),
        strict=True,
    )
    taken: dict[tuple[int, int, Path], int] = {}
    for key in keys:
        taken[key] = taken.get(key, 0) + 1
    built.model.clear_hints()
    for entry, (lot, k) in enumerate(zip(cuts.lot.tolist(), cuts.parts.tolist(), strict=True)):
        used = [taken.get((lot, k, path), 0) for path in cuts.paths[lot]]
        built.model.add_hint(built.flows[entry], sum(used) // k)
        for variable, times in zip(built.on_path[entry], used, strict=True):
            built.model.add_hint(variable, times)
