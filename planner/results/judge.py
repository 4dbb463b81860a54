"""Turns what a method claims into a result, after recomputing whatever can be recomputed."""

import importlib.metadata
import logging
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pydantic import ValidationError

from planner.catalog import Problem, get
from planner.loading.sidecars import KnownReader
from planner.models.base.errors import AuditError
from planner.models.base.evaluation import (
    CheckedBound,
    Evaluation,
    Metric,
    Objective,
    Reason,
    Violation,
)
from planner.models.base.instance import Instance
from planner.models.base.rounding import COMBINATORIAL, CONTINUOUS
from planner.results.figures import Figures, matches, weigh
from planner.results.records import Baseline, InstanceRecord, Point, Provenance, Timing
from planner.results.result import Result
from planner.solvers.contract import Answer, Spread

log = logging.getLogger(__name__)

DISTRIBUTION = "topoplan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a result says about the run besides the answer."""

    method: str
    may_break_limits: bool = False
    """Whether a plan that breaks limits is a finding (baselines, plans of users) or a defect."""
    gap: float = 1e-6
    """Relative gap that was asked for."""
    seed: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    timing: Timing = field(default_factory=Timing)
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    """Metrics that stand beside those of the evaluator, which come first."""


def judge(instance: Instance, answer: Answer, about: Circumstances) -> Result:
    """Return the sealed result of a method's answer.

    Raises `AuditError` when the answer does not stand up: the claimed objective or the certificate
    is wrong, the plan breaks limits it claims to keep, or it is better than its own proof allows.
    """
    problem = get(instance.problem)
    start = time.perf_counter()
    evaluation, checked = recompute(problem, instance, answer)
    evaluated = time.perf_counter() - start
    figures = weigh(
        evaluation,
        checked,
        tolerance=about.gap,
        solver_bound=answer.solver_bound,
        solver_scope=answer.solver_scope,
        claims_infeasible=answer.infeasible,
    )
    _audit(problem, answer, evaluation, checked, figures, about)
    known = evaluation.notes if evaluation is not None else ()
    notes = (*about.notes, *answer.notes, *known)
    if figures.word_refuted:
        notes += (f"The plan is better than the bound {answer.solver_bound!r} that "
                  f"{answer.solver or 'the solver'} claimed; that bound was dropped.",)  # fmt: skip
    timing = about.timing.model_copy(update={"evaluate": evaluated})
    result = Result(
        problem=instance.problem,
        instance=instance_record(instance),
        method=about.method,
        status=figures.status,
        stopped_by=answer.stopped_by,
        objective=_plain(evaluation.objective) if evaluation is not None else None,
        objectives=figures.objectives,
        bound=figures.bound,
        bound_source=figures.bound_source,
        bound_verified=figures.bound_verified,
        bound_scope=figures.bound_scope,
        gap=figures.gap,
        verified=figures.verified,
        deterministic=answer.deterministic and answer.stopped_by in (None, "gap"),
        metrics={**about.metrics, **evaluation.metrics} if evaluation is not None else {},
        violations=evaluation.violations if evaluation is not None else (),
        certificate=answer.certificate,
        plan=answer.plan,
        baselines=_own_baseline(about.method, evaluation, answer.statistics),
        why=reasons(checked, answer),
        provenance=_provenance(answer, about, figures, notes, timing),
    )
    result._sidecars = KnownReader(instance, None)
    log.info("%s", result.summary)
    return result.sealed()


def recompute(
    problem: Problem, instance: Instance, answer: Answer
) -> tuple[Evaluation | None, CheckedBound | None]:
    """Evaluate the plan and check the certificate of an answer, each where there is one.

    Raises `AuditError` where one of them holds figures so large that no number comes out.
    """
    room = problem.model_room()
    evaluation: Evaluation | None = None
    checked: CheckedBound | None = None
    part = "plan"
    try:
        # What overflows becomes infinite or NaN, which no evaluation may hold.
        with np.errstate(over="ignore", invalid="ignore"):
            if answer.plan is not None:
                evaluation = room.evaluate(instance, answer.plan)
            part = "certificate"
            if answer.certificate is not None:
                checked = room.check_certificate(instance, answer.certificate)
    except (ArithmeticError, ValidationError) as error:
        log.debug("the %s cannot be evaluated", part, exc_info=True)
        raise AuditError(f"the {part} holds figures nobody can compute with.") from error
    return evaluation, checked


def tolerance_of(problem: Problem) -> float:
    """Return the relative agreement asked of two computations of one figure."""
    return COMBINATORIAL if problem.combinatorial else CONTINUOUS


def instance_record(instance: Instance) -> InstanceRecord:
    """Return all that a result keeps of its instance."""
    return InstanceRecord(
        name=instance.name,
        schema_version=instance.schema_version,
        sha256=instance.sha256(),
        source=instance.origin.source,
        overrides=instance.origin.overrides,
        data=instance.data(),
        sidecars=instance.sidecar_digests(),
    )


def baseline(evaluation: Evaluation, statistics: Mapping[str, Spread]) -> Baseline:
    """Return what a baseline reaches; a spread gives `<name>` (the mean) and its percentiles."""
    metrics: dict[str, Metric] = dict(evaluation.metrics)
    for name, spread in statistics.items():
        metrics[name] = spread.mean
        for part in ("p5", "p95", "stderr", "draws", "seed"):
            metrics[f"{name}_{part}"] = getattr(spread, part)
    objective = _plain(evaluation.objective)
    if objective.name in statistics:
        objective = objective.model_copy(update={"value": statistics[objective.name].mean})
    return Baseline(objective=objective, metrics=metrics, keeps_limits=not evaluation.violations)


def reasons(checked: CheckedBound | None, answer: Answer) -> tuple[Reason, ...]:
    """Return the reasons of the check where it proves that there is no plan, else the method's."""
    if checked is not None and checked.infeasible:
        return checked.reasons
    return answer.reasons


def planner_version() -> str:
    """Return the version of the planner."""
    return importlib.metadata.version(DISTRIBUTION)


def _own_baseline(
    method: str, evaluation: Evaluation | None, statistics: Mapping[str, Spread]
) -> dict[str, Baseline]:
    if evaluation is None or not statistics:
        return {}
    return {method: baseline(evaluation, statistics)}


def _plain(objective: Objective) -> Objective:
    return Objective(**objective.model_dump(include=set(Objective.model_fields)))


def _provenance(
    answer: Answer,
    about: Circumstances,
    figures: Figures,
    notes: tuple[str, ...],
    timing: Timing,
) -> Provenance:
    computed_with = {"numpy": np.__version__, "python": platform.python_version()}
    return Provenance(
        planner=planner_version(),
        backends={**computed_with, **answer.backends},
        solver=answer.solver if _is_word(figures) else None,
        seed=about.seed,
        options=about.options,
        notes=notes,
        trace=tuple(
            Point(elapsed=point.elapsed, objective=point.objective, bound=point.bound)
            for point in answer.trace
        ),
        timing=timing,
    )


def _is_word(figures: Figures) -> bool:
    """Return whether a bound, or that there is no plan, is only a solver's word."""
    is_claimed = figures.status == "infeasible" and not figures.verified
    return figures.bound_source == "solver" or is_claimed


def _audit(
    problem: Problem,
    answer: Answer,
    evaluation: Evaluation | None,
    checked: CheckedBound | None,
    figures: Figures,
    about: Circumstances,
) -> None:
    """Raise `AuditError` for anything in the answer that does not hold."""
    if checked is not None and checked.violations:
        raise _defect(about.method, "gave a certificate that does not hold", checked.violations)
    if figures.conflicts:
        raise _defect(about.method, "gave a plan and a proof that contradict", figures.conflicts)
    if figures.status == "infeasible" and not figures.verified and not answer.solver:
        where = "neither a certificate nor a solver stands for it"
        wrong = Violation(code="infeasible-unproved", constraint="certificate", where=where)
        raise _defect(about.method, "says that there is no plan", (wrong,))
    if evaluation is None:
        return
    if evaluation.violations and not about.may_break_limits:
        raise _defect(about.method, "gave a plan that breaks limits", evaluation.violations)
    value = evaluation.objective.value
    is_claimed = answer.objective is not None and not evaluation.violations
    if is_claimed and not matches(answer.objective, value, tolerance_of(problem)):
        claim = f"{evaluation.objective.name}: {answer.objective!r} claimed, {value!r} recomputed"
        wrong = Violation(code="objective-mismatch", constraint="objective", where=claim)
        raise _defect(about.method, "claimed a wrong objective", (wrong,))


def _defect(method: str, what: str, violations: tuple[Violation, ...]) -> AuditError:
    named = "; ".join(f"[{found.code}] {found.where}" for found in violations[:5])
    more = f" and {len(violations) - 5} more" if len(violations) > 5 else ""
    return AuditError(
        f"the method `{method}` {what}: {named}{more}. This is a defect of the method; "
        "nothing of its answer was kept."
    )
