"""Ethereal as published (Addanki et al., arXiv 2407.00550): equal splitting, host by host.

Each host deals its flows to one destination leaf over the s paths that survive between the two
leaves: of n equal flows n - r stay whole (r = n mod s), each of the other r is cut into s / g equal
parts (g = gcd(r, s)), and all of them are dealt round robin. All surviving paths count as equal. A
leaf that sends as a whole acts as one host.
"""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.traffic import AllPairs, Flows, Step
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.disjoint import pair_rates
from planner.solvers.flow_splitting.explicit import StepParts, listed, no_parts, on_slots
from planner.solvers.flow_splitting.pairing import Pairs
from planner.solvers.flow_splitting.stepwise import cannot_list, plan_by_step


def refuses(instance: FlowSplitting) -> str | None:
    """Return why the published rule does not cover the instance, or `None`."""
    fabric = instance.view.fabric
    if (reason := cannot_list(instance)) is not None or fabric is None:
        return reason
    for step in instance.view.steps:
        if isinstance(step.traffic, AllPairs) or step.traffic.equal_size is not None:
            continue
        flows = step.traffic
        _, size, first, count = _groups(fabric, flows)
        if len(size) and (size != np.repeat(size[first], count)).any():
            return (
                f"in step `{step.label}` a host sends flows of different sizes to one leaf, which "
                "the published rule does not cover"
            )
    return None


def solve(instance: FlowSplitting, run: Run) -> Answer:
    """Return the plan of the published rule."""
    return plan_by_step(instance, run, _plan_step, refuses(instance))


def _groups(fabric: Fabric, flows: Flows) -> tuple[IntArray, FloatArray, IntArray, IntArray]:
    """Return the flows by sender and destination leaf, their sizes, and where groups begin."""
    hosts = len(fabric.host_leaf)
    host, leaf = flows.source_host[flows.crosses], flows.source[flows.crosses]
    sender = np.where(host >= 0, host, hosts + leaf)
    key = sender * fabric.leaves + flows.target[flows.crosses]
    order = np.argsort(key, kind="stable")
    flow = flows.crosses[order]
    _, first, count = np.unique(key[order], return_index=True, return_counts=True)
    return flow, flows.size[flow], first, count


def _plan_step(view: View, fabric: Fabric, step: Step) -> StepParts:
    flows = listed(step)
    if not len(flows.crosses):
        return no_parts()
    flow, size, first, count = _groups(fabric, flows)
    # The surviving paths of each pair of leaves in order: slots with both links up come first.
    key, pair = np.unique(
        flows.source[flow] * fabric.leaves + flows.target[flow], return_inverse=True
    )
    alive = pair_rates(fabric, Pairs(*np.divmod(key, fabric.leaves), np.ones_like(key))) > 0
    path, paths = np.argsort(~alive, axis=1, kind="stable"), alive.sum(axis=1)[pair]
    group = np.repeat(np.arange(len(first)), count)
    place, total = np.arange(len(flow)) - first[group], count[group]
    rest = total % paths
    is_whole = place < total - rest
    pieces = np.where(is_whole, 1, paths // np.gcd(rest, paths))
    turn = np.where(is_whole, place, (place - (total - rest)) * pieces)
    item = np.repeat(np.arange(len(flow)), pieces)
    turn = turn[item] + np.arange(len(item)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    slot = path[pair[item], turn % paths[item]]
    return on_slots(fabric, flow[item], slot, (size / pieces)[item])
