"""What a plan is worth, from the instance and the plan alone."""

from collections.abc import Sequence

from planner.models.base.evaluation import Evaluation, Metric, Objective, Violation
from planner.models.hierarchical_sharding.faults import plan_faults, policy_faults
from planner.models.hierarchical_sharding.front import TIE
from planner.models.hierarchical_sharding.instance import HierarchicalSharding
from planner.models.hierarchical_sharding.plan import MixedPlan, ShardingPlan, Share
from planner.models.hierarchical_sharding.spending import Counter, Spending
from planner.models.hierarchical_sharding.training import Schedule
from planner.models.hierarchical_sharding.view import View


def evaluate(instance: HierarchicalSharding, plan: ShardingPlan) -> Evaluation:
    """Return the objectives, metrics and violations of a plan.

    The first objective is the communication time or the step time, in seconds; the second the
    memory of a device, in bytes. Both are `None` for a plan that does not fit the machine.
    """
    view = instance.view
    shares = shares_of(view, plan)
    faults = list(plan_faults(view, plan, shares))
    if faults:
        return Evaluation(objectives=_objectives(view, None, None), metrics={}, violations=faults)
    counter = Counter(view)
    layers = {layer.name: layer for layer in view.layers}
    for share in shares:
        counter.add(layers[share.layer], share.count, share.sharding)
    schedule, spent = view.schedules[plan.schedule], counter.total
    memory = _memory_terms(view, schedule, spent)
    used = sum(memory.values())
    times = _times(view, schedule, spent)
    violations = [*policy_faults(view, shares, spent), *_memory_faults(view, used)]
    time = times["step_time" if view.is_step else "communication_time"]
    metrics: dict[str, Metric] = {
        **times,
        "memory": used,
        **{f"memory_{name}": value for name, value in memory.items()},
        "memory_headroom": None if view.memory is None else view.memory - used,
        "microbatches": schedule.microbatches,
        "schedule": schedule.name,
        "devices": view.machine.devices,
        "communicators": len(spent.groups),
        "padded_parameters": spent.padding,
        **_bytes_per_level(view, schedule, spent),
    }
    return Evaluation(
        objectives=_objectives(view, time, used), metrics=metrics, violations=tuple(violations)
    )


def shares_of(view: View, plan: ShardingPlan) -> tuple[Share, ...]:
    """Return a plan as shares of classes, a uniform one as one share for each class."""
    if isinstance(plan, MixedPlan):
        return plan.shares
    return tuple(
        Share(layer=layer.name, count=layer.count, sharding=plan.sharding) for layer in view.layers
    )


def _objectives(view: View, time: float | None, memory: float | None) -> tuple[Objective, ...]:
    return (
        Objective(name=view.objective_name, value=time, unit="s"),
        Objective(name="memory", value=memory, unit="B"),
    )


def _memory_terms(view: View, schedule: Schedule, spent: Spending) -> dict[str, float]:
    return {
        **spent.memory,
        "gather_buffer": spent.gather_buffer,
        "scatter_buffer": spent.scatter_buffer,
        "activations": schedule.activations,
        "reserve": view.reserve,
    }


def _times(view: View, schedule: Schedule, spent: Spending) -> dict[str, float]:
    """Return seconds per optimizer step."""
    s, passes = spent.seconds, schedule.microbatches
    compute = passes * (schedule.forward + schedule.backward)
    each = {name: passes * s[name] for name in ("forward", "backward", "gradients")}
    once = {name: s[name] for name in ("sync", "update")}
    communication = sum(each.values()) + sum(once.values())
    step = compute + communication
    if view.overlap:
        forward = max(schedule.forward, s["forward"])
        backward = max(schedule.backward, s["backward"] + s["gradients"])
        step = passes * (forward + backward) + sum(once.values())
    return {
        "communication_time": communication,
        "compute_time": compute,
        "step_time": step,
        **{f"{name}_time": value for name, value in (each | once).items()},
    }


def _bytes_per_level(view: View, schedule: Schedule, spent: Spending) -> dict[str, Metric]:
    """Return bytes per optimizer step and level, innermost first."""
    often = {"forward": schedule.microbatches, "backward": schedule.microbatches}
    often["gradients"] = schedule.microbatches
    found: dict[str, Metric] = {"levels": list(view.machine.names)}
    for name, table in (("device_bytes", spent.received), ("unit_egress_bytes", spent.egress)):
        total = sum(often.get(collective, 1) * row for collective, row in table.items())
        found[name] = [float(value) for value in total]  # type: ignore[union-attr]
    return found


def _memory_faults(view: View, used: float) -> Sequence[Violation]:
    if view.memory is None or used <= view.memory * (1 + TIE):
        return ()
    over = Violation(
        code="memory-over-limit",
        constraint="limits.memory",
        where="every device",
        amount=used - view.memory,
        unit="B",
    )
    return (over,)
