"""Whole flows of one size by equitable edge colouring: no flow is split.

Leaves are the vertices, flows the edges, spines the colours of a bipartite multigraph. A leaf with
d flows has at least ceil(d / s) of them on one of its s links, and an equitable colouring attains
that at every leaf at once, upwards and downwards. So no plan of whole flows is faster, and where
the NICs or s | d leave no gap, no plan at all is.
"""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.base.errors import CapabilityError
from planner.models.base.rounding import agrees
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.plan import AggregatedPlan, ExplicitPlan
from planner.models.flow_splitting.timing import crosses_fabric
from planner.models.flow_splitting.traffic import Step
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.answer import (
    answer_for,
    certificate_for,
    completion_time,
    simple_proofs,
)
from planner.solvers.flow_splitting.edges.equitable import colour
from planner.solvers.flow_splitting.explicit import (
    StepParts,
    explicit_plan,
    listed,
    on_slots,
)
from planner.solvers.flow_splitting.once import once
from planner.solvers.flow_splitting.pairing import count_pairs, group_by_pair
from planner.solvers.flow_splitting.reach import is_infeasible, unreachable_answer
from planner.solvers.flow_splitting.stepwise import is_listable
from planner.solvers.flow_splitting.whole import EqualFlows, equal_flows

LARGEST = 20_000_000
"""Entries (pairs of leaves times slots) of an aggregated plan at most."""


@once
def refuses(instance: FlowSplitting) -> str | None:
    """Return why whole flows cannot be coloured here, or `None`."""
    fabric = instance.view.fabric
    if fabric is None:
        return "edge colouring is for leaf-spine fabrics, and this topology is a graph"
    if is_infeasible(instance):
        return None
    entries = 0
    for step in instance.view.steps:
        found = _equal_flows(fabric, step)
        if isinstance(found, str):
            return f"{found} (step `{step.label}`); `local_search` takes any whole flows"
        if found is not None:
            entries += len(found.pairs) * len(found.even.slot)
    if all(is_listable(step) for step in instance.view.steps):
        return None
    if fabric.lanes > 1:
        return "there are too many flows to list them on parallel links"
    return f"the plan would have {entries} entries" if entries > LARGEST else None


@once
def reaches_bound(instance: FlowSplitting) -> bool:
    """Return whether the plan would be proved optimal, without making it."""
    fabric = instance.view.fabric
    if fabric is None or refuses(instance) is not None or is_infeasible(instance):
        return False
    found = [_equal_flows(fabric, step) for step in instance.view.steps]
    thetas = [flows.least_time() if isinstance(flows, EqualFlows) else 0.0 for flows in found]
    bound = certificate_for(instance.view, simple_proofs(instance.view)).value
    return agrees(completion_time(instance.view, thetas), bound)


def solve(instance: FlowSplitting, run: Run) -> Answer:
    """Return the plan of whole flows with the least maximum load, step by step."""
    view, fabric = instance.view, instance.view.fabric
    if (unreachable := unreachable_answer(instance)) is not None:
        return unreachable
    if (reason := refuses(instance)) is not None or fabric is None:
        raise CapabilityError(reason)
    deals = []
    for step in view.steps:
        run.report(f"colouring step `{step.label}`")
        deals.append(_deal(fabric, step))
    plan: ExplicitPlan | AggregatedPlan
    if all(is_listable(step) for step in view.steps):
        steps = zip(view.steps, deals, strict=True)
        plan = explicit_plan(fabric, [_list(fabric, step, deal) for step, deal in steps])
    else:
        plan = _aggregate(deals)
    objective = completion_time(view, [deal.theta for deal in deals])
    return answer_for(instance, plan, simple_proofs(view), objective=objective)


@dataclass(frozen=True, eq=False)
class _Deal:
    """How many flows of a pair of leaves take a slot. One entry per pair and slot, by pair."""

    source: IntArray
    target: IntArray
    slot: IntArray
    count: IntArray
    size: float
    """Size of every flow."""
    theta: float
    """Highest load over rate."""


def _deal(fabric: Fabric, step: Step) -> _Deal:
    flows = _equal_flows(fabric, step)
    if not isinstance(flows, EqualFlows):
        nothing = np.zeros(0, dtype=np.int64)
        return _Deal(nothing, nothing, nothing, nothing, size=0.0, theta=0.0)
    slots = flows.colour_slots()
    found = colour(flows.graph, len(slots))
    # Colours that stand for one slot are put together.
    key = found.entry * len(flows.even.slot) + slots[found.colour]
    key, place = np.unique(key, return_inverse=True)
    count = np.bincount(place, found.count).astype(np.int64)
    pair, slot = np.divmod(key, len(flows.even.slot))
    source, target, slot = flows.pairs.source[pair], flows.pairs.target[pair], flows.even.slot[slot]
    theta = 0.0
    for leaf, rate in ((source, fabric.up), (target, fabric.down)):
        load = np.bincount(leaf * fabric.spines * fabric.lanes + slot, count, rate.size)
        used = np.flatnonzero(load)
        theta = max(theta, float((load[used] * flows.size / rate.ravel()[used]).max()))
    return _Deal(source, target, slot, count, flows.size, theta)


def _list(fabric: Fabric, step: Step, deal: _Deal) -> StepParts:
    """Return the plan of a step flow by flow."""
    flows = listed(step)
    _, flow = group_by_pair(flows, fabric.leaves)
    return on_slots(fabric, flow, np.repeat(deal.slot, deal.count), flows.size[flow])


def _aggregate(deals: list[_Deal]) -> AggregatedPlan:
    """Return the plan as amounts per pair of leaves and spine; there are no parallel links."""
    return AggregatedPlan(
        step=np.repeat(np.arange(len(deals)), [len(deal.count) for deal in deals]),
        source=np.concatenate([deal.source for deal in deals]),
        target=np.concatenate([deal.target for deal in deals]),
        spine=np.concatenate([deal.slot for deal in deals]),
        size=np.concatenate([deal.count * deal.size for deal in deals]),
    )


def _equal_flows(fabric: Fabric, step: Step) -> EqualFlows | str | None:
    """Return the flows to be coloured, why they cannot be, or `None` if nothing leaves a leaf."""
    if not crosses_fabric(step.traffic):
        return None
    return equal_flows(fabric, step.traffic, count_pairs(step.traffic, fabric.leaves))
