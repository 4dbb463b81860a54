"""Re-checks certificates: every bound is computed anew, nothing in them is believed."""

import math

from planner.models.base.evaluation import CheckedBound, Violation
from planner.models.base.refusals import certificate_fault, compare_values
from planner.models.base.rounding import agrees, lower
from planner.models.flow_splitting.bounds import (
    arc_metric_bound,
    counting_bound,
    degree_bound,
    metric_bound,
    parts_bound,
)
from planner.models.flow_splitting.certificate import (
    ArcMetricProof,
    BoundsCertificate,
    CountingProof,
    DegreeProof,
    EnumerationProof,
    MetricProof,
    StepProof,
    UnreachableCertificate,
)
from planner.models.flow_splitting.enumeration import step_bound
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.proofs.reachability import explain_unreachable, is_unreachable
from planner.models.flow_splitting.traffic import Step
from planner.models.flow_splitting.view import View


class ProofError(ValueError):
    """A proof that says nothing about this instance; `violation` says why."""

    def __init__(self, code: str, where: str) -> None:
        self.violation = certificate_fault(code, where)
        super().__init__(where)


def check_certificate(
    instance: FlowSplitting, certificate: BoundsCertificate | UnreachableCertificate
) -> CheckedBound:
    """Return what a certificate proves about an instance, recomputed without a solver.

    Bounds are given by objective name: `completion_time` (or `max_utilisation`) and `parts`. The
    bound on the parts holds for plans with an objective of at most the certificate's `parts_at`,
    which is passed on as `holds_at`; without one it is the number of flows, which holds for all. A
    `parts_at` below the proven bound speaks of no plan at all and is refused. Violations have the
    codes
    `certificate-kind` (a proof that does not suit the instance), `certificate-shape`,
    `certificate-length`, `certificate-value` and `certificate-reachable`.
    """
    if isinstance(certificate, UnreachableCertificate):
        return _check_unreachable(instance, certificate)
    view = instance.view
    name = "completion_time" if view.network is None else "max_utilisation"
    if len(certificate.steps) != len(view.steps):
        where = f"there are {len(certificate.steps)} proofs for {len(view.steps)} steps"
        return CheckedBound(bounds={}, violations=(certificate_fault("certificate-shape", where),))
    values: list[float] = []
    faults: list[Violation] = []
    for number, (step, proof) in enumerate(zip(view.steps, certificate.steps, strict=True)):
        where = f"step {number} ({step.label})"
        try:
            values.append(_recompute(view, step, proof, where))
        except ProofError as error:
            faults.append(error.violation)
            continue
        faults += compare_values(where, proof.value, values[-1])
    if len(values) < len(view.steps):
        return CheckedBound(bounds={}, violations=tuple(faults))
    terms = [step.repeat * value for step, value in zip(view.steps, values, strict=True)]
    total = lower(math.fsum(terms), 2)
    faults += compare_values(name, certificate.value, total)
    parts, holds_at, part_faults = _check_parts(view, certificate, total)
    is_enumerated = any(isinstance(proof, EnumerationProof) for proof in certificate.steps)
    return CheckedBound(
        bounds={name: total, "parts": parts},
        holds_at=holds_at,
        source="enumeration" if is_enumerated else "certificate",
        violations=(*faults, *part_faults),
    )


def _check_parts(
    view: View, certificate: BoundsCertificate, total: float
) -> tuple[int, float | None, list[Violation]]:
    """Return the bound on the parts, up to which objective it holds, and what is claimed wrongly.

    `total` is the proven bound of the objective.
    """
    flows, at = sum(len(step.traffic) for step in view.steps), certificate.parts_at
    if certificate.parts is None and at is None:
        return flows, None, []
    if certificate.parts is None or at is None:
        where = "`parts` and `parts_at` are given together or not at all"
        return flows, None, [certificate_fault("certificate-shape", where)]
    if at < total and not agrees(at, total):
        where = f"parts_at: {at!r} is below the bound {total!r}, so no plan is as good"
        return flows, None, [certificate_fault("certificate-value", where)]
    parts = parts_bound(view, at)
    if certificate.parts == parts:
        return parts, at, []
    where = f"parts: claimed {certificate.parts}, recomputed {parts}"
    return parts, at, [certificate_fault("certificate-value", where)]


def _recompute(view: View, step: Step, proof: StepProof, where: str) -> float:
    """Return the bound on one step that a proof stands for, from its multipliers alone."""
    if isinstance(proof, DegreeProof):
        return degree_bound(view, step)
    if isinstance(proof, MetricProof):
        return _recompute_metric(view, step, proof, where)
    if isinstance(proof, ArcMetricProof):
        return _recompute_arc_metric(view, step, proof, where)
    if isinstance(proof, CountingProof):
        if view.splitting != "whole":
            raise ProofError("certificate-kind", f"{where}: counting needs `splitting: whole`")
        return counting_bound(view, step)
    bound = step_bound(view, step)
    if bound is None:
        raise ProofError("certificate-kind", f"{where}: too large to be enumerated again")
    return bound


def _recompute_metric(view: View, step: Step, proof: MetricProof, where: str) -> float:
    fabric = view.fabric
    if fabric is None:
        raise ProofError("certificate-kind", f"{where}: a graph has lengths by arc")
    shape = proof.up.shape
    classes = (
        ("leaf_class", proof.leaf_class, fabric.leaves, shape[0]),
        ("spine_class", proof.spine_class, fabric.spines, shape[1]),
    )
    for field, column, length, count in classes:
        inside = column.shape == (length,) and bool(((column >= 0) & (column < count)).all())
        # More classes than nodes serve nothing, and their distances could fill the memory.
        if not inside or count > length:
            fault = f"`{field}` does not give one of {count} classes to each of {length}"
            raise ProofError("certificate-shape", f"{where}: {fault}")
    if proof.down.shape != shape:
        fault = f"`up` has the shape {shape} and `down` {proof.down.shape}"
        raise ProofError("certificate-shape", f"{where}: {fault}")
    if (proof.up < 0).any() or (proof.down < 0).any():
        raise ProofError("certificate-length", f"{where}: a length is negative")
    try:
        return metric_bound(view, step, proof.up, proof.down, proof.leaf_class, proof.spine_class)
    except ValueError as error:
        raise ProofError("certificate-length", f"{where}: {error}") from None


def _recompute_arc_metric(view: View, step: Step, proof: ArcMetricProof, where: str) -> float:
    if view.network is None:
        raise ProofError("certificate-kind", f"{where}: a fabric has lengths by leaf and spine")
    if len(proof.length) != len(view.network.rate):
        fault = f"there are {len(proof.length)} lengths for {len(view.network.rate)} arcs"
        raise ProofError("certificate-shape", f"{where}: {fault}")
    if (proof.length < 0).any():
        raise ProofError("certificate-length", f"{where}: a length is negative")
    try:
        return arc_metric_bound(view, step, proof.length)
    except ValueError as error:
        raise ProofError("certificate-length", f"{where}: {error}") from None


def _check_unreachable(
    instance: FlowSplitting, certificate: UnreachableCertificate
) -> CheckedBound:
    steps = instance.view.steps
    if not 0 <= certificate.step < len(steps):
        fault = ProofError("certificate-shape", f"there is no step {certificate.step}")
        return CheckedBound(bounds={}, violations=(fault.violation,))
    step = steps[certificate.step]
    if not 0 <= certificate.flow < len(step.traffic):
        fault = ProofError("certificate-shape", f"there is no flow {certificate.flow}")
        return CheckedBound(bounds={}, violations=(fault.violation,))
    if not is_unreachable(instance.view, step, certificate.flow):
        fault = ProofError("certificate-reachable", f"flow {certificate.flow} has a path")
        return CheckedBound(bounds={}, violations=(fault.violation,))
    return CheckedBound(bounds={}, infeasible=True, reasons=explain_unreachable(instance))
