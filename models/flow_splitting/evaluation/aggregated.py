"""Evaluates aggregated plans: amounts per pair of leaves and spine, cut by the wrap-around rule."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.evaluation import Violation
from planner.models.flow_splitting.evaluation.loads import busiest_link, shared_loads
from planner.models.flow_splitting.evaluation.outcome import SERVED, Outcome, Setting, dust
from planner.models.flow_splitting.evaluation.parts import EQUAL, Parts
from planner.models.flow_splitting.evaluation.violations import name_each
from planner.models.flow_splitting.evaluation.wrap_around import (
    Cuts,
    Entries,
    cuts_of,
    flow_stretches,
    with_lanes,
)
from planner.models.flow_splitting.grouping import least_by, sum_by
from planner.models.flow_splitting.plan import AggregatedPlan
from planner.models.flow_splitting.traffic import AllPairs, Traffic, leaf_demand


def evaluate_aggregated(
    setting: Setting, plan: AggregatedPlan, step: int, rows: IntArray
) -> Outcome:
    """Return what the entries at `rows` of the plan, all of one step, come to."""
    fabric = setting.fabric
    demand = leaf_demand(setting.steps[step].traffic, fabric.leaves).ravel()
    entries, faults = _sorted_entries(setting, plan, step, rows, demand)
    faults += _service_faults(setting, step, entries, demand)
    source, target = np.divmod(entries.pair, fabric.leaves)
    up, down = (
        sum_by(leaf * fabric.spines + entries.spine, entries.size, fabric.leaves, fabric.spines)
        for leaf in (source, target)
    )
    faults += setting.absent_faults(up, down)
    parts, split_faults = _count(setting, step, entries)
    busiest = busiest_link(fabric, shared_loads(fabric, up, down), setting.labels)
    return Outcome(busiest, parts, (*faults, *split_faults))


def _sorted_entries(
    setting: Setting, plan: AggregatedPlan, step: int, rows: IntArray, demand: FloatArray
) -> tuple[Entries, list[Violation]]:
    """Return the usable entries of a step, sorted by pair, and what was wrong with the others."""
    fabric, leaves = setting.fabric, setting.fabric.leaves
    source, target = plan.source[rows], plan.target[rows]
    spine, size = plan.spine[rows], plan.size[rows]
    inside = (source >= 0) & (source < leaves) & (target >= 0) & (target < leaves)
    pair = np.where(inside, source * leaves + target, 0)
    wanted = inside & (demand[pair] > 0)
    known = (spine >= 0) & (spine < fabric.spines)
    positive = size > 0
    faults: list[Violation] = []
    for good, code, column in (
        (wanted, "unknown-flow", "source"),
        (known, "unknown-spine", "spine"),
        (positive, "part-not-positive", "size"),
    ):
        faults += _bad_entries(setting, step, rows[~good], code, column)
    keep = np.flatnonzero(wanted & known & positive)
    keep = keep[np.argsort(pair[keep], kind="stable")]
    path = pair[keep] * fabric.spines + spine[keep]
    order = np.argsort(path, kind="stable")
    again = order[1:][path[order[1:]] == path[order[:-1]]]
    faults += _bad_entries(setting, step, rows[keep[again]], "part-repeated", "spine")
    lane = np.zeros(len(keep), dtype=np.int64)
    return Entries(pair[keep], spine[keep], size[keep], lane, lane), faults


def _bad_entries(
    setting: Setting, step: int, rows: IntArray, code: str, column: str
) -> Iterator[Violation]:
    label = setting.labels.step(step)
    return name_each(code, f"plan.{column}", rows, lambda row: f"{label}, entry {row} of the plan")


def _service_faults(
    setting: Setting, step: int, entries: Entries, demand: FloatArray
) -> Iterator[Violation]:
    """Yield the pairs that get less or more than their flows, down to the smallest flow."""
    leaves, pairs = setting.fabric.leaves, len(demand)
    served = sum_by(entries.pair, entries.size, pairs)
    terms, smallest = _flows_by_pair(setting.steps[step].traffic, leaves)
    terms += np.bincount(entries.pair, minlength=pairs)
    allowed = np.minimum(SERVED * smallest + dust(demand, terms), SERVED * demand)
    for code, excess in (("flow-unserved", demand - served), ("flow-overserved", served - demand)):
        at = np.flatnonzero(excess > allowed)
        yield from name_each(
            code,
            "workload",
            at,
            lambda pair: setting.labels.pair(step, *divmod(pair, leaves)),
            excess[at],
            setting.unit,
        )


def _flows_by_pair(traffic: Traffic, leaves: int) -> tuple[IntArray, FloatArray]:
    """Return how many sizes the demand of each pair of leaves sums up, and the smallest one."""
    if isinstance(traffic, AllPairs):
        # Their demand is a product, which rounds once.
        return np.ones(leaves**2, dtype=np.int64), np.full(leaves**2, traffic.size)
    pair = traffic.source * leaves + traffic.target
    return np.bincount(pair, minlength=leaves**2), least_by(pair, traffic.size, leaves**2)


def _count(setting: Setting, step: int, entries: Entries) -> tuple[Parts, list[Violation]]:
    """Return the part statistics of the wrap-around rule, and splits that are not allowed."""
    traffic, leaves = setting.steps[step].traffic, setting.fabric.leaves
    cuts = cuts_of(traffic, with_lanes(setting.fabric, entries), leaves)
    first = np.flatnonzero(_starts(cuts.pair, cuts.flow))
    counts = np.diff(first, append=len(cuts.pair))
    flows = len(traffic)
    most = 1 + int(counts.max(initial=0)) if flows else 0
    parts = Parts(total=flows + len(cuts.pair), split=len(first), most=most)
    if setting.splitting == "free" or not len(first):
        return parts, []
    return parts, _split_faults(setting, step, cuts, first, counts)


def _starts(pair: IntArray, flow: IntArray) -> NDArray[np.bool_]:
    """Return where a new flow begins in cuts that are sorted by flow."""
    if not len(pair):
        return np.zeros(0, dtype=np.bool_)
    changes = (pair[1:] != pair[:-1]) | (flow[1:] != flow[:-1])
    return np.concatenate([[True], changes])


def _split_faults(
    setting: Setting, step: int, cuts: Cuts, first: IntArray, counts: IntArray
) -> list[Violation]:
    traffic, leaves = setting.steps[step].traffic, setting.fabric.leaves
    group = np.repeat(np.arange(len(first)), counts)
    rank = np.arange(len(cuts.pair)) - first[group] + 1
    pieces = counts[group] + 1
    uneven = np.unique(group[np.abs(cuts.share * pieces - rank) > EQUAL * pieces])
    if not isinstance(traffic, AllPairs):
        order, line = flow_stretches(traffic, leaves)
        flow = order[np.searchsorted(line.pair, cuts.pair[first]) + cuts.flow[first]]
        return setting.split_faults(step, flow, flow[uneven])
    code, at = (
        ("flow-split", first) if setting.splitting == "whole" else ("parts-unequal", first[uneven])
    )

    def where(cut: int) -> str:
        pair = setting.labels.pair(step, *divmod(int(cuts.pair[cut]), leaves))
        return f"{pair}, flow {cuts.flow[cut]} of the pair"

    return list(name_each(code, "workload.splitting", at, where))
