"""What a plan is worth, from the instance and the plan alone."""

from collections.abc import Iterator

import numpy as np

from planner.models.base.evaluation import Evaluation, Metric, Objective, Violation
from planner.models.wan_training.figures import figures
from planner.models.wan_training.instance import WanTraining
from planner.models.wan_training.plan import SchedulePlan
from planner.models.wan_training.variants import allowed_variants, plan_of
from planner.models.wan_training.worth import costs_of, keeps, limits_of, worth_of


def evaluate(instance: WanTraining, plan: SchedulePlan) -> Evaluation:
    """Return the objectives, metrics and violations of a plan.

    The first objective is `required_bandwidth` in B/s or `utilisation` from 0 to 1; then follow
    `memory_overhead` in bytes, `synchronisation_period` and `staleness` in steps. Fragments of any
    layout are simulated; one that the choices do not allow is a violation (`variant-not-allowed`).
    """
    shape = list(_shape_faults(instance, plan))
    if shape:
        return Evaluation(
            objectives=_objectives(instance, None, (None, None, None)),
            metrics={},
            violations=tuple(shape),
        )
    worth = worth_of(instance, plan)
    metrics: dict[str, Metric] = figures(instance, plan, worth.value)
    return Evaluation(
        objectives=_objectives(instance, worth.value, worth.costs),
        metrics=metrics,
        violations=tuple(_limit_faults(instance, plan, worth.value)),
    )


def _objectives(
    instance: WanTraining, value: float | None, costs: tuple[float | None, ...]
) -> tuple[Objective, ...]:
    units = ("B", "1", "1")
    later = tuple(
        Objective(name=name, value=cost, unit=unit)
        for name, cost, unit in zip(limits_of(instance), costs, units, strict=True)
    )
    if instance.objective == "utilisation":
        return (Objective(name="utilisation", value=value, unit="1", sense="max"), *later)
    return (Objective(name="required_bandwidth", value=value, unit="B/s"), *later)


def _shape_faults(instance: WanTraining, plan: SchedulePlan) -> Iterator[Violation]:
    """Yield what makes a plan unreadable: layers or fragments that are not there."""
    layers, fragments = instance.model.layers, len(plan.send_step)
    if len(plan.fragment) != layers:
        yield _fault("plan-shape", "fragment", f"{len(plan.fragment)} entries, {layers} layers")
    elif set(plan.fragment.tolist()) != set(range(fragments)):
        yield _fault("plan-shape", "fragment", f"not every fragment of {fragments} has layers")
    if ((plan.send_step < 1) | (plan.send_step > plan.inner_steps)).any():
        yield _fault("unknown-step", "send_step", f"not all from 1 to {plan.inner_steps}")


def _limit_faults(
    instance: WanTraining, plan: SchedulePlan, value: float | None
) -> Iterator[Violation]:
    if not is_allowed(instance, plan):
        yield Violation(
            code="variant-not-allowed",
            constraint="choices",
            where=f"{plan.schedule} with {len(plan.send_step)} fragments and {plan.bits} bits",
        )
    costs = zip(limits_of(instance).items(), costs_of(instance, plan), strict=True)
    for (name, limit), cost in costs:
        if limit is not None and not keeps(cost, limit):
            yield Violation(
                code="cost-over-limit",
                constraint=f"limits.{name}",
                where=plan.schedule,
                amount=cost - limit,
                unit="B" if name == "memory_overhead" else "1",
            )
    if value is None:
        yield _fault("target-missed", "target_utilisation", "not even at `search.highest`", "")


def is_allowed(instance: WanTraining, plan: SchedulePlan) -> bool:
    """Return whether a plan is exactly what one of the allowed variants stands for."""
    head = (plan.schedule, plan.inner_steps, plan.bits)
    return any(
        _is_same(plan, plan_of(variant, instance.model.layers))
        for variant in allowed_variants(instance)
        if variant[:3] == head
    )


def _is_same(plan: SchedulePlan, other: SchedulePlan) -> bool:
    return (
        plan.overlap_steps == other.overlap_steps
        and np.array_equal(plan.fragment, other.fragment)
        and np.array_equal(plan.send_step, other.send_step)
    )


def _fault(code: str, field: str, where: str, room: str = "plan.") -> Violation:
    return Violation(code=code, constraint=f"{room}{field}", where=where)
