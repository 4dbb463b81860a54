"""What a plan is worth, recomputed from the instance and the plan alone."""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.base.evaluation import Evaluation, Objective, Violation
from planner_dummy.models.instance import Choosing
from planner_dummy.models.plan import ExplicitPlan, RulePlan


def evaluate(instance: Choosing, plan: ExplicitPlan | RulePlan) -> Evaluation:
    """Return the sum and the largest of the chosen numbers, and every limit the plan breaks.

    Violations: `unknown-number`, `chosen-twice`, `forbidden-number`, `wrong-count`.
    """
    chosen = chosen_positions(instance, plan)
    numbers = instance.values
    known = chosen[(chosen >= 0) & (chosen < len(numbers))]
    found = numbers[known]
    busiest = int(known[np.argmax(found)]) if len(found) else None
    return Evaluation(
        objectives=(
            Objective(name="total", value=float(found.sum()), unit="1"),
            Objective(name="largest", value=float(found.max(initial=0.0)), unit="1"),
        ),
        metrics={
            "chosen": len(chosen),
            "mean": float(found.mean()) if len(found) else None,
            "busiest_number": f"number {busiest}" if busiest is not None else None,
        },
        violations=tuple(_violations(instance, chosen)),
    )


def chosen_positions(instance: Choosing, plan: ExplicitPlan | RulePlan) -> IntArray:
    """Return the positions a plan chooses."""
    if isinstance(plan, ExplicitPlan):
        return plan.chosen
    return instance.allowed[plan.first : plan.first + plan.count]


def _violations(instance: Choosing, chosen: IntArray) -> list[Violation]:
    found = []
    unknown = chosen[(chosen < 0) | (chosen >= len(instance.values))]
    if len(unknown):
        found.append(_violation("unknown-number", "numbers", f"number {unknown[0]}"))
    if len(np.unique(chosen)) < len(chosen):
        found.append(_violation("chosen-twice", "numbers", "the plan"))
    forbidden = np.intersect1d(chosen, np.array(instance.forbidden, dtype=np.int64))
    if len(forbidden):
        found.append(_violation("forbidden-number", "forbidden", f"number {forbidden[0]}"))
    if len(chosen) != instance.choose:
        surplus = float(len(chosen) - instance.choose)
        found.append(_violation("wrong-count", "choose", "the plan", surplus))
    return found


def _violation(code: str, constraint: str, where: str, amount: float | None = None) -> Violation:
    return Violation(code=code, constraint=constraint, where=where, amount=amount)
