"""What follows from an evaluation and a checked bound: the figures of a result.

The judge writes these figures into a result, and `verify` derives them again to compare.
"""

import math
from dataclasses import dataclass

from planner.models.base.evaluation import (
    BoundSource,
    CheckedBound,
    Evaluation,
    Objective,
    Violation,
)
from planner.models.base.rounding import COMBINATORIAL, CONTINUOUS, agrees
from planner.results.records import BoundedObjective, Status

CLOSED = 1e-4
"""No plan with a larger relative gap is called optimal, whatever gap was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of a result that follow from others."""

    status: Status
    objectives: tuple[BoundedObjective, ...]
    bound: float | None
    bound_source: BoundSource | None
    gap: float | None
    verified: bool
    bound_scope: str | None = None
    """Class of plans that the bound or the infeasibility speaks of; `None` for every plan."""
    conflicts: tuple[Violation, ...] = ()
    """Where a plan is better than a proof allows: one of the two must be wrong."""
    word_refuted: bool = False
    """Whether the plan is better than the solver said any plan can be."""

    @property
    def bound_verified(self) -> bool:
        """Whether the bound was recomputed without a solver."""
        return self.bound_source in ("certificate", "enumeration")


def matches(claimed: float | None, recomputed: float | None, tolerance: float) -> bool:
    """Return whether two figures agree to a relative `tolerance`; unknown agrees with unknown."""
    if claimed is None or recomputed is None:
        return claimed is recomputed
    return agrees(claimed, recomputed, tolerance)


def relative_gap(objective: float | None, bound: float | None) -> float | None:
    """Return |objective - bound| / |bound|; `None` where it is unknown.

    A bound of zero has a gap of zero if the objective is zero too, and no gap otherwise.
    """
    if objective is None or bound is None:
        return None
    if bound == 0:
        return 0.0 if objective == 0 else None
    gap = abs(objective - bound) / abs(bound)
    return gap if math.isfinite(gap) else None


def weigh(
    evaluation: Evaluation | None,
    checked: CheckedBound | None,
    *,
    tolerance: float,
    solver_bound: float | None = None,
    solver_scope: str | None = None,
    claims_infeasible: bool = False,
) -> Figures:
    """Return what follows from a plan's evaluation and a certificate's check.

    `tolerance` is the relative gap that was asked for; a plan counts as optimal at or below it, and
    never above `CLOSED`. `solver_bound` and `claims_infeasible` are words nobody can re-check; they
    speak of plans of `solver_scope` alone. A proof counts before a solver's word, unless only that
    word closes the gap. What speaks of other plans than the one evaluated says nothing about it.
    """
    tolerance = min(tolerance, CLOSED)
    proves = checked is not None and not checked.violations
    infeasible = proves and checked is not None and checked.infeasible
    if evaluation is None:
        words = solver_bound, solver_scope, claims_infeasible
        return _without_plan(checked, *words, proved=infeasible)
    if checked is not None and not _speaks_of(checked.scope, evaluation):
        checked, infeasible = checked.model_copy(update={"bounds": {}}), False
    if not _speaks_of(solver_scope, evaluation):
        solver_bound = None
    first = evaluation.objective
    is_kept = not evaluation.violations
    value = first.value if is_kept else None
    proven = checked.bounds.get(first.name) if proves and checked is not None else None
    conflicts = []
    if is_kept and infeasible:
        conflicts.append(_conflict("infeasible", "the plan keeps every limit"))
    if proven is not None and is_better(first, value, proven):
        conflicts.append(_conflict("bound", f"{first.name} {value!r} is better than {proven!r}"))
    word_refuted = solver_bound is not None and is_better(first, value, solver_bound)
    if word_refuted:
        solver_bound = None
    by_word = solver_bound is not None and (
        proven is None
        or (_is_closed(value, solver_bound, tolerance) and not _is_closed(value, proven, tolerance))
    )
    bound = solver_bound if by_word else proven
    source = _source(checked, proven, by_word)
    gap = relative_gap(value, bound)
    status: Status = "feasible" if is_kept else "violates_limits"
    if is_kept and gap is not None and gap <= tolerance:
        status = "optimal"
    return Figures(
        status=status,
        objectives=_bounded(evaluation, checked if proves else None, bound, source, status),
        bound=bound,
        bound_source=source,
        gap=gap,
        verified=is_kept and (checked is None or proves),
        bound_scope=_scope(source, checked, solver_scope),
        conflicts=tuple(conflicts),
        word_refuted=word_refuted,
    )


def _speaks_of(scope: str | None, evaluation: Evaluation) -> bool:
    """Return whether what holds for a class of plans holds for the one evaluated."""
    return scope is None or scope == evaluation.scope


def _without_plan(
    checked: CheckedBound | None,
    solver_bound: float | None,
    solver_scope: str | None,
    claims_infeasible: bool,
    *,
    proved: bool,
) -> Figures:
    infeasible = proved or claims_infeasible
    proves = checked is not None and not checked.violations
    proven = next(iter(checked.bounds.values()), None) if checked is not None and proves else None
    if infeasible:
        proven = solver_bound = None
    by_word = proven is None and solver_bound is not None
    source = _source(checked, proven, by_word)
    scope = _scope(source, checked, solver_scope)
    if infeasible:
        scope = checked.scope if checked is not None and proved else solver_scope
    return Figures(
        status="infeasible" if infeasible else "unknown",
        objectives=(),
        bound=solver_bound if by_word else proven,
        bound_source=source,
        gap=None,
        verified=proved,
        bound_scope=scope,
    )


def _scope(
    source: BoundSource | None, checked: CheckedBound | None, solver_scope: str | None
) -> str | None:
    """Return the class of plans that a bound from a source speaks of."""
    if source == "solver":
        return solver_scope
    return checked.scope if checked is not None and source is not None else None


def _source(
    checked: CheckedBound | None, proven: float | None, by_word: bool
) -> BoundSource | None:
    if by_word:
        return "solver"
    return checked.source if checked is not None and proven is not None else None


def _bounded(
    evaluation: Evaluation,
    checked: CheckedBound | None,
    bound: float | None,
    source: BoundSource | None,
    status: Status,
) -> tuple[BoundedObjective, ...]:
    """Attach bounds: to later objectives only if the plan is best in the first.

    A later bound speaks of plans that are as good as `checked.holds_at` in the first objective;
    where this plan goes below the bound (it may, within rounding) it says nothing about the plan.
    """
    first, *later = evaluation.objectives
    found = [_with_bound(first, bound, source)]
    applies = status == "optimal" and checked is not None and _reaches(first, checked.holds_at)
    for objective in later:
        proven = checked.bounds.get(objective.name) if checked is not None and applies else None
        if proven is None or is_better(objective, objective.value, proven):
            found.append(_with_bound(objective, None, None))
        else:
            found.append(_with_bound(objective, proven, checked.source if checked else None))
    return tuple(found)


def _with_bound(
    objective: Objective, bound: float | None, source: BoundSource | None
) -> BoundedObjective:
    return BoundedObjective(
        **objective.model_dump(include=set(Objective.model_fields)),
        bound=bound,
        bound_source=source,
        bound_verified=source in ("certificate", "enumeration"),
    )


def _reaches(objective: Objective, goal: float | None) -> bool:
    """Return whether an objective is no worse than `goal`, rounding aside; `None` asks nothing."""
    if goal is None:
        return True
    value = objective.value
    if value is None or agrees(value, goal, COMBINATORIAL):
        return value is not None
    return value < goal if objective.sense == "min" else value > goal


def _is_closed(value: float | None, bound: float, tolerance: float) -> bool:
    gap = relative_gap(value, bound)
    return gap is not None and gap <= tolerance


def is_better(objective: Objective, value: float | None, bound: float) -> bool:
    """Return whether a value beats its bound by more than rounding explains."""
    if value is None or matches(value, bound, CONTINUOUS):
        return False
    return value < bound if objective.sense == "min" else value > bound


def _conflict(what: str, where: str) -> Violation:
    return Violation(code=f"{what}-contradicted", constraint="certificate", where=where)
