"""Compares the figures written in a result with the figures that were recomputed."""

import math
from collections.abc import Iterable, Iterator, Mapping

from planner.models.base.evaluation import (
    CheckedBound,
    Evaluation,
    Metric,
    Objective,
    Violation,
)
from planner.results.figures import Figures, is_better, matches
from planner.results.records import BoundedObjective
from planner.results.result import Result

OWN_METRICS = frozenset({"changed_parts"})
"""Counts that the planner adds about the run; a result alone cannot tell them, as it cannot tell
how long the run took. Unknown where they are `None`."""


def compare(
    result: Result,
    evaluation: Evaluation | None,
    checked: CheckedBound | None,
    figures: Figures,
    tolerance: float,
) -> Iterator[Violation]:
    """Yield every figure of `result` that differs from what was recomputed."""
    if checked is not None:
        yield from checked.violations
    yield from figures.conflicts
    yield from _objectives(result, figures.objectives, tolerance)
    yield from _bound(result, figures, tolerance)
    yield from _metrics(result.metrics, evaluation.metrics if evaluation else {}, tolerance)
    yield from _plan(result, evaluation, tolerance)
    yield from _verdict(result, figures)
    yield from _reasons(result, checked)
    yield from _baselines(result, evaluation, figures)


def mismatch(what: str, field: str, claimed: object, recomputed: object) -> Violation:
    """Return the violation for a claim that differs from what was recomputed."""
    where = f"{claimed!r} claimed, {recomputed!r} recomputed"
    amount = None
    if isinstance(claimed, int | float) and isinstance(recomputed, int | float):
        amount = _difference(claimed, recomputed)
    return Violation(code=f"{what}-mismatch", constraint=field, where=where, amount=amount)


def _difference(a: float, b: float) -> float | None:
    """Return |a - b|, or `None` where that is beyond any float, as edited figures may be."""
    try:
        difference = abs(float(a) - float(b))
    except OverflowError:
        return None
    return difference if math.isfinite(difference) else None


def _objectives(
    result: Result, recomputed: tuple[BoundedObjective, ...], tolerance: float
) -> Iterator[Violation]:
    first: Objective | None = recomputed[0] if recomputed else None
    yield from _objective("objective", result.objective, first, tolerance)
    if len(result.objectives) != len(recomputed):
        names = [found.name for found in result.objectives], [found.name for found in recomputed]
        yield mismatch("objective", "objectives", *names)
        return
    for position, (claimed, found) in enumerate(zip(result.objectives, recomputed, strict=True)):
        field = f"objectives[{position}]"
        yield from _objective(field, claimed, found, tolerance)
        if not matches(claimed.bound, found.bound, tolerance):
            yield mismatch("bound", f"{field}.bound", claimed.bound, found.bound)
        for name in ("bound_source", "bound_verified"):
            if getattr(claimed, name) != getattr(found, name):
                values = getattr(claimed, name), getattr(found, name)
                yield mismatch("bound", f"{field}.{name}", *values)


def _objective(
    field: str, claimed: Objective | None, found: Objective | None, tolerance: float
) -> Iterator[Violation]:
    if claimed is None or found is None:
        if claimed is not found:
            names = [None if which is None else which.name for which in (claimed, found)]
            yield mismatch("objective", field, *names)
        return
    for name in ("name", "unit", "sense"):
        if getattr(claimed, name) != getattr(found, name):
            yield mismatch(
                "objective", f"{field}.{name}", getattr(claimed, name), getattr(found, name)
            )
    if not matches(claimed.value, found.value, tolerance):
        yield mismatch("objective", f"{field}.value", claimed.value, found.value)


def _bound(result: Result, figures: Figures, tolerance: float) -> Iterator[Violation]:
    if not matches(result.bound, figures.bound, tolerance):
        yield mismatch("bound", "bound", result.bound, figures.bound)
    if result.bound_source != figures.bound_source:
        yield mismatch("bound", "bound_source", result.bound_source, figures.bound_source)
    if result.bound_verified != figures.bound_verified:
        yield mismatch("bound", "bound_verified", result.bound_verified, figures.bound_verified)
    is_told = "bound_scope" in result.model_fields_set
    if is_told and result.bound_scope != figures.bound_scope:
        yield mismatch("bound", "bound_scope", result.bound_scope, figures.bound_scope)
    claimed, found = result.gap, figures.gap
    is_same = claimed is found is None or (
        claimed is not None
        and found is not None
        and abs(claimed - found) <= tolerance * (1 + found)
    )
    if not is_same:
        yield mismatch("gap", "gap", claimed, found)


def _metrics(
    claimed: Mapping[str, Metric], found: Mapping[str, Metric], tolerance: float
) -> Iterator[Violation]:
    """Yield metrics that differ; an older result may lack some that evaluators give now."""
    for name, value in claimed.items():
        if name in found:
            if not _same(value, found[name], tolerance):
                yield mismatch("metric", f"metrics.{name}", value, found[name])
        elif name not in OWN_METRICS or not _is_count(value):
            where = "unknown to the evaluator"
            yield Violation(code="metric-mismatch", constraint=f"metrics.{name}", where=where)


def _is_count(value: Metric) -> bool:
    return value is None or (type(value) is int and value >= 0)


def _same(claimed: Metric, found: Metric, tolerance: float) -> bool:
    if isinstance(claimed, list) and isinstance(found, list):
        pairs: Iterable[tuple[Metric, Metric]] = zip(claimed, found, strict=False)
        return len(claimed) == len(found) and all(_same(a, b, tolerance) for a, b in pairs)
    if isinstance(claimed, bool) or isinstance(found, bool):
        return claimed is found
    if isinstance(claimed, float) and isinstance(found, int | float):
        return _difference(claimed, found) is not None and matches(claimed, found, tolerance)
    if isinstance(claimed, int) and isinstance(found, float):
        return _same(found, claimed, tolerance)
    return claimed == found


def _plan(result: Result, evaluation: Evaluation | None, tolerance: float) -> Iterator[Violation]:
    """Yield what the plan breaks, unless the result says so itself, and what it wrongly lists."""
    found = {_key(each): each for each in (evaluation.violations if evaluation else ())}
    listed = {_key(each): each for each in result.violations}
    if result.status != "violates_limits":
        yield from found.values()
    for key in found.keys() | listed.keys():
        code, constraint, where = key
        if key not in found:
            text = f"{code} ({where}) is listed, but the plan keeps this limit"
        elif key not in listed:
            text = f"{code} ({where}) is not listed"
        elif not _same_amount(listed[key], found[key], tolerance):
            text = f"{code} ({where}) is by {found[key].amount!r} {found[key].unit}"
        else:
            continue
        yield Violation(code="violations-mismatch", constraint=constraint, where=text)


def _key(violation: Violation) -> tuple[str, str, str]:
    return violation.code, violation.constraint, violation.where


def _same_amount(listed: Violation, found: Violation, tolerance: float) -> bool:
    return listed.unit == found.unit and matches(listed.amount, found.amount, tolerance)


def _verdict(result: Result, figures: Figures) -> Iterator[Violation]:
    if result.status != figures.status:
        yield mismatch("status", "status", result.status, figures.status)
    if result.verified != figures.verified:
        yield mismatch("verified", "verified", result.verified, figures.verified)


def _reasons(result: Result, checked: CheckedBound | None) -> Iterator[Violation]:
    """Yield how `why` differs from the reasons of a proof that there is no plan."""
    if checked is None or not checked.infeasible:
        return
    for reasons, others, fault in (
        (checked.reasons, result.why, "is missing"),
        (result.why, checked.reasons, "does not follow from the certificate"),
    ):
        for reason in reasons:
            if reason not in others:
                where = f"{reason.code} ({reason.where}) {fault}"
                yield Violation(code="why-mismatch", constraint="why", where=where)


def _baselines(
    result: Result, evaluation: Evaluation | None, figures: Figures
) -> Iterator[Violation]:
    """Yield baselines that measure something else than the plan does, or beat a proven bound.

    A bound on one class of plans may be beaten: the class of a baseline's plan is not known.
    """
    if evaluation is None:
        return
    first = evaluation.objective
    for method, row in result.baselines.items():
        measured = row.objective.name, row.objective.unit, row.objective.sense
        if measured != (first.name, first.unit, first.sense):
            where = f"the baseline measures {row.objective.name}, the plan {first.name}"
        elif (
            row.keeps_limits
            and figures.bound_verified
            and figures.bound is not None
            and figures.bound_scope is None
            and is_better(row.objective, row.objective.value, figures.bound)
        ):
            where = f"{row.objective.value!r} is better than the proven bound {figures.bound!r}"
        else:
            continue
        yield Violation(code="baseline-mismatch", constraint=f"baselines.{method}", where=where)
