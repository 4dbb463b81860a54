"""A plan with everything a reader wants to know of it, as values that JSON can hold."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from planner.models.base.evaluation import Evaluation
from planner.models.hierarchical_sharding.cautions import cautions
from planner.models.hierarchical_sharding.evaluate import evaluate, shares_of
from planner.models.hierarchical_sharding.instance import HierarchicalSharding
from planner.models.hierarchical_sharding.memory_rules import deepspeed_estimate, memory_by_stage
from planner.models.hierarchical_sharding.optimum import why_not, why_not_each
from planner.models.hierarchical_sharding.plan import ShardingPlan, UniformPlan
from planner.models.hierarchical_sharding.runners_up import MOST, WITHIN, Candidate, landscape
from planner.models.hierarchical_sharding.table import collective_table
from planner.models.hierarchical_sharding.verdict import Verdict, verdicts
from planner.models.hierarchical_sharding.view import COLLECTIVES, View

STATES = ("parameters", "secondary", "gradients", "optimizer")
_SAME = 1e-9


def report(instance: HierarchicalSharding, plan: ShardingPlan) -> Mapping[str, Any]:
    """Return groups, collectives, memory, front, runner-ups and verdicts; times in s, sizes in B.

    Empty for a plan that does not fit the machine. Lists of ranks are arrays of shape (groups,
    members); vectors have one entry per level, innermost first.
    """
    found = evaluate(instance, plan)
    time, memory = (objective.value for objective in found.objectives)
    if time is None or memory is None:
        return {}
    table = collective_table(instance, plan)
    return {
        "levels": list(instance.view.machine.names),
        "fanouts": list(instance.view.machine.fanout),
        "states": [_states(instance.view, share) for share in shares_of(instance.view, plan)],
        "collectives": [asdict(row) for row in table.rows],
        "groups": [
            {"used_by": list(g.used_by), "size": g.size, "count": g.count, "ranks": g.ranks}
            for g in table.groups
        ],
        "time": {k: v for k, v in found.metrics.items() if k.endswith("_time")},
        "memory": _memory(instance.view, found),
        **_choices(instance.view, time, memory),
        "frameworks": [verdict_values(v, instance.view) for v in verdicts(instance, plan)],
        "cautions": [asdict(caution) for caution in cautions(instance, plan)],
    }


def plan_values(plan: UniformPlan, view: View) -> dict[str, Any]:
    """Return a uniform plan as plain values: vectors, keep, schedule, micro-batches, bits."""
    s, schedule = plan.sharding, view.schedules[plan.schedule]
    return {
        **{state: list(getattr(s, state)) for state in STATES},
        "keep": s.keep,
        "schedule": schedule.name,
        "microbatches": schedule.microbatches,
        "bits": {name: getattr(s.bits, name) for name in COLLECTIVES},
    }


def verdict_values(verdict: Verdict, view: View) -> dict[str, Any]:
    """Return a verdict as plain values."""
    near = verdict.nearest
    figures = ("time", "memory", "lost_time", "lost_memory")
    return {
        "framework": verdict.framework,
        "expressible": verdict.expressible,
        "refusal": verdict.refusal,
        "nearest": None if near is None else _nearest_values(near.plan, view),
        **{name: None if near is None else getattr(near, name) for name in figures},
        "reason": verdict.reason,
    }


def _nearest_values(plan: ShardingPlan, view: View) -> dict[str, Any]:
    if isinstance(plan, UniformPlan):
        return plan_values(plan, view)
    return plan.model_dump(mode="json")


def _states(view: View, share: Any) -> dict[str, Any]:
    """Return into how many pieces each state is cut, and how many replicas of it there are."""
    layer = next(layer for layer in view.layers if layer.name == share.layer)
    devices = int(np.prod(layer.fanout))
    pieces = {state: int(np.prod(getattr(share.sharding, state))) for state in STATES}
    return {
        "layer": share.layer,
        "layers": share.count,
        "vectors": {state: list(getattr(share.sharding, state)) for state in STATES},
        "pieces": pieces,
        "replicas": {state: devices // count for state, count in pieces.items()},
        "keep": share.sharding.keep,
    }


def _memory(view: View, found: Evaluation) -> dict[str, Any]:
    terms = {
        name.removeprefix("memory_"): value
        for name, value in found.metrics.items()
        if name.startswith("memory_") and name != "memory_headroom"
    }
    return {
        "total": found.metrics["memory"],
        "limit": view.memory,
        "headroom": found.metrics["memory_headroom"],
        "terms": terms,
        "conventions": {
            "zero_paper": memory_by_stage(view),
            "deepspeed_estimator": deepspeed_estimate(view),
        },
    }


def _choices(view: View, time: float, memory: float) -> dict[str, Any]:
    """Return the front of uniform plans and the runner-ups of a plan of this time and memory."""
    seen = landscape(view)
    if seen is None:
        return {"front": None, "runner_ups": None, "front_note": why_not(view)}

    def is_other(candidate: Candidate) -> bool:
        same_time = abs(candidate.time - time) <= _SAME * time
        return not (same_time and abs(candidate.memory - memory) <= _SAME * memory)

    front = [_values(candidate, view) for candidate in seen.front]
    if seen.near is None:
        return {"front": front, "runner_ups": None, "front_note": why_not_each(view)}
    others = [candidate for candidate in seen.near if is_other(candidate)]
    count = seen.near_count - (len(seen.near) - len(others))
    return {
        "front": front,
        "runner_ups": {
            "within": WITHIN,
            "count": count,
            "plans": [_values(candidate, view) for candidate in others[:MOST]],
        },
    }


def _values(candidate: Candidate, view: View) -> dict[str, Any]:
    costs = {"memory": candidate.memory, "time": candidate.time}
    return costs if candidate.plan is None else costs | plan_values(candidate.plan, view)
