"""An earlier plan on a changed instance: a first incumbent, kept where nothing is better."""

from dataclasses import dataclass, replace
from types import ModuleType

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
        """What the plan is worth, for the notes of the result."""
        if self.holds:
            first = self.evaluation.objective
            return f"The previous plan still holds, with {first.name} {first.value!r}."
        codes = ", ".join(dict.fromkeys(found.code for found in self.evaluation.violations))
        return f"The previous plan no longer holds ({codes})."


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An answer beside which a previous plan was looked at."""

    answer: Answer
    note: str
    """What became of the previous plan."""
    changed_parts: int | None
    """Parts of the answer's plan that the previous one does not have; `None` if not known."""


def revisit(source: PlanSource, problem: Problem, instance: Instance) -> Previous:
    """Evaluate an earlier plan on `instance`; raises `InputError` for what is no plan of it."""
    plan = plan_of(source, problem)
    return Previous(plan=plan, evaluation=problem.model_room().evaluate(instance, plan))


def prefer_previous(
    previous: Previous, problem: Problem, instance: Instance, answer: Answer, gap: float
) -> Revision:
    """Return the answer with the previous plan where no objective of the new one is better.

    "Better" is lexicographic and means by more than the relative `gap`. The certificate of the
    answer stays: it is about the instance, not about the plan; should it prove that there is no
    plan, the judge finds the contradiction.
    """
    room = problem.model_room()
    if not previous.holds:
        return _replaced(previous, room, answer, "The plan is new")
    if answer.plan is not None:
        evaluation = room.evaluate(instance, answer.plan)
        if _improves(evaluation, previous.evaluation, gap):
            return _replaced(previous, room, answer, "It is replaced by a better one")
    why = "the method found none" if answer.plan is None else "no better plan was found"
    kept = replace(
        answer,
        plan=previous.plan,
        objective=None,
        infeasible=False,
        reasons=(),
        statistics={},
    )
    note = f"{previous.note} It is kept, with no change: {why}."
    return Revision(answer=kept, note=note, changed_parts=0)


def _replaced(previous: Previous, room: ModuleType, answer: Answer, fate: str) -> Revision:
    """Return the answer as it is, with what the room's `changes(old_plan, new_plan)` counts."""
    if answer.plan is None:
        note = f"{previous.note} No new plan was found."
        return Revision(answer=answer, note=note, changed_parts=None)
    hook = getattr(room, "changes", None)
    changed = hook(previous.plan, answer.plan) if callable(hook) else None
    count = "" if changed is None else f"; {changed} part{'' if changed == 1 else 's'} changed"
    return Revision(answer=answer, note=f"{previous.note} {fate}{count}.", changed_parts=changed)


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
