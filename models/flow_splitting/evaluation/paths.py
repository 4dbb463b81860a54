"""Evaluates plans on graphs: listed paths, or the traffic of each source on each arc."""

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import IntArray
from planner.models.base.evaluation import Violation
from planner.models.flow_splitting.evaluation.conservation import conservation_faults
from planner.models.flow_splitting.evaluation.loads import busiest_arc
from planner.models.flow_splitting.evaluation.outcome import Outcome, Setting
from planner.models.flow_splitting.evaluation.parts import UNKNOWN, count_parts, unequal_flows
from planner.models.flow_splitting.evaluation.violations import name_each
from planner.models.flow_splitting.grouping import sum_by
from planner.models.flow_splitting.plan import AggregatedArcsPlan, ExplicitPathsPlan
from planner.models.flow_splitting.traffic import Flows


def evaluate_paths(setting: Setting, plan: ExplicitPathsPlan, flows: Flows) -> Outcome:
    """Return what parts with their paths come to."""
    usable, faults = _usable_paths(setting, plan, flows)
    part = np.repeat(np.arange(len(plan.flow)), np.diff(plan.path_start))
    on_path = usable[part]
    arcs, size = plan.arcs[on_path], plan.size[part[on_path]]
    load = sum_by(arcs, size, len(setting.network.rate))
    flow, everything = plan.flow[usable], np.arange(len(flows))
    served = sum_by(flow, plan.size[usable], len(flows))
    faults += setting.service_faults(0, served, flows.size, everything)
    totals, per_flow = count_parts(flow, len(flows), 0)
    if setting.splitting != "free":
        unequal = unequal_flows(flow, plan.size[usable], len(flows))
        faults += setting.split_faults(0, np.flatnonzero(per_flow > 1), unequal)
    faults += setting.flow_faults("part-repeated", "plan.arcs", 0, _repeated(plan, usable))
    return Outcome(busiest_arc(setting.network, load, setting.labels), totals, tuple(faults))


def _usable_paths(
    setting: Setting, plan: ExplicitPathsPlan, flows: Flows
) -> tuple[NDArray[np.bool_], list[Violation]]:
    """Return which parts have a known flow, a positive size and an unbroken path."""
    parts, network = len(plan.flow), setting.network
    known = (plan.flow >= 0) & (plan.flow < len(flows))
    positive = plan.size > 0
    flow = np.where(known, plan.flow, 0)
    length = np.diff(plan.path_start)
    part = np.repeat(np.arange(parts), length)
    there = (plan.arcs >= 0) & (plan.arcs < len(network.rate))
    whole = (length > 0) & (np.bincount(part[~there], minlength=parts) == 0)
    if len(network.rate) and len(flows):
        arcs = np.where(there, plan.arcs, 0)
        joined = network.head[arcs[:-1]] == network.tail[arcs[1:]]
        gaps = (part[1:] == part[:-1]) & ~joined
        whole &= np.bincount(part[1:][gaps], minlength=parts) == 0
        first, last = plan.path_start[:-1][whole], plan.path_start[1:][whole] - 1
        ends_right = (network.tail[arcs[first]] == flows.source[flow[whole]]) & (
            network.head[arcs[last]] == flows.target[flow[whole]]
        )
        whole[whole] = ends_right
    return _judge_entries(
        (known, "unknown-flow", "plan.flow"),
        (positive, "part-not-positive", "plan.size"),
        (whole, "path-broken", "plan.arcs"),
    )


def _judge_entries(
    *tests: tuple[NDArray[np.bool_], str, str],
) -> tuple[NDArray[np.bool_], list[Violation]]:
    """Return which entries pass every test, and the others with the test's code and column."""
    faults: list[Violation] = []
    for good, code, constraint in tests:
        at = np.flatnonzero(~good)
        faults += name_each(code, constraint, at, lambda row: f"entry {row} of the plan")
    return np.logical_and.reduce([good for good, _, _ in tests]), faults


def _repeated(plan: ExplicitPathsPlan, usable: NDArray[np.bool_]) -> IntArray:
    """Return the flows with two parts on the same path."""
    length = np.diff(plan.path_start)
    flows = []
    for hops in np.unique(length[usable]):
        parts = np.flatnonzero(usable & (length == hops))
        arcs = plan.arcs[plan.path_start[parts][:, None] + np.arange(hops)]
        rows, counts = np.unique(
            np.column_stack([plan.flow[parts], arcs]), axis=0, return_counts=True
        )
        flows.append(rows[counts > 1, 0])
    return np.unique(np.concatenate(flows)) if flows else np.zeros(0, dtype=np.int64)


def evaluate_arcs(setting: Setting, plan: AggregatedArcsPlan, flows: Flows) -> Outcome:
    """Return what the traffic of each source on each arc comes to; parts stay unknown."""
    network, labels = setting.network, setting.labels
    known = (plan.source >= 0) & (plan.source < network.nodes)
    there = (plan.arc >= 0) & (plan.arc < len(network.rate))
    positive = plan.size > 0
    keep, faults = _judge_entries(
        (known, "unknown-flow", "plan.source"),
        (there, "path-broken", "plan.arc"),
        (positive, "part-not-positive", "plan.size"),
    )
    source, arc, size = plan.source[keep], plan.arc[keep], plan.size[keep]
    faults += conservation_faults(setting, flows, source, arc, size)
    if setting.splitting != "free":
        faults.append(
            Violation(
                code="plan-kind",
                constraint="workload.splitting",
                where="a plan of kind aggregated_arcs does not tell how flows are split",
            )
        )
    load = sum_by(arc, size, len(network.rate))
    return Outcome(busiest_arc(network, load, labels), UNKNOWN, tuple(faults))
