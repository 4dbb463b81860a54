"""The collectives of an optimizer step one by one, and the groups of ranks they run in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.hierarchical_sharding.evaluate import shares_of
from planner.models.hierarchical_sharding.groups import rank_lists
from planner.models.hierarchical_sharding.instance import HierarchicalSharding
from planner.models.hierarchical_sharding.plan import ShardingPlan
from planner.models.hierarchical_sharding.spending import Counter, Run

WHEN = {
    "forward": "each micro-batch, before the forward pass",
    "backward": "each micro-batch, before the backward pass",
    "gradients": "each micro-batch, after the backward pass",
    "sync": "once per step, before the optimizer",
    "update": "once per step, after the optimizer",
}
PER_MICROBATCH = ("forward", "backward", "gradients")
"""Collectives that run in every micro-batch; the others run once per step."""


@dataclass(frozen=True, slots=True)
class Row:
    """One collective of a step. Bytes are one entry per level, innermost first."""

    layer: str
    """Class of layers."""
    layers: int
    """How many layers of the class run it, one after the other."""
    collective: str
    operation: str
    when: str
    times: int
    """How often per step the layers run it: micro-batches, or once."""
    calls: int
    """Calls per step: times, layers and buckets multiplied."""
    group: int
    """Its place among the groups of the plan."""
    group_size: int
    groups: int
    """How many groups run it at once."""
    bits: int
    buffer_bytes: float
    """Full (gathered) 16-bit buffer of one layer."""
    device_bytes: tuple[float, ...]
    """Most bytes a device receives, per time and all layers."""
    unit_bytes: tuple[float, ...]
    """Most bytes a child unit sends, per time and all layers."""
    seconds: float
    """Per time and all layers."""
    step_seconds: float
    """Per optimizer step."""


@dataclass(frozen=True, slots=True)
class Group:
    """Groups of ranks that cover all devices, each device in one."""

    used_by: tuple[str, ...]
    size: int
    count: int
    ranks: IntArray
    """One group per row, ranks in increasing order, shape (count, size)."""


@dataclass(frozen=True, slots=True)
class Table:
    """Everything a step communicates."""

    rows: tuple[Row, ...]
    groups: tuple[Group, ...]


def collective_table(instance: HierarchicalSharding, plan: ShardingPlan) -> Table:
    """Return the collectives of a plan that fits the machine, in the order of a step.

    The times of the rows add up to the communication time of the plan.
    """
    view = instance.view
    counter, layers = Counter(view), {layer.name: layer for layer in view.layers}
    for share in shares_of(view, plan):
        counter.add(layers[share.layer], share.count, share.sharding)
    runs = sorted(counter.total.runs, key=lambda run: list(WHEN).index(run.collective))
    numbers, groups = _groups(runs)
    microbatches = view.schedules[plan.schedule].microbatches
    rows = [_row(run, number, microbatches) for run, number in zip(runs, numbers, strict=True)]
    return Table(tuple(rows), groups)


def _row(run: Run, number: int, microbatches: int) -> Row:
    times = microbatches if run.collective in PER_MICROBATCH else 1
    groups = int(run.label.max()) + 1
    return Row(
        layer=run.layer.name,
        layers=run.layers,
        collective=run.collective,
        operation=run.operation,
        when=WHEN[run.collective],
        times=times,
        calls=times * run.layers * max(run.layer.buckets, 1),
        group=number,
        group_size=len(run.label) // groups,
        groups=groups,
        bits=run.bits,
        buffer_bytes=float(run.payload),
        device_bytes=tuple((run.layers * run.moved.received).tolist()),
        unit_bytes=tuple((run.layers * run.moved.egress).tolist()),
        seconds=run.layers * run.seconds,
        step_seconds=times * run.layers * run.seconds,
    )


def _groups(runs: Sequence[Run]) -> tuple[list[int], tuple[Group, ...]]:
    """Return the number of the groups of each run, and all distinct groups."""
    found: dict[bytes, tuple[list[str], IntArray]] = {}
    keys = []
    for run in runs:
        ranks = rank_lists(run.label)
        # The same groups may be numbered in another order.
        ranks = ranks[np.argsort(ranks[:, 0])]
        key = f"{ranks.shape}".encode() + ranks.tobytes()
        keys.append(key)
        users = found.setdefault(key, ([], ranks))[0]
        if run.collective not in users:
            users.append(run.collective)
    order = list(found)
    groups = tuple(
        Group(tuple(users), ranks.shape[1], ranks.shape[0], ranks)
        for users, ranks in found.values()
    )
    return [order.index(key) for key in keys], groups
