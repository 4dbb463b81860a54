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
from planner.models.flow_splitting.traffic import LISTABLE, AllPairs, Step
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
    no_parts,
    on_slots,
)
from planner.solvers.flow_splitting.pairing import Pairs, count_pairs, group_by_pair
from planner.solvers.flow_splitting.reach import unreachable_answer
from planner.solvers.flow_splitting.whole import EqualFlows, equal_flows

LARGEST = 20_000_000
"""Entries (pairs of leaves times slots) of an aggregated plan at most."""


def refuses(instance: FlowSplitting) -> str | None:
    """Return why whole flows cannot be coloured here, or `None`."""
    fabric = instance.view.fabric
    if fabric is None:
        return "edge colouring is for leaf-spine fabrics, and this topology is a graph"
    entries = 0
    for step in instance.view.steps:
        found = _equal_flows(fabric, step)
        if isinstance(found, str):
            return f"{found} (step `{step.label}`)"
        if found is not None:
            entries += len(found.pairs) * len(found.even.slot)
    if _is_listable(instance):
        return None
    if fabric.lanes > 1:
        return "there are too many flows to list them on parallel links"
    if entries > LARGEST:
        return f"a plan would have {entries} entries; a rule may do, or a smaller workload"
    return None


def reaches_bound(instance: FlowSplitting) -> bool:
    """Return whether the plan would be proved optimal, without making it."""
    fabric = instance.view.fabric
    if fabric is None or refuses(instance) is not None:
        return False
    found = [_equal_flows(fabric, step) for step in instance.view.steps]
    thetas = [flows.least_time() if isinstance(flows, EqualFlows) else 0.0 for flows in found]
    bound = certificate_for(instance.view, simple_proofs(instance.view)).value
    return agrees(completion_time(instance.view, thetas), bound)


def solve(instance: FlowSplitting, run: Run) -> Answer:
    """Return the plan of whole flows with the least maximum load, step by step."""
    reason, fabric = refuses(instance), instance.view.fabric
    if reason is not None or fabric is None:
        raise CapabilityError(reason)
    if (unreachable := unreachable_answer(instance)) is not None:
        return unreachable
    deals = []
    for step in instance.view.steps:
        run.report(f"colouring step `{step.label}`")
        deals.append(_deal(fabric, step))
    if _is_listable(instance):
        steps = zip(instance.view.steps, deals, strict=True)
        plan = explicit_plan(fabric, [_list(fabric, step, deal) for step, deal in steps])
    else:
        plan = _aggregate(deals)
    objective = completion_time(instance.view, [deal.theta for deal in deals])
    return answer_for(instance, plan, simple_proofs(instance.view), objective=objective)


@dataclass(frozen=True, eq=False)
class _Deal:
    """How many flows of each pair of leaves take each slot, by pair; one entry per (pair, slot)."""

    pairs: Pairs
    pair: IntArray
    slot: IntArray
    count: IntArray
    size: float = 0.0
    theta: float = 0.0


def _deal(fabric: Fabric, step: Step) -> _Deal:
    flows = _equal_flows(fabric, step)
    if not isinstance(flows, EqualFlows):
        nothing = np.zeros(0, dtype=np.int64)
        return _Deal(Pairs(nothing, nothing, nothing), nothing, nothing, nothing)
    slots = flows.colour_slots()
    deal = colour(flows.graph, len(slots))
    slot = flows.even.slot[slots[deal.colour]]
    theta = 0.0
    for end, rate in ((flows.pairs.source, fabric.up), (flows.pairs.target, fabric.down)):
        width = fabric.spines * fabric.lanes
        load = np.bincount(end[deal.entry] * width + slot, deal.count, rate.size)
        used = np.flatnonzero(load)
        theta = max(theta, float((load[used] * flows.size / rate.ravel()[used]).max()))
    return _Deal(flows.pairs, deal.entry, slot, deal.count, flows.size, theta)


def _list(fabric: Fabric, step: Step, deal: _Deal) -> StepParts:
    """Return the plan of a step flow by flow."""
    if not len(deal.pair):
        return no_parts()
    flows = listed(step)
    _, flow = group_by_pair(flows, fabric.leaves)
    return on_slots(fabric, flow, np.repeat(deal.slot, deal.count), flows.size[flow])


def _aggregate(deals: list[_Deal]) -> AggregatedPlan:
    """Return the plan as amounts per pair of leaves and spine."""
    keys = [np.unique(_key(deal), return_inverse=True) for deal in deals]
    return AggregatedPlan(
        step=np.repeat(np.arange(len(deals)), [len(key) for key, _ in keys]),
        source=np.concatenate(
            [deal.pairs.source[key // _WIDTH] for deal, (key, _) in zip(deals, keys, strict=True)]
        ),
        target=np.concatenate(
            [deal.pairs.target[key // _WIDTH] for deal, (key, _) in zip(deals, keys, strict=True)]
        ),
        spine=np.concatenate([key % _WIDTH for key, _ in keys]),
        size=np.concatenate(
            [
                np.bincount(place, deal.count, len(key)) * deal.size
                for deal, (key, place) in zip(deals, keys, strict=True)
            ]
        ),
    )


_WIDTH = 1 << 24
"""More than any number of spines."""


def _key(deal: _Deal) -> IntArray:
    return deal.pair * _WIDTH + deal.slot


def _equal_flows(fabric: Fabric, step: Step) -> EqualFlows | str | None:
    """Return the flows to be coloured, why they cannot be, or `None` if nothing leaves a leaf."""
    if not crosses_fabric(step.traffic):
        return None
    return equal_flows(fabric, step.traffic, count_pairs(step.traffic, fabric.leaves))


def _is_listable(instance: FlowSplitting) -> bool:
    return all(
        not isinstance(step.traffic, AllPairs) or len(step.traffic) <= LISTABLE
        for step in instance.view.steps
    )
