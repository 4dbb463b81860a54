"""What methods that list the flows of a fabric and plan step by step have in common."""

from collections.abc import Callable
from typing import Any

from planner.models.base.errors import CapabilityError
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.traffic import LISTABLE, AllPairs, Step
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.answer import answer_for, completion_time, simple_proofs
from planner.solvers.flow_splitting.explicit import (
    StepParts,
    busiest_time,
    explicit_plan,
    listed,
)
from planner.solvers.flow_splitting.reach import unreachable_answer

StepPlanner = Callable[[View, Fabric, Step], StepParts]
"""Plans one step; every flow of it has a path."""


def is_listable(step: Step) -> bool:
    """Return whether the flows of a step may be listed one by one."""
    return not isinstance(step.traffic, AllPairs) or len(step.traffic) <= LISTABLE


def cannot_list(instance: FlowSplitting) -> str | None:
    """Return why the flows cannot be listed as flows between leaves, or `None`."""
    if instance.view.fabric is None:
        return "it is for leaf-spine fabrics, and this topology is a graph"
    for step in instance.view.steps:
        if not is_listable(step):
            return f"step `{step.label}` has {len(step.traffic)} flows, too many to list"
    return None


def plan_by_step(
    instance: FlowSplitting,
    run: Run,
    plan_step: StepPlanner,
    refusal: str | None,
    **more: Any,
) -> Answer:
    """Return the answer of a method that plans each step for itself.

    `refusal` is what the method's `refuses` says; `more` are further fields of the answer. Raises
    `CapabilityError` with a refusal.
    """
    view, fabric = instance.view, instance.view.fabric
    if (unreachable := unreachable_answer(instance)) is not None:
        return unreachable
    if refusal is not None or fabric is None:
        raise CapabilityError(refusal)
    steps, thetas = [], []
    for step in view.steps:
        run.report(f"planning step `{step.label}`")
        parts = plan_step(view, fabric, step)
        steps.append(parts)
        thetas.append(busiest_time(fabric, listed(step), parts))
    plan, objective = explicit_plan(fabric, steps), completion_time(view, thetas)
    return answer_for(instance, plan, simple_proofs(view), objective=objective, **more)
