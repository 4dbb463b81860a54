"""What every link carries under a plan; rules and amounts need no list of flows."""

import numpy as np

from planner.formats.plans.decompose import list_paths
from planner.formats.plans.parts import FabricPlan, list_parts, step_entries
from planner.models.base.arrays import FloatArray
from planner.models.base.errors import CapabilityError
from planner.models.flow_splitting.evaluation.loads import Loads, part_loads, shared_loads
from planner.models.flow_splitting.evaluation.rules import rule_loads, why_not
from planner.models.flow_splitting.plan import (
    AggregatedArcsPlan,
    AggregatedPlan,
    ExplicitPathsPlan,
    ExplicitPlan,
)
from planner.models.flow_splitting.view import View


def fabric_loads(view: View, plan: FabricPlan) -> list[Loads]:
    """Return the loads of every step; raises `CapabilityError` for plans that do not fit."""
    if view.fabric is None:
        raise CapabilityError("this is a plan for a leaf-spine fabric, and the instance a graph")
    fabric, steps = view.fabric, view.steps
    loads = []
    if isinstance(plan, ExplicitPlan):
        for parts in list_parts(view, plan):
            ends = parts.flows.source[parts.flow], parts.flows.target[parts.flow]
            lanes = parts.up_lane, parts.down_lane
            loads.append(part_loads(fabric, ends, parts.spine, lanes, parts.size))
    elif isinstance(plan, AggregatedPlan):
        for number, step in enumerate(steps):
            entries = step_entries(plan, number, step.traffic, fabric)
            source, target = np.divmod(entries.pair, fabric.leaves)
            lanes = entries.up_lane, entries.down_lane
            loads.append(part_loads(fabric, (source, target), entries.spine, lanes, entries.size))
    else:
        if len(plan.rules) != len(steps):
            raise CapabilityError("the plan has another number of steps than the workload")
        for rule, step in zip(plan.rules, steps, strict=True):
            reason = why_not(rule, fabric, step.traffic)
            if reason is not None:
                message = f"the rule `{rule.rule}` does not fit the workload: {reason}"
                raise CapabilityError(message)
            loads.append(shared_loads(fabric, *rule_loads(rule, fabric, step.traffic)))
    return loads


def arc_loads(view: View, plan: ExplicitPathsPlan | AggregatedArcsPlan) -> FloatArray:
    """Return load[arc] of a plan on a graph; circles of an arc plan are left out."""
    parts = list_paths(view, plan)
    if view.network is None:
        raise CapabilityError("this is a plan for a graph, and the instance a leaf-spine fabric")
    arcs = np.concatenate([np.array(part.arcs, dtype=np.int64) for part in parts])
    sizes = np.repeat([part.size for part in parts], [len(part.arcs) for part in parts])
    load: FloatArray = np.zeros(len(view.network.rate))
    np.add.at(load, arcs, sizes)
    return load
