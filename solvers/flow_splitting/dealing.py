"""Whole flows dealt round robin: a plan at once, for any number of flows.

The flows of a pair of leaves take the paths of the pair in turn. Pairs begin at different paths,
those from leaf i to leaf j at the (i + j)-th, so that what is left over of each round is spread
over the links of both leaves as well. Where flows may be cut, those that would keep a link busy for
long are cut into equal parts on as many paths of their pair. Where they may be cut at will, all are
also shared out by halving the spines (see `linear.slicing`), if that is soon done and better.
"""

from collections.abc import Sequence

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.base.rounding import agrees
from planner.models.flow_splitting.certificate import StepProof
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.timing import nic_time
from planner.models.flow_splitting.traffic import Flows
from planner.models.flow_splitting.view import View
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
    listed,
    on_slots,
)
from planner.solvers.flow_splitting.reach import is_infeasible
from planner.solvers.flow_splitting.stepwise import cannot_list
from planner.solvers.flow_splitting.uplinks import find_uplinks

LONG = 0.01
"""Share of the bound for which a flow may keep a link busy by itself and still be dealt whole."""
CUTS = 2_000_000
"""Cuts at most."""
SLICED = 100_000
"""Flows up to which spines are halved in haste as well, where flows may be cut at will."""
LATE = 1e-3
"""Relative distance from the bound from which on that is worth trying."""


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
        else _deal_and_cut(fabric, flows, proof.value)
        for flows, proof in zip(steps, proofs, strict=True)
    ]
    thetas = [busiest_time(fabric, *step) for step in zip(steps, parts, strict=True)]
    if view.splitting == "free":
        _slice_late_steps(view, proofs, parts, thetas, run)
    objective, certificate = completion_time(view, thetas), certificate_for(view, proofs)
    answer = Answer(
        plan=explicit_plan(fabric, parts),
        objective=objective,
        certificate=certificate,
        notes=("Flows are dealt out without search: the first plan.",),
    )
    run.report("first plan", answer=answer, bound=certificate.value)
    return answer if agrees(objective, certificate.value) else None


def _slice_late_steps(
    view: View,
    proofs: Sequence[StepProof],
    parts: list[StepParts],
    thetas: list[float],
    run: Run,
) -> None:
    """Replace parts that are late by those of halving the spines in haste, if these are better.

    Only where that takes some tenths of a second.
    """
    from planner.solvers.flow_splitting.linear.serving import Server

    for number, (step, proof) in enumerate(zip(view.steps, proofs, strict=True)):
        is_late = thetas[number] > max(proof.value, nic_time(view, step) or 0.0) * (1 + LATE)
        if not is_late or len(step.traffic) > SLICED:
            continue
        served = Server(view, step, is_listed=True).in_haste(proof.value, run)
        if served.parts is not None and served.theta < thetas[number]:
            parts[number], thetas[number] = served.parts, served.theta


def bound_alone(instance: FlowSplitting, run: Run) -> None:
    """Report the simple bound without a plan: methods that follow a rule have no other plan."""
    if not is_infeasible(instance):
        certificate = certificate_for(instance.view, simple_proofs(instance.view))
        run.report("bound", answer=Answer(certificate=certificate), bound=certificate.value)


def _deal_and_cut(fabric: Fabric, flows: Flows, bound: float) -> StepParts:
    """Deal flows cut into equal parts, as many as it takes for no part to be long.

    A part is long if by itself it takes a link of the fastest kind for `LONG` of the bound, or for
    longer where there would be too many parts. No flow has more parts than paths.
    """
    flow, size = flows.crosses, flows.size[flows.crosses]
    source, target = flows.source[flow], flows.target[flow]
    longest = max(LONG * bound * float(fabric.up.max()), float(size.sum()) / CUTS)
    uplinks = find_uplinks(fabric, source, target, same_lane=True)
    choices = uplinks.choices[uplinks.kind]
    parts = np.minimum(choices, np.ceil(size / longest).astype(np.int64))
    item = np.repeat(np.arange(len(flow)), parts)
    place = np.arange(len(item)) - np.repeat(np.cumsum(parts) - parts, parts)
    turn = source + target + _rank(source * fabric.leaves + target)
    # The parts of a flow stand as far from one another as its paths allow.
    choice = (turn[item] + place * choices[item] // parts[item]) % choices[item]
    return on_slots(fabric, flow[item], uplinks.pick(item, choice), (size / parts)[item])


def deal(fabric: Fabric, flows: Flows) -> StepParts:
    """Return a path for each flow that leaves its leaf, in time linear in them."""
    flow = flows.crosses
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
