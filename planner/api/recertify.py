"""`recertify`: whether an old plan, or an old proof, still holds for a changed instance."""

from collections.abc import Sequence

from planner.api.sources import (
    InstanceSource,
    Override,
    ResultSource,
    instance_of,
    problem_of,
    result_of,
)
from planner.models.base.errors import CapabilityError
from planner.models.base.evaluation import BoundSource, CheckedBound, Objective, Reason, Violation
from planner.models.base.instance import Instance
from planner.models.base.record import Record
from planner.models.base.rounding import COMBINATORIAL
from planner.results.figures import matches, weigh
from planner.results.judge import recompute
from planner.results.records import Status
from planner.results.result import Result
from planner.results.verify import reload_instance
from planner.results.wording import status_words
from planner.solvers.contract import Answer

WRONG_VALUE = "certificate-value"
"""The violation of a certificate whose figure differs from the one that its multipliers give."""


class Recertification(Record):
    """An old plan and proof, judged anew on a changed instance."""

    problem: str
    name: str
    """Name of the changed instance."""
    is_same_instance: bool
    """Whether nothing in the instance changed."""
    plan_holds: bool | None = None
    """Whether the old plan keeps every limit; `None` where there was no plan."""
    bound_holds: bool | None = None
    """Whether the old certificate still proves what it proved, or more; `None` where there was
    none."""
    status: Status
    """What the old plan and proof together say about the changed instance."""
    objective: Objective | None = None
    """Of the old plan on the changed instance."""
    objective_before: Objective | None = None
    bound: float | None = None
    """What the old certificate proves about the changed instance."""
    bound_source: BoundSource | None = None
    bound_scope: str | None = None
    """Class of plans that the bound, or that there is no plan, speaks of; `None` for every plan."""
    bound_before: float | None = None
    gap: float | None = None
    violations: tuple[Violation, ...] = ()
    """What the plan breaks."""
    refuted: tuple[Violation, ...] = ()
    """What the certificate says that is different now."""
    why: tuple[Reason, ...] = ()

    @property
    def is_optimal(self) -> bool:
        """Whether the old proof still shows that the old plan is optimal."""
        return self.status == "optimal"

    def __str__(self) -> str:
        words = {True: "holds", False: "no longer holds", None: "did not exist"}
        return (
            f"{self.name}: the plan {words[self.plan_holds]}, "
            f"the proof {words[self.bound_holds]}; {status_words(self.status, self.bound_scope)}"
        )


def recertify(
    instance: InstanceSource, result: ResultSource, *, overrides: Sequence[Override] = ()
) -> Recertification:
    """Evaluate an old plan and check an old certificate on a changed instance, without solving.

    Parameters
    ----------
    instance
        The changed instance, the path of its file, or its data.
    result
        The old result, or the path of its file.
    overrides
        Further changes to the instance, as `path=value` or pairs of a path and a value.

    Raises
    ------
    InputError
        For faults of the instance or a malformed result.
    AuditError
        For a result file that was edited.
    CapabilityError
        When instance and result are of different problems.

    """
    changed = instance_of(instance, overrides)
    old = result_of(result)
    if old.problem != changed.problem:
        raise CapabilityError(
            f"the result is of `{old.problem}`, the instance of `{changed.problem}`; "
            "give a result of the same problem."
        )
    answer = _carried(changed, old)
    evaluation, checked = recompute(problem_of(changed), changed, answer)
    restated = _restated(checked)
    figures = weigh(evaluation, restated, tolerance=old.gap_tolerance)
    return Recertification(
        problem=changed.problem,
        name=changed.name,
        is_same_instance=changed.sha256() == old.instance.sha256,
        plan_holds=None if evaluation is None else not evaluation.violations,
        bound_holds=None if restated is None else _still_proves(old, restated, figures.bound),
        status=figures.status,
        objective=evaluation.objective if evaluation is not None else None,
        objective_before=old.objective,
        bound=figures.bound,
        bound_source=figures.bound_source,
        bound_scope=figures.bound_scope,
        bound_before=old.bound,
        gap=figures.gap,
        violations=evaluation.violations if evaluation is not None else (),
        refuted=checked.violations if checked is not None else (),
        why=checked.reasons if checked is not None else (),
    )


def _carried(changed: Instance, old: Result) -> Answer:
    """Return the old plan and certificate with the entities of the changed instance.

    A room that numbers its entities exports `carry_over(old, new, plan, certificate)`; without it
    both are taken as they are.
    """
    hook = getattr(problem_of(changed).model_room(), "carry_over", None)
    if hook is None or changed.sha256() == old.instance.sha256:
        return Answer(plan=old.plan, certificate=old.certificate)
    plan, certificate = hook(reload_instance(old), changed, old.plan, old.certificate)
    return Answer(plan=plan, certificate=certificate)


def _restated(checked: CheckedBound | None) -> CheckedBound | None:
    """Return what a certificate proves once its claimed values are replaced by recomputed ones.

    Multipliers often prove something about a changed instance too, if not the same figure.
    """
    if checked is None or {found.code for found in checked.violations} != {WRONG_VALUE}:
        return checked
    return checked.model_copy(update={"violations": ()})


def _still_proves(old: Result, restated: CheckedBound, bound: float | None) -> bool:
    if restated.violations:
        return False
    if restated.infeasible or old.bound is None or old.objective is None:
        return True
    if bound is None:
        return False
    is_stronger = bound > old.bound if old.objective.sense == "min" else bound < old.bound
    return is_stronger or matches(bound, old.bound, COMBINATORIAL)
