"""Every part of a plan, listed: what importing programmes need, whatever the kind of the plan."""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.errors import CapabilityError
from planner.models.flow_splitting.evaluation.layout import shape_faults
from planner.models.flow_splitting.evaluation.rules import rule_spines, why_not
from planner.models.flow_splitting.evaluation.wrap_around import (
    Entries,
    cuts_of,
    flow_stretches,
    lay_out,
    locate,
    with_lanes,
)
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.plan import AggregatedPlan, ExplicitPlan, Rule, RulePlan
from planner.models.flow_splitting.traffic import (
    LISTABLE,
    AllPairs,
    Flows,
    Step,
    Traffic,
    leaf_demand,
)
from planner.models.flow_splitting.view import View

MISMATCH = 1e-6
"""Largest relative difference between what a pair sends and what the plan gives it."""

FabricPlan = ExplicitPlan | AggregatedPlan | RulePlan


@dataclass(frozen=True, eq=False, slots=True)
class StepParts:
    """The parts of one step that cross a leaf-spine fabric, by flow; one entry per part."""

    flows: Flows
    flow: IntArray
    spine: IntArray
    size: FloatArray
    up_lane: IntArray
    down_lane: IntArray

    def number_in_flow(self) -> IntArray:
        """Return the place of each part among the parts of its flow, from 0."""
        first = np.flatnonzero(np.diff(self.flow, prepend=-1))
        counts = np.diff(np.append(first, len(self.flow)))
        return np.arange(len(self.flow)) - np.repeat(first, counts)


def list_parts(view: View, plan: FabricPlan) -> list[StepParts]:
    """Return the parts of every step of a plan on a leaf-spine fabric.

    Raises `CapabilityError` for steps with too many flows to list, and for plans that do not send
    what the workload asks for.
    """
    if view.fabric is None:
        raise CapabilityError("this is a plan for a leaf-spine fabric, and the instance a graph")
    if list(shape_faults(plan)):
        raise CapabilityError("the columns of the plan do not fit together; evaluate it first")
    fabric = view.fabric
    flows = [_flows(step) for step in view.steps]
    if isinstance(plan, ExplicitPlan):
        _check_numbers(plan, flows, fabric)
        return [_explicit(plan, number, listed) for number, listed in enumerate(flows)]
    if isinstance(plan, AggregatedPlan):
        return [_aggregated(plan, n, listed, fabric) for n, listed in enumerate(flows)]
    if len(plan.rules) != len(flows):
        raise CapabilityError("the plan has another number of steps than the workload")
    return [_ruled(rule, listed, fabric) for rule, listed in zip(plan.rules, flows, strict=True)]


def _flows(step: Step) -> Flows:
    traffic = step.traffic
    if len(traffic) > LISTABLE:
        message = (
            f"the step `{step.label}` has {len(traffic)} flows, more than the {LISTABLE} that are "
            "listed; the plan itself, a rule or amounts per pair of leaves, is the table: "
            "export it as plan-json"
        )
        raise CapabilityError(message)
    return traffic.list_flows() if isinstance(traffic, AllPairs) else traffic


def _check_numbers(plan: ExplicitPlan, flows: list[Flows], fabric: Fabric) -> None:
    counts = np.array([len(listed) for listed in flows])
    columns = [(plan.step, len(flows), "steps"), (plan.spine, fabric.spines, "spines")]
    lanes = (plan.up_lane, plan.down_lane)
    columns += [(lane, fabric.lanes, "parallel links") for lane in lanes]
    for column, beyond, what in columns:
        if not ((column >= 0) & (column < beyond)).all():
            raise CapabilityError(f"the plan names {what} that do not exist; evaluate it first")
    if not ((plan.flow >= 0) & (plan.flow < counts[plan.step])).all():
        raise CapabilityError("the plan names flows that do not exist; evaluate it first")
    if fabric.lanes > 1 and len(plan.flow) and not all(len(lane) for lane in lanes):
        raise CapabilityError("the plan does not choose among parallel links; evaluate it first")


def _explicit(plan: ExplicitPlan, step: int, flows: Flows) -> StepParts:
    at = np.flatnonzero(plan.step == step)
    at = at[np.argsort(plan.flow[at], kind="stable")]
    no_lanes = np.zeros(len(at), dtype=np.int64)
    return StepParts(
        flows=flows,
        flow=plan.flow[at],
        spine=plan.spine[at],
        size=plan.size[at],
        up_lane=plan.up_lane[at] if len(plan.up_lane) else no_lanes,
        down_lane=plan.down_lane[at] if len(plan.down_lane) else no_lanes,
    )


def _aggregated(plan: AggregatedPlan, step: int, flows: Flows, fabric: Fabric) -> StepParts:
    """Cut the flows as the evaluator counts the cuts, and find the entry each piece lies in."""
    entries = step_entries(plan, step, flows, fabric)
    cuts = cuts_of(flows, entries, fabric.leaves)
    order, line = flow_stretches(flows, fabric.leaves)
    cut_flow = np.searchsorted(line.pair, cuts.pair) + cuts.flow
    piece_flow = np.concatenate([cut_flow, np.arange(len(order))])
    end = np.concatenate([cuts.share, np.ones(len(order))])
    by_place = np.lexsort((end, piece_flow))
    piece_flow, end = piece_flow[by_place], end[by_place]
    is_first = np.diff(piece_flow, prepend=-1) != 0
    begin = np.where(is_first, 0.0, np.concatenate([[0.0], end[:-1]]))
    length = (line.end - line.start)[piece_flow]
    middle = line.start[piece_flow] + ((begin + end) / 2 * length).astype(np.int64)
    entry = locate(lay_out(entries.pair, entries.size), line.pair[piece_flow], middle)
    flow = order[piece_flow]
    by_flow = np.argsort(flow, kind="stable")
    return StepParts(
        flows=flows,
        flow=flow[by_flow],
        spine=entries.spine[entry][by_flow],
        size=((end - begin) * flows.size[flow])[by_flow],
        up_lane=entries.up_lane[entry][by_flow],
        down_lane=entries.down_lane[entry][by_flow],
    )


def step_entries(plan: AggregatedPlan, step: int, traffic: Traffic, fabric: Fabric) -> Entries:
    """Return the entries of a step, sorted by pair, parallel links told apart.

    Raises `CapabilityError` when they do not serve every pair.
    """
    at = np.flatnonzero((plan.step == step) & (plan.size > 0))
    ends = np.concatenate([plan.source[at], plan.target[at]])
    inside = bool(((ends >= 0) & (ends < fabric.leaves)).all())
    inside &= bool(((plan.spine[at] >= 0) & (plan.spine[at] < fabric.spines)).all())
    if not inside:
        raise CapabilityError(
            "the plan names leaves or spines that do not exist; evaluate it first"
        )
    pair = plan.source[at] * fabric.leaves + plan.target[at]
    demand = leaf_demand(traffic, fabric.leaves).ravel()
    if not np.allclose(np.bincount(pair, plan.size[at], len(demand)), demand, rtol=MISMATCH):
        message = "the plan does not send what the workload asks for; evaluate it first"
        raise CapabilityError(message)
    order = np.argsort(pair, kind="stable")
    lane = np.zeros(len(at), dtype=np.int64)
    spine, size = plan.spine[at][order], plan.size[at][order]
    return with_lanes(fabric, Entries(pair[order], spine, size, lane, lane))


def _ruled(rule: Rule, flows: Flows, fabric: Fabric) -> StepParts:
    reason = why_not(rule, fabric, flows)
    if reason is not None:
        raise CapabilityError(f"the rule `{rule.rule}` does not fit the workload: {reason}")
    flow = flows.crosses
    lane = np.zeros(len(flow), dtype=np.int64)
    return StepParts(flows, flow, rule_spines(rule, fabric, flows), flows.size[flow], lane, lane)
