"""What limits a plan: the memory of a device, and the collective and level that take longest."""

from collections.abc import Iterator

import numpy as np

from planner.models.base.evaluation import Evaluation, Reason
from planner.models.hierarchical_sharding.certificate import ShardingCertificate
from planner.models.hierarchical_sharding.evaluate import evaluate
from planner.models.hierarchical_sharding.instance import HierarchicalSharding
from planner.models.hierarchical_sharding.plan import ShardingPlan
from planner.models.hierarchical_sharding.smallest import FIELDS
from planner.models.hierarchical_sharding.view import COLLECTIVES

FULL = 0.02
"""Share of the memory that may be left over where memory still binds."""


def explain(
    instance: HierarchicalSharding, plan: ShardingPlan, certificate: ShardingCertificate | None
) -> list[Reason]:
    """Return what binds a plan, most important first; nothing for a plan that cannot be read."""
    found = evaluate(instance, plan)
    if found.objective.value is None:
        return []
    return [*_memory(instance, found), *_time(instance, found)]


def _memory(instance: HierarchicalSharding, found: Evaluation) -> Iterator[Reason]:
    limit = instance.view.memory
    used = float(found.metrics["memory"])  # type: ignore[arg-type]
    if limit is None or used < limit * (1 - FULL):
        return
    kinds = {name: float(found.metrics[f"memory_{name}"]) for name in FIELDS}  # type: ignore[arg-type]
    largest = max(kinds, key=lambda name: kinds[name])
    yield Reason(
        code="memory-binds",
        constraint="limits.memory",
        where=FIELDS[largest],
        message=(
            f"Memory binds: {used / 1e9:.6g} of {limit / 1e9:.6g} GB are in use, most of it by "
            f"{largest.replace('_', ' ')} ({kinds[largest] / 1e9:.4g} GB). More memory would allow "
            "faster plans."
        ),
    )


def _time(instance: HierarchicalSharding, found: Evaluation) -> Iterator[Reason]:
    view, metrics = instance.view, found.metrics
    seconds = {name: float(metrics[f"{name}_time"]) for name in COLLECTIVES}  # type: ignore[arg-type]
    longest = max(seconds, key=lambda name: seconds[name])
    total, compute = sum(seconds.values()), float(metrics["compute_time"])  # type: ignore[arg-type]
    if view.is_step and compute >= total:
        yield Reason(
            code="compute-binds",
            constraint="training",
            where="compute",
            message=f"Computing takes {compute:.6g} s, all collectives {total:.6g} s.",
        )
    if total == 0:
        return
    received = np.array(metrics["device_bytes"], dtype=np.float64)
    level = int((received / view.machine.rate).argmax())
    name = view.machine.names[level]
    yield Reason(
        code="collective-binds",
        constraint="topology",
        where=name,
        message=(
            f"Of {total:.6g} s of communication, {longest} takes most ({seconds[longest]:.6g} s). "
            f"The level {name} is busiest: a device receives {received[level] / 1e9:.4g} GB there "
            "per step."
        ),
    )
