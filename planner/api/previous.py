"""An earlier plan on a changed instance: a first incumbent, kept where nothing is better."""

from dataclasses import dataclass, replace

from planner.api.sources import PlanSource, plan_of
from planner.catalog import Problem
from planner.models.base.artefacts import Plan
from planner.models.base.evaluation import Evaluation
from planner.models.base.instance import Instance
from planner.results.figures import relative_gap
from planner.solvers.contract import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """What an earlier plan is worth on the instance at hand."""

    plan: Plan
    evaluation: Evaluation

    @property
    def holds(self) -> bool:
        """Whether the plan keeps every limit of the instance."""
        return not self.evaluation.violations

    @property
    def note(self) -> str:
        """What became of the plan, for the notes of the result."""
        if self.holds:
            first = self.evaluation.objective
            return f"The previous plan still holds, with {first.name} {first.value!r}."
        codes = ", ".join(dict.fromkeys(found.code for found in self.evaluation.violations))
        return f"The previous plan no longer holds ({codes}); the plan is new."


def revisit(source: PlanSource, problem: Problem, instance: Instance) -> Previous:
    """Evaluate an earlier plan on `instance`; raises `InputError` for what is no plan of it."""
    plan = plan_of(source, problem)
    return Previous(plan=plan, evaluation=problem.model_room().evaluate(instance, plan))


def prefer_previous(
    previous: Previous, problem: Problem, instance: Instance, answer: Answer, gap: float
) -> tuple[Answer, str]:
    """Return the answer with the previous plan where no objective of the new one is better.

    "Better" is lexicographic and means by more than the relative `gap`. The certificate of the
    answer stays: it is about the instance, not about the plan; should it prove that there is no
    plan, the judge finds the contradiction.
    """
    if not previous.holds:
        return answer, previous.note
    kept = replace(
        answer,
        plan=previous.plan,
        objective=None,
        infeasible=False,
        reasons=(),
        statistics={},
    )
    if answer.plan is None:
        return kept, f"{previous.note} It is kept: the method found none."
    evaluation = problem.model_room().evaluate(instance, answer.plan)
    if _improves(evaluation, previous.evaluation, gap):
        return answer, f"{previous.note} The new plan is better."
    return kept, f"{previous.note} It is kept, with no change: no better plan was found."


def _improves(new: Evaluation, old: Evaluation, gap: float) -> bool:
    if new.violations:
        return False
    for ours, theirs in zip(new.objectives, old.objectives, strict=True):
        if ours.value is None or theirs.value is None:
            continue
        step = relative_gap(ours.value, theirs.value)
        if step is None or step > gap:
            is_less = ours.value < theirs.value
            return is_less if ours.sense == "min" else not is_less
    return False
