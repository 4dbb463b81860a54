"""Listed parts of each step, and the explicit plan they form."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.plan import ExplicitPlan
from planner.models.flow_splitting.traffic import AllPairs, Flows, Step


@dataclass(frozen=True, eq=False)
class StepParts:
    """Parts of the flows of one step. One entry per part in every column."""

    flow: IntArray
    spine: IntArray
    size: FloatArray
    up_lane: IntArray
    down_lane: IntArray

    def __len__(self) -> int:
        return len(self.flow)


def on_slots(fabric: Fabric, flow: IntArray, slot: IntArray, size: FloatArray) -> StepParts:
    """Return parts on slots: slot = spine * lanes + lane, the same lane upwards and downwards."""
    spine, lane = np.divmod(slot, fabric.lanes)
    return StepParts(flow, spine, size, lane, lane)


def no_parts() -> StepParts:
    """Return the parts of a step in which nothing leaves its leaf."""
    nothing = np.zeros(0, dtype=np.int64)
    return StepParts(nothing, nothing, np.zeros(0), nothing, nothing)


def select(parts: StepParts, at: IntArray) -> StepParts:
    """Return the parts at some places of a list."""
    columns = (parts.flow[at], parts.spine[at], parts.size[at])
    return StepParts(*columns, parts.up_lane[at], parts.down_lane[at])


def join(pieces: Sequence[StepParts]) -> StepParts:
    """Return the parts of several lists as one list, sorted by flow."""
    columns = ("flow", "spine", "size", "up_lane", "down_lane")
    joined = [np.concatenate([getattr(piece, name) for piece in pieces]) for name in columns]
    order = np.argsort(joined[0], kind="stable")
    return StepParts(*(column[order] for column in joined))


def explicit_plan(fabric: Fabric, steps: Sequence[StepParts]) -> ExplicitPlan:
    """Return the plan of parts listed step by step."""
    parts = [
        np.concatenate([getattr(step, name) for step in steps])
        for name in ("flow", "spine", "size", "up_lane", "down_lane")
    ]
    lanes = {"up_lane": parts[3], "down_lane": parts[4]} if fabric.lanes > 1 else {}
    return ExplicitPlan(
        step=np.repeat(np.arange(len(steps)), [len(step) for step in steps]),
        flow=parts[0],
        spine=parts[1],
        size=parts[2],
        **lanes,
    )


def parts_by_step(plan: ExplicitPlan, steps: int) -> list[StepParts]:
    """Return the parts of each step of a plan whose entries are in the order of the steps."""
    first = np.searchsorted(plan.step, np.arange(steps + 1)).tolist()
    nothing = np.zeros(len(plan.step), dtype=np.int64)
    up_lane = plan.up_lane if len(plan.up_lane) else nothing
    down_lane = plan.down_lane if len(plan.down_lane) else nothing
    return [
        StepParts(plan.flow[at], plan.spine[at], plan.size[at], up_lane[at], down_lane[at])
        for at in itertools.starmap(slice, itertools.pairwise(first))
    ]


def listed(step: Step) -> Flows:
    """Return the flows of a step, listed."""
    return step.traffic.list_flows() if isinstance(step.traffic, AllPairs) else step.traffic


def busiest_time(fabric: Fabric, flows: Flows, parts: StepParts) -> float:
    """Return the highest load over rate of any fabric link."""
    times = [0.0]
    for end, lane, rate in (
        (flows.source, parts.up_lane, fabric.up),
        (flows.target, parts.down_lane, fabric.down),
    ):
        link = (end[parts.flow] * fabric.spines + parts.spine) * fabric.lanes + lane
        load = np.bincount(link, parts.size, rate.size)
        used = np.flatnonzero(load)
        times.append(float((load[used] / rate.ravel()[used]).max(initial=0.0)))
    return max(times)
