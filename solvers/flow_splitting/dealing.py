"""Whole flows dealt round robin: a plan at once, for any number of flows.

The flows of a pair of leaves take the paths of the pair in turn. Pairs begin at different paths,
those from leaf i to leaf j at the (i + j)-th, so that what is left over of each round is spread
over the links of both leaves as well. Where flows may be cut, those that would keep a link busy for
long are spread evenly over all paths of their pair instead.
"""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.base.rounding import agrees
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.traffic import Flows
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.answer import (
    certificate_for,
    completion_time,
    simple_proofs,
)
from planner.solvers.flow_splitting.explicit import (
    StepParts,
    busiest_time,
    explicit_plan,
    join,
    listed,
    on_slots,
)
from planner.solvers.flow_splitting.reach import is_infeasible
from planner.solvers.flow_splitting.stepwise import cannot_list
from planner.solvers.flow_splitting.uplinks import find_uplinks

LONG = 0.01
"""Share of the bound for which a flow may keep a link busy by itself and still be dealt whole."""
SPREAD = 500_000
"""Parts that long flows are cut into at most."""


def opening(instance: FlowSplitting, run: Run) -> Answer | None:
    """Report the plan in which flows are dealt, with the simple bound; return it if they meet.

    Only the bound where flows cannot be listed, and nothing where some have no path.
    """
    view, fabric = instance.view, instance.view.fabric
    if fabric is None or cannot_list(instance) is not None or is_infeasible(instance):
        bound_alone(instance, run)
        return None
    proofs, steps = simple_proofs(view), [listed(step) for step in view.steps]
    parts = [
        deal(fabric, flows)
        if view.splitting == "whole"
        else _deal_and_spread(fabric, flows, proof.value)
        for flows, proof in zip(steps, proofs, strict=True)
    ]
    thetas = [busiest_time(fabric, *step) for step in zip(steps, parts, strict=True)]
    objective, certificate = completion_time(view, thetas), certificate_for(view, proofs)
    answer = Answer(
        plan=explicit_plan(fabric, parts),
        objective=objective,
        certificate=certificate,
        notes=("Flows are dealt round robin: the first plan.",),
    )
    run.report("first plan", answer=answer, bound=certificate.value)
    return answer if agrees(objective, certificate.value) else None


def bound_alone(instance: FlowSplitting, run: Run) -> None:
    """Report the simple bound without a plan: methods that follow a rule have no other plan."""
    if not is_infeasible(instance):
        certificate = certificate_for(instance.view, simple_proofs(instance.view))
        run.report("bound", answer=Answer(certificate=certificate), bound=certificate.value)


def _deal_and_spread(fabric: Fabric, flows: Flows, bound: float) -> StepParts:
    """Spread the longest flows over all their paths, as far as there may be parts; deal the rest.

    A flow is long if by itself it takes a link of the fastest kind for `LONG` of the bound.
    """
    size = flows.size[flows.crosses]
    is_long = size > LONG * bound * float(fabric.up.max())
    most = SPREAD // (fabric.spines * fabric.lanes)
    if is_long.sum() > most:
        is_long &= size > np.partition(size, -most - 1)[-most - 1]
    whole = deal(fabric, flows, flows.crosses[~is_long])
    return join([whole, spread(fabric, flows, flows.crosses[is_long])]) if is_long.any() else whole


def spread(fabric: Fabric, flows: Flows, flow: IntArray) -> StepParts:
    """Cut the given flows into equal parts, one for each of their paths."""
    uplinks = find_uplinks(fabric, flows.source[flow], flows.target[flow], same_lane=True)
    parts = uplinks.choices[uplinks.kind]
    item = np.repeat(np.arange(len(flow)), parts)
    choice = np.arange(len(item)) - np.repeat(np.cumsum(parts) - parts, parts)
    size = (flows.size[flow] / parts)[item]
    return on_slots(fabric, flow[item], uplinks.pick(item, choice), size)


def deal(fabric: Fabric, flows: Flows, flow: IntArray | None = None) -> StepParts:
    """Return a path for each of the given flows, in time linear in them.

    They leave their leaf; all that do are dealt if none are given.
    """
    flow = flows.crosses if flow is None else flow
    source, target = flows.source[flow], flows.target[flow]
    turn = source + target + _rank(source * fabric.leaves + target)
    uplinks = find_uplinks(fabric, source, target, same_lane=True)
    slot = uplinks.pick(slice(None), turn % uplinks.choices[uplinks.kind])
    return on_slots(fabric, flow, slot, flows.size[flow])


def _rank(key: IntArray) -> IntArray:
    """Return the number of earlier entries with the same key, for each entry."""
    if (key[1:] > key[:-1]).all():
        return np.zeros(len(key), dtype=np.int64)
    order = np.argsort(key, kind="stable")
    first = np.flatnonzero(np.diff(key[order], prepend=-1))
    count = np.diff(first, append=len(key))
    rank = np.empty(len(key), dtype=np.int64)
    rank[order] = np.arange(len(key)) - np.repeat(first, count)
    return rank
