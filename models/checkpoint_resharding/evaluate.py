"""What a plan is worth, counted from its transfers alone."""

from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.base.evaluation import Evaluation, Metric, Objective, Violation
from planner.models.checkpoint_resharding.instance import CheckpointResharding
from planner.models.checkpoint_resharding.plan import ReshardingPlan, StoragePlan, TransfersPlan
from planner.models.checkpoint_resharding.ranges import Ranges, uncovered
from planner.models.checkpoint_resharding.timing import (
    Ports,
    convert_time,
    load_ports,
    through_storage,
)
from planner.models.checkpoint_resharding.view import View

SHOWN = 20
"""Violations of one kind that are listed one by one."""


def evaluate(instance: CheckpointResharding, plan: ReshardingPlan) -> Evaluation:
    """Return the objectives, metrics and violations of a plan.

    The first objective is `moved_bytes`, the second `resharding_time` in seconds (`None` without
    rates). Direct transfers count once, at their receiver; through storage everything is read,
    written, and read again by every shard. A plan that cannot be read has no figures.
    """
    view = instance.view
    shape = list(_placement_faults(view, plan))
    if isinstance(plan, TransfersPlan) and not shape:
        shape = list(_transfer_faults(view, plan))
    if shape:
        return Evaluation(
            objectives=_objectives(None, None), metrics={}, violations=tuple(shape[:SHOWN])
        )
    if isinstance(plan, StoragePlan):
        return _through_storage(instance)
    amount = plan.stop - plan.start
    ports = load_ports(view, instance.rates, plan.sender, plan.receiver, amount)
    moved = sum(amount.tolist())
    return Evaluation(
        objectives=_objectives(moved * view.weight, ports.time),
        metrics=_metrics(instance, moved, ports, len(amount)),
        violations=tuple(_range_faults(view, plan)),
    )


def _objectives(moved: float | None, time: float | None) -> tuple[Objective, ...]:
    return (
        Objective(name="moved_bytes", value=moved, unit="B"),
        Objective(name="resharding_time", value=time, unit="s"),
    )


def _placement_faults(view: View, plan: ReshardingPlan) -> Iterator[Violation]:
    """Yield where shards do not each have one new device of their own."""
    if len(plan.device) != view.slots:
        where = f"{len(plan.device)} devices for {view.slots} shards"
        yield _fault("plan-shape", "plan.device", where)
        return
    is_new = np.isin(plan.device, view.new)
    for slot in np.flatnonzero(~is_new).tolist():
        where = f"shard {slot}: {int(plan.device[slot])} is no new device"
        yield _fault("unknown-device", "plan.device", where)
    if is_new.all():
        device, times = np.unique(plan.device, return_counts=True)
        for place in np.flatnonzero(times > 1).tolist():
            where = f"{view.names[device[place]]}: {int(times[place])} shards"
            yield _fault("device-shared", "devices.new", where)


def _transfer_faults(view: View, plan: TransfersPlan) -> Iterator[Violation]:
    """Yield what makes the transfers unreadable: lengths, devices or ranges that are not there."""
    columns = {name: getattr(plan, name) for name in ("sender", "receiver", "start", "stop")}
    if len({len(column) for column in columns.values()}) > 1:
        lengths = ", ".join(f"{name} {len(column)}" for name, column in columns.items())
        yield _fault("plan-shape", "plan", lengths)
        return
    for name in ("sender", "receiver"):
        column = columns[name]
        for row in np.flatnonzero((column < 0) | (column >= len(view.names))).tolist():
            where = f"transfer {row}: {name} {int(column[row])}"
            yield _fault("unknown-device", f"plan.{name}", where)
    bad = (plan.start < 0) | (plan.stop <= plan.start) | (plan.stop > view.parameters)
    for row in np.flatnonzero(bad).tolist():
        where = f"transfer {row}: {int(plan.start[row])} to {int(plan.stop[row])}"
        yield _fault("range-outside", "plan.start", where)


def _range_faults(view: View, plan: TransfersPlan) -> Iterator[Violation]:
    """Yield ranges that a sender does not hold, and what shards lack when all is done."""
    devices = len(view.names)
    sent = Ranges(plan.sender, plan.start, plan.stop)
    for device, missing in _first(uncovered(sent, view.held, devices)):
        yield _lack(view, "range-not-held", "layout.old", view.names[device], missing)
    after = Ranges(
        np.concatenate([view.held.owner, plan.receiver]),
        np.concatenate([view.held.start, plan.start]),
        np.concatenate([view.held.stop, plan.stop]),
    )
    for device, missing in _first(uncovered(view.wanted.of(plan.device), after, devices)):
        yield _lack(view, "range-missing", "layout.new", view.names[device], missing)


def _first(missing: IntArray) -> Iterator[tuple[int, int]]:
    for device in np.flatnonzero(missing)[:SHOWN].tolist():
        yield device, int(missing[device])


def _lack(view: View, code: str, field: str, where: str, missing: int) -> Violation:
    return Violation(
        code=code, constraint=field, where=where, amount=missing * view.weight, unit="B"
    )


def _through_storage(instance: CheckpointResharding) -> Evaluation:
    view, rates = instance.view, instance.rates
    moved = 2 * view.parameters + view.total
    time = through_storage(view, rates, moved)
    metrics: dict[str, Metric] = {
        "moved_bytes_per_parameter": moved * view.weight / view.parameters,
        "kept_bytes": 0.0,
        "direct_time": None,
        "convert_time": convert_time(view, rates),
        "storage_time": time,
    }
    return Evaluation(objectives=_objectives(moved * view.weight, time), metrics=metrics)


def _metrics(
    instance: CheckpointResharding, moved: int, ports: Ports, transfers: int
) -> dict[str, Metric]:
    view, rates = instance.view, instance.rates
    storage = through_storage(view, rates, 2 * view.parameters + view.total)
    faster = None
    if ports.time is not None and storage is not None:
        faster = "direct" if ports.time <= storage else "storage"
    return {
        "moved_bytes_per_parameter": moved * view.weight / view.parameters,
        "kept_bytes": max(0, view.total - moved) * view.weight,
        "transfers": transfers,
        "most_received": int(ports.received.max()) * view.weight,
        "most_sent": int(ports.sent.max()) * view.weight,
        "between_nodes": ports.between_nodes * view.weight,
        "busiest_port": ports.busiest,
        "direct_time": ports.time,
        "convert_time": convert_time(view, rates),
        "storage_time": storage,
        "faster": faster,
    }


def _fault(code: str, field: str, where: str) -> Violation:
    return Violation(code=code, constraint=field, where=where)
