"""Evaluates explicit plans: every part is listed with its flow, its size and its spine."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.evaluation import Violation
from planner.models.flow_splitting.evaluation.loads import busiest_link, part_loads
from planner.models.flow_splitting.evaluation.outcome import Outcome, Setting
from planner.models.flow_splitting.evaluation.parts import (
    count_parts,
    repeated_paths,
    unequal_flows,
)
from planner.models.flow_splitting.evaluation.violations import name_each
from planner.models.flow_splitting.grouping import sum_by
from planner.models.flow_splitting.plan import ExplicitPlan
from planner.models.flow_splitting.traffic import Flows


@dataclass
class _Parts:
    """Parts of one step that are still in the count, and what was wrong with the others."""

    setting: Setting
    step: int
    row: IntArray
    """Where each part stands in the plan."""
    flow: IntArray
    spine: IntArray
    size: FloatArray
    up_lane: IntArray
    down_lane: IntArray
    faults: list[Violation] = field(default_factory=list)

    def drop(self, bad: NDArray[np.bool_], code: str, column: str) -> None:
        """Take the parts in `bad` out, with a violation for each that shows its `column`."""
        if not bad.any():
            return
        step, row, what = self.setting.labels.step(self.step), self.row, getattr(self, column)

        def where(part: int) -> str:
            return f"{step}, entry {row[part]} of the plan: {column} {what[part]}"

        self.faults += name_each(code, f"plan.{column}", np.flatnonzero(bad), where)
        for name in ("row", "flow", "spine", "size", "up_lane", "down_lane"):
            setattr(self, name, getattr(self, name)[~bad])


def evaluate_explicit(
    setting: Setting, plan: ExplicitPlan, step: int, rows: IntArray, flows: Flows
) -> Outcome:
    """Return what the parts at `rows` of the plan, all of one step, come to."""
    fabric, labels = setting.fabric, setting.labels
    parts = _known_parts(setting, plan, step, rows, flows)
    flow, spine, size, lanes = parts.flow, parts.spine, parts.size, (parts.up_lane, parts.down_lane)
    leaves = flows.source[flow], flows.target[flow]
    faults = parts.faults
    for leaf, rate, lane, name in (
        (leaves[0], fabric.up, lanes[0], labels.uplink),
        (leaves[1], fabric.down, lanes[1], labels.downlink),
    ):
        down = np.flatnonzero(rate[leaf, spine, lane] == 0)
        faults += _absent_links(leaf[down], spine[down], lane[down], name, size[down], setting.unit)
    crossing = flows.crosses
    served = sum_by(flow, size, len(flows))
    faults += setting.service_faults(step, served[crossing], flows.size[crossing], crossing)
    path = (spine * fabric.lanes + lanes[0]) * fabric.lanes + lanes[1]
    repeated = repeated_paths(flow, path, fabric.spines * fabric.lanes**2)
    faults += setting.flow_faults("part-repeated", "plan.spine", step, np.unique(flow[repeated]))
    totals, per_flow = count_parts(flow, len(flows), len(flows) - len(crossing))
    if setting.splitting != "free":
        unequal = unequal_flows(flow, size, len(flows))
        faults += setting.split_faults(step, np.flatnonzero(per_flow > 1), unequal)
    loads = part_loads(fabric, leaves, spine, lanes, size)
    return Outcome(busiest_link(fabric, loads, labels), totals, tuple(faults))


def _known_parts(
    setting: Setting, plan: ExplicitPlan, step: int, rows: IntArray, flows: Flows
) -> _Parts:
    """Return the parts whose flow, spine and lanes exist and whose size is positive."""
    nothing = np.zeros(len(rows), dtype=np.int64)
    up_lane, down_lane = (
        column[rows] if len(column) else nothing for column in (plan.up_lane, plan.down_lane)
    )
    flow, spine, size = plan.flow[rows], plan.spine[rows], plan.size[rows]
    parts = _Parts(setting, step, rows, flow, spine, size, up_lane, down_lane)
    fabric = setting.fabric
    parts.drop(_outside(parts.flow, len(flows)), "unknown-flow", "flow")
    parts.drop(flows.source[parts.flow] == flows.target[parts.flow], "unknown-flow", "flow")
    parts.drop(_outside(parts.spine, fabric.spines), "unknown-spine", "spine")
    parts.drop(_outside(parts.up_lane, fabric.lanes), "lane-unknown", "up_lane")
    parts.drop(_outside(parts.down_lane, fabric.lanes), "lane-unknown", "down_lane")
    parts.drop(parts.size <= 0, "part-not-positive", "size")
    return parts


def _outside(index: IntArray, count: int) -> NDArray[np.bool_]:
    return (index < 0) | (index >= count)


def _absent_links(
    leaf: IntArray,
    spine: IntArray,
    lane: IntArray,
    name: Callable[[int, int, int], str],
    size: FloatArray,
    unit: str,
) -> list[Violation]:
    """Return a violation for each link that is not there, with the traffic put on it."""
    if not len(leaf):
        return []
    links, back = np.unique(np.stack([leaf, spine, lane]), axis=1, return_inverse=True)
    loads = sum_by(back, size, links.shape[1])

    def where(link: int) -> str:
        leaf, spine, lane = (int(index) for index in links[:, link])
        return name(leaf, spine, lane)

    every = np.arange(links.shape[1])
    return list(name_each("link-absent", "topology.failed_links", every, where, loads, unit))
