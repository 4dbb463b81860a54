"""Re-checks certificates: every proof is added up anew, nothing in them is believed."""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.base.evaluation import CheckedBound
from planner.models.base.refusals import refused
from planner.models.rcpsp import bounds
from planner.models.rcpsp.certificate import (
    BoundsCertificate,
    CliqueProof,
    CycleCertificate,
    DemandCertificate,
    EnergyProof,
    ExhaustiveProof,
    PathProof,
    RcpspCertificate,
    RefutationProof,
    RefutedCertificate,
    WindowProof,
)
from planner.models.rcpsp.cliques import clique_value
from planner.models.rcpsp.instance import LONGEST, Rcpsp
from planner.models.rcpsp.lags import longest
from planner.models.rcpsp.refutation import is_shaped, refuted_value
from planner.models.rcpsp.search import search
from planner.models.rcpsp.view import View
from planner.models.rcpsp.why import cycle_reasons, demand_reason, exhausted_reason


def check_certificate(instance: Rcpsp, certificate: RcpspCertificate) -> CheckedBound:
    """Return what a certificate proves, recomputed without a solver.

    Violations have the codes `certificate-value` (the argument gives less than is claimed),
    `certificate-shape` (numbers that name nothing) and `certificate-kind` (an argument that does
    not hold for this instance).
    """
    view = instance.view
    if isinstance(certificate, BoundsCertificate):
        return _check_bound(view, certificate)
    if isinstance(certificate, CycleCertificate):
        return _check_cycle(view, certificate.cycle)
    if isinstance(certificate, DemandCertificate):
        return _check_demand(view, certificate)
    if bounds.find_impossible(view) is not None:
        return refused("certificate-kind", "a cycle of lags or a single demand proves it already")
    if isinstance(certificate, RefutedCertificate):
        return _check_refuted(view, certificate.steps)
    found = search(view, None)
    if not found.is_complete or found.start is not None:
        return refused("certificate-kind", "the search ends without showing that there is no plan")
    return CheckedBound(bounds={}, source="enumeration", infeasible=True,
                        reasons=(exhausted_reason(view),))  # fmt: skip


Added = PathProof | EnergyProof | WindowProof | CliqueProof | RefutationProof
"""Proofs whose value is added up; an exhaustive one is for one value only."""


def _check_bound(view: View, certificate: BoundsCertificate) -> CheckedBound:
    proof = certificate.proof
    if bounds.find_impossible(view) is not None:
        return refused("certificate-kind", "lags or a demand exclude every plan already")
    if isinstance(proof, ExhaustiveProof):
        return _check_exhaustive(view, certificate.value)
    if not _is_shaped(view, proof):
        return refused("certificate-shape", f"the proof `{proof.proof}` names what is not there")
    value = _value(view, proof)
    if value is None:
        return refused("certificate-kind", f"the proof `{proof.proof}` does not hold")
    value = bounds.whole_periods(view, value)
    if certificate.value > value:
        return refused("certificate-value", f"{certificate.value:g} claimed, {value} proved")
    return CheckedBound(bounds={"makespan": float(value)})


def _value(view: View, proof: Added) -> int | None:
    if isinstance(proof, PathProof):
        return bounds.path_value(view, proof.path)
    if isinstance(proof, EnergyProof):
        return bounds.energy_value(view, proof.resource)
    if isinstance(proof, CliqueProof):
        return clique_value(view, proof.members)
    if isinstance(proof, RefutationProof):
        return refuted_value(view, proof.horizon, proof.steps)
    begin = np.array([proof.begin], np.int64)
    work = int(bounds.window_work(view, proof.resource, proof.horizon, begin, proof.end)[0])
    room = int(view.capacity[proof.resource]) * (proof.end - proof.begin)
    return proof.horizon + 1 if work > room else None


def _check_exhaustive(view: View, value: float) -> CheckedBound:
    if value != round(value) or abs(value) > LONGEST * (view.activities + 1):
        return refused("certificate-value", f"no makespan is {value:g}")
    found = search(view, round(value) - 1)
    if found.start is not None:
        reached = int((found.start + view.duration).max())
        return refused("certificate-value", f"{value:g} claimed, and {reached} can be reached")
    if not found.is_complete:
        return refused("certificate-kind", "the search is not done within its limits")
    return CheckedBound(bounds={"makespan": float(value)}, source="enumeration")


def _is_shaped(view: View, proof: Added) -> bool:
    if isinstance(proof, PathProof):
        return _are_activities(view, proof.path)
    if isinstance(proof, CliqueProof):
        return _are_activities(view, proof.members) and view.activities <= bounds.DENSE
    if isinstance(proof, RefutationProof):
        return is_shaped(view, proof.horizon, proof.steps)
    is_resource = 0 <= proof.resource < view.resources
    if isinstance(proof, EnergyProof):
        return is_resource
    longest = LONGEST * (view.activities + 1)
    return (
        is_resource
        and 0 <= proof.horizon <= longest
        and (-longest <= proof.begin < proof.end <= longest)
    )


def _are_activities(view: View, numbers: IntArray) -> bool:
    return len(numbers) > 0 and bool(((numbers >= 0) & (numbers < view.activities)).all())


def _check_refuted(view: View, steps: IntArray) -> CheckedBound:
    horizon = longest(view) // view.period
    if not is_shaped(view, horizon, steps):
        return refused("certificate-shape", "the facts name what is not there")
    if refuted_value(view, horizon, steps) is None:
        return refused("certificate-kind", "the facts do not follow, or leave room")
    return CheckedBound(bounds={}, infeasible=True, reasons=(exhausted_reason(view),))


def _check_cycle(view: View, cycle: IntArray) -> CheckedBound:
    if not _are_activities(view, cycle):
        return refused("certificate-shape", "the cycle names activities that are not there")
    arcs, nodes = view.heaviest(), cycle.tolist()
    steps = list(zip(nodes, [*nodes[1:], nodes[0]], strict=True))
    if any(step not in arcs for step in steps):
        return refused("certificate-kind", "no lag binds two neighbours of the cycle")
    length = sum(arcs[step][0] for step in steps)
    if length <= 0:
        return refused("certificate-value", f"the cycle has a length of {length}, not above zero")
    return CheckedBound(bounds={}, infeasible=True, reasons=cycle_reasons(view, steps, length))


def _check_demand(view: View, certificate: DemandCertificate) -> CheckedBound:
    activity, resource = certificate.activity, certificate.resource
    if not (0 <= activity < view.activities and 0 <= resource < view.resources):
        return refused("certificate-shape", "there is no such activity or resource")
    over = view.demand[activity, resource] > view.capacity[resource]
    if not over or view.duration[activity] == 0:
        return refused("certificate-kind", "the activity does not ask for too much")
    reason = demand_reason(view, activity, resource)
    return CheckedBound(bounds={}, infeasible=True, reasons=(reason,))
