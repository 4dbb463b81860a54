"""Flows cut into equal parts, the fewest flows and for them the fewest parts.

For n equal flows on s equal paths of which n - r fit whole, each of the other r flows is cut into
p equal parts that are dealt round robin. At perfect balance p = s / gcd(r, s) (Addanki et al.,
arXiv 2407.00550); with time to spare the least p with ceil(r p / s) / p <= room will do. The rule
is applied to pairs of leaves, or to the matchings of a whole fabric, never host by host.
"""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.base.errors import CapabilityError
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.timing import crosses_fabric, nic_time
from planner.models.flow_splitting.traffic import Flows, Step
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.disjoint import has_matching_lanes, is_disjoint, pair_rates
from planner.solvers.flow_splitting.evenness import ALIKE
from planner.solvers.flow_splitting.explicit import (
    StepParts,
    join,
    listed,
    no_parts,
    on_slots,
)
from planner.solvers.flow_splitting.packing.units import split_room
from planner.solvers.flow_splitting.pairing import Pairs, group_by_pair
from planner.solvers.flow_splitting.reach import is_infeasible
from planner.solvers.flow_splitting.stepwise import cannot_list, plan_by_step
from planner.solvers.flow_splitting.whole import FITS, equal_flows
from planner.solvers.flow_splitting.whole_first import whole_first


def refuses(instance: FlowSplitting) -> str | None:
    """Return why equal parts are not known to be optimal here, or `None`."""
    view = instance.view
    if (reason := cannot_list(instance)) is not None or view.fabric is None:
        return reason
    if is_infeasible(instance):
        return None
    if view.splitting == "whole":
        return "it cuts flows, and splitting is `whole`"
    for step in view.steps:
        if crosses_fabric(step.traffic) and (reason := _unfit(view.fabric, step)):
            return f"{reason} (step `{step.label}`)"
    return None


def solve(instance: FlowSplitting, run: Run) -> Answer:
    """Return a plan of proved optimal time in which all parts of a flow are equal."""
    return plan_by_step(instance, run, _plan_step, refuses(instance))


def fewest_parts(flows: int, paths: int, room: float) -> int:
    """Return the least p such that `flows` flows cut into p equal parts fit on the paths.

    `room` is what a path takes, in flows, at least flows / paths and below 1.
    """
    parts = np.arange(1, paths + 1)
    return int(parts[-(-flows * parts // paths) <= room * parts * FITS][0])


def _unfit(fabric: Fabric, step: Step) -> str | None:
    flows = listed(step)
    pairs, flow = group_by_pair(flows, fabric.leaves)
    if not is_disjoint(pairs):
        found = equal_flows(fabric, flows, pairs)
        if isinstance(found, str):
            return found
        uniform = found.even.has_one_speed and found.even.has_equal_leaves
        return None if uniform else "the links differ in speed"
    if not has_matching_lanes(fabric, pairs):
        return "parallel links differ at the two ends of a spine"
    size = flows.size[flow]
    if (size != np.repeat(size[pairs.first], pairs.count)).any():
        return "flows of one pair of leaves differ in size"
    rates = pair_rates(fabric, pairs)
    differ = np.abs(rates - rates.max(axis=1, keepdims=True)) > ALIKE * rates
    return "the paths of a pair of leaves differ in speed" if (differ & (rates > 0)).any() else None


def _plan_step(view: View, fabric: Fabric, step: Step) -> StepParts:
    if not crosses_fabric(step.traffic):
        return no_parts()
    flows, nic = listed(step), nic_time(view, step) or 0.0
    pairs, flow = group_by_pair(flows, fabric.leaves)
    if is_disjoint(pairs):
        return _deal_pairs(fabric, flows, pairs, flow, nic)
    equal = equal_flows(fabric, flows, pairs)
    if isinstance(equal, str):
        raise CapabilityError(equal)
    time = max(nic, equal.degree * equal.size / float(equal.even.rate.sum()))
    found, slot, size = whole_first(equal, time), equal.even.slot, equal.size
    whole = on_slots(fabric, flow[found.whole], slot[found.slot], np.full(len(found.whole), size))
    parts = 1
    if found.colours:
        parts = fewest_parts(found.colours, len(slot), float(found.room[0]))
    # The parts of a colour take consecutive slots, so that a flow never meets itself.
    turn = (found.colour[:, None] * parts + np.arange(parts)) % len(slot)
    cut_size = np.full(turn.size, size / parts)
    cut = on_slots(fabric, np.repeat(flow[found.cut], parts), slot[turn.ravel()], cut_size)
    return join([whole, cut])


def _deal_pairs(
    fabric: Fabric, flows: Flows, pairs: Pairs, flow: IntArray, nic: float
) -> StepParts:
    """Deal the flows of pairs that share no link, each over the paths that it has."""
    rates, size = pair_rates(fabric, pairs), flows.size[flow[pairs.first]]
    paths, rate = (rates > 0).sum(axis=1), rates.max(axis=1)
    time = max(nic, float((pairs.count * size / (rate * paths)).max()))
    cut, parts = np.zeros(len(pairs), dtype=np.int64), np.ones(len(pairs), dtype=np.int64)
    for pair, links in enumerate(paths.tolist()):
        room = np.full(links, time * rate[pair] / size[pair])
        fit, rest = split_room(int(pairs.count[pair]), room)
        cut[pair] = max(0, pairs.count[pair] - fit.sum())
        if cut[pair]:
            parts[pair] = fewest_parts(int(cut[pair]), links, float(rest[0]))
    # Number the parts of a pair: whole flows first, then the parts of the others.
    of_pair = np.repeat(np.arange(len(pairs)), pairs.count)
    place = np.arange(len(flow)) - pairs.first[of_pair]
    whole = (pairs.count - cut)[of_pair]
    pieces = np.where(place < whole, 1, parts[of_pair])
    item = np.repeat(np.arange(len(flow)), pieces)
    first = np.where(place < whole, place, whole + (place - whole) * parts[of_pair])
    turn = first[item] + np.arange(len(item)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    # The paths of a pair in order: its slots with both links up come first.
    order = np.argsort(rates <= 0, axis=1, kind="stable")
    slot = order[of_pair[item], turn % paths[of_pair[item]]]
    return on_slots(fabric, flow[item], slot, (flows.size[flow] / pieces)[item])
