"""What a schedule is worth, from the instance and the plan alone."""

from collections.abc import Iterator

import numpy as np

from planner.models.base.evaluation import Evaluation, Objective, Violation
from planner.models.entanglement_scheduling.evaluation.measures import measure
from planner.models.entanglement_scheduling.evaluation.quality import delivered
from planner.models.entanglement_scheduling.evaluation.reading import read
from planner.models.entanglement_scheduling.evaluation.regularity import window_violations
from planner.models.entanglement_scheduling.evaluation.scope import scope_of
from planner.models.entanglement_scheduling.evaluation.shortfalls import shortfall_notes
from planner.models.entanglement_scheduling.evaluation.timetable import Rows
from planner.models.entanglement_scheduling.evaluation.usage import pool_violations
from planner.models.entanglement_scheduling.evaluation.worth import worth
from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.models.entanglement_scheduling.plan import Distil, EntanglementPlan, PreemptedPlan
from planner.models.entanglement_scheduling.protocols.tolerance import reaches
from planner.models.entanglement_scheduling.shape import Quality
from planner.models.entanglement_scheduling.view import View

UNITS = {"throughput": "ebit/s", "goodput": "ebit/s", "latency": "slots"}


def evaluate(instance: EntanglementScheduling, plan: EntanglementPlan) -> Evaluation:
    """Return the objective, metrics and violations of a schedule.

    Of a plan that cannot be read nothing else is known. Otherwise violations have the codes
    `mandatory-missing`, `protocol-too-long`, `fidelity-too-low`, `distillation-not-allowed`,
    `window-missed`, `jitter-exceeded`, `pool-exceeded` and `qubits-not-assignable`.
    """
    view = instance.view
    reading = read(view, plan)
    if reading.rows is None:
        objective = _objective(instance, None)
        return Evaluation(objectives=(objective,), metrics={}, violations=reading.violations)
    rows, qualities = reading.rows, delivered(view, plan, reading)
    violations = (
        *_missing(view, rows),
        *_too_long(rows, view),
        *_too_low(view, rows, qualities),
        *_foreign(view, plan),
        *window_violations(view, rows),
        *pool_violations(view, rows),
    )
    return Evaluation(
        objectives=(_objective(instance, _value(view, rows, qualities)),),
        metrics=measure(view, rows, qualities),
        violations=violations,
        scope=scope_of(view, reading, paused=isinstance(plan, PreemptedPlan)),
        notes=shortfall_notes(view, rows, qualities),
    )


def _objective(instance: EntanglementScheduling, value: float | None) -> Objective:
    name = instance.objective
    sense = "min" if name == "latency" else "max"
    return Objective(name=name, value=value, unit=UNITS.get(name, "1"), sense=sense)


def _value(view: View, rows: Rows, qualities: tuple[Quality, ...]) -> float | None:
    if view.instance.objective == "goodput" and view.is_rigid:
        return None
    return worth(view, rows, qualities)


def _missing(view: View, rows: Rows) -> Iterator[Violation]:
    admitted = set(rows.demand.tolist())
    for place, want in enumerate(view.demands):
        if want.mandatory and place not in admitted:
            yield Violation(code="mandatory-missing", constraint=want.field, where=want.name)


def _too_long(rows: Rows, view: View) -> Iterator[Violation]:
    for row in np.flatnonzero(rows.length > rows.period).tolist():
        want = view.demands[int(rows.demand[row])]
        yield Violation(
            code="protocol-too-long",
            constraint=want.field,
            where=want.name,
            amount=float(rows.length[row] - rows.period[row]),
            unit="slots",
        )


def _too_low(view: View, rows: Rows, qualities: tuple[Quality, ...]) -> Iterator[Violation]:
    decohered = view.instance.protocols.fidelity == "decohered"
    for demand, quality in zip(rows.demand.tolist(), qualities, strict=False):
        want = view.demands[demand]
        found = quality.decohered if decohered else quality.fidelity
        if want.min_fidelity is not None and not reaches(found, want.min_fidelity):
            yield Violation(
                code="fidelity-too-low",
                constraint=f"{want.field}.min_fidelity",
                where=want.name,
                amount=want.min_fidelity - found,
            )


def _foreign(view: View, plan: EntanglementPlan) -> Iterator[Violation]:
    """Yield protocols that distil in a way the instance does not list; BBPSSW always may."""
    allowed = {"bbpssw", *view.instance.protocols.distillation}
    used = [] if plan.protocol is None else sorted(set(plan.protocol.tolist()))
    for place in used:
        for number, operation in enumerate(plan.protocols[place].operations):
            if isinstance(operation, Distil) and operation.scheme not in allowed:
                yield Violation(
                    code="distillation-not-allowed",
                    constraint="protocols.distillation",
                    where=f"protocols[{place}].operations[{number}].scheme: {operation.scheme}",
                )
                break
