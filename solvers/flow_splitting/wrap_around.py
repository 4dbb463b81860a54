"""Split as little as possible by McNaughton's wrap-around rule, where that is known to be optimal.

Three kinds of steps are solved exactly:

* equal flows on spines that are alike for all leaves: as many flows as fit stay whole, by edge
  colouring; the flows left over form matchings, and all flows of one matching are cut alike;
* every leaf sends to one leaf at most and receives from one at most: each pair by itself;
* any flows on spines that are alike: each pair has its own share of every link.

Flows are cut only where they do not fit whole into the time of the step, the larger of the flow
bound and T_nic.
"""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.errors import CapabilityError
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.timing import crosses_fabric, nic_time
from planner.models.flow_splitting.traffic import Step
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.disjoint import has_matching_lanes, is_disjoint, pair_rates
from planner.solvers.flow_splitting.evenness import Even, find_even
from planner.solvers.flow_splitting.explicit import (
    StepParts,
    busiest_time,
    join,
    listed,
    no_parts,
    on_slots,
)
from planner.solvers.flow_splitting.once import once
from planner.solvers.flow_splitting.packing.pack import pack_many, pack_pair
from planner.solvers.flow_splitting.packing.units import cut_units
from planner.solvers.flow_splitting.pairing import Pairs, count_pairs, group_by_pair
from planner.solvers.flow_splitting.reach import is_infeasible
from planner.solvers.flow_splitting.search.ranked import ranked_colouring
from planner.solvers.flow_splitting.stepwise import cannot_list, plan_by_step
from planner.solvers.flow_splitting.whole import FITS, EqualFlows, equal_flows
from planner.solvers.flow_splitting.whole_first import whole_first

SINGLY = 1_024
"""Pairs of leaves up to which each is packed by itself, with fewer cuts."""
SEARCHED = 16
"""Pairs of leaves up to which the least number of cuts is searched for."""


@once
def refuses(instance: FlowSplitting) -> str | None:
    """Return why the wrap-around rule is not known to be optimal here, or `None`."""
    view = instance.view
    if (reason := cannot_list(instance)) is not None or view.fabric is None:
        return reason
    if is_infeasible(instance):
        return None
    if view.splitting != "free":
        return f"it cuts flows into unequal parts, and splitting is `{view.splitting}`"
    for step in view.steps:
        pairs = count_pairs(step.traffic, view.fabric.leaves)
        if not len(pairs):
            continue
        if is_disjoint(pairs):
            if not has_matching_lanes(view.fabric, pairs):
                return f"parallel links differ at the two ends of a spine (step `{step.label}`)"
        elif _even(view.fabric, pairs) is None:
            return (
                f"in step `{step.label}` leaves exchange traffic with several leaves while their "
                "spines differ, as after the failure of single links"
            )
    return None


@once
def cuts_little(instance: FlowSplitting) -> bool:
    """Return whether the parts of the plan will be close to the least possible number.

    They are not for flows of different sizes between many pairs of leaves, where the flow LP finds
    plans with fewer parts.
    """
    view = instance.view
    if view.fabric is None or refuses(instance) is not None:
        return False
    for step in view.steps:
        pairs = count_pairs(step.traffic, view.fabric.leaves)
        if len(pairs) and not is_disjoint(pairs):
            equal = equal_flows(view.fabric, step.traffic, pairs)
            if isinstance(equal, str) or not equal.even.has_equal_leaves:
                return False
    return True


def solve(instance: FlowSplitting, run: Run) -> Answer:
    """Return a plan of proved optimal time with few parts."""
    return plan_by_step(instance, run, _plan_step, refuses(instance))


def _plan_step(view: View, fabric: Fabric, step: Step) -> StepParts:
    if not crosses_fabric(step.traffic):
        return no_parts()
    flows, nic = listed(step), nic_time(view, step) or 0.0
    pairs, flow = group_by_pair(flows, fabric.leaves)
    equal = equal_flows(fabric, flows, pairs)
    if isinstance(equal, EqualFlows) and equal.even.has_equal_leaves:
        time = max(nic, equal.degree * equal.size / float(equal.even.rate.sum()))
        return _cut_matchings(fabric, equal, flow, time)
    amount = np.add.reduceat(flows.size[flow], pairs.first)
    if is_disjoint(pairs):
        slot, room = np.arange(fabric.spines * fabric.lanes), pair_rates(fabric, pairs)
        room *= max(nic, float((amount / room.sum(axis=1)).max()))
    else:
        even = _even(fabric, pairs)
        if even is None:
            raise CapabilityError("the spines are not alike for all leaves")
        busy = _pair_times(even, pairs, amount)
        time = max(nic, float(busy.max()))
        whole = ranked_colouring(fabric, flows)
        if whole is not None and busiest_time(fabric, flows, whole) <= time * FITS:
            return whole
        # The amounts in proportion to the rates, stretched as far as both leaves can spare.
        slot = even.slot
        room = (amount * time / busy)[:, None] * (even.rate / even.rate.sum())
    item, place, size = _pack(pairs, flows.size[flow], room)
    return join([on_slots(fabric, flow[item], slot[place], size)])


def _cut_matchings(fabric: Fabric, equal: EqualFlows, flow: IntArray, time: float) -> StepParts:
    """Place whole flows by colouring, and cut the flows of every matching in the same way."""
    found = whole_first(equal, time)
    slot, size = equal.even.slot, equal.size
    whole = on_slots(fabric, flow[found.whole], slot[found.slot], np.full(len(found.whole), size))
    shade, place, share = cut_units(found.colours, found.room)
    pieces = np.bincount(shade, minlength=found.colours)
    first = np.cumsum(pieces) - pieces
    times = pieces[found.colour]
    piece = np.repeat(first[found.colour] - np.cumsum(times) + times, times) + np.arange(
        int(times.sum())
    )
    cut = on_slots(
        fabric, np.repeat(flow[found.cut], times), slot[place[piece]], share[piece] * size
    )
    return join([whole, cut])


def _pair_times(even: Even, pairs: Pairs, amount: FloatArray) -> FloatArray:
    """Return the time of the busier leaf of each pair when all spread their traffic evenly.

    With rates a_i c_k upwards and b_j c_k downwards, the amount D_ij c_k / sum(c) of each pair on
    each slot gives every leaf its least time, sum_j D_ij / (a_i sum(c)).
    """
    leaves, total = len(even.up_scale), float(even.rate.sum())
    out = np.bincount(pairs.source, amount, leaves) / (even.up_scale * total)
    into = np.bincount(pairs.target, amount, leaves) / (even.down_scale * total)
    return np.maximum(out[pairs.source], into[pairs.target])


def _pack(
    pairs: Pairs, size: FloatArray, room: FloatArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return (item, slot, amount) of each part of the flows laid out pair after pair."""
    if len(pairs) > SINGLY:
        return pack_many(np.repeat(np.arange(len(pairs)), pairs.count), size, room)
    pieces = []
    for first, count, pair_room in zip(pairs.first, pairs.count, room, strict=True):
        usable = np.flatnonzero(pair_room)
        item, place, amount = pack_pair(
            size[first : first + count], pair_room[usable], search=len(pairs) <= SEARCHED
        )
        pieces.append((first + item, usable[place], amount))
    item, place, amount = (np.concatenate(column) for column in zip(*pieces, strict=True))
    return item, place, amount


def _even(fabric: Fabric, pairs: Pairs) -> Even | None:
    sends, receives = (degree > 0 for degree in pairs.degrees(fabric.leaves))
    return find_even(fabric, sends, receives)
