"""What binds a schedule: the prices that prove its bound, and why demands were left out."""

import numpy as np

from planner.models.base.evaluation import Reason
from planner.models.entanglement_scheduling.certificate import (
    BranchingCertificate,
    EntanglementCertificate,
    KnapsackCertificate,
    NodeUseCertificate,
    UtilisationCertificate,
)
from planner.models.entanglement_scheduling.evaluation.usage import pool_field
from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.models.entanglement_scheduling.plan import EntanglementPlan
from planner.models.entanglement_scheduling.reasons.rejected import rejection_reasons
from planner.models.entanglement_scheduling.view import View

_SHOWN = 8


def explain(
    instance: EntanglementScheduling,
    plan: EntanglementPlan,
    certificate: EntanglementCertificate | None,
) -> list[Reason]:
    """Return what the bound rests on, and why each demand that is left out was rejected."""
    view = instance.view
    return [*_binding(view, certificate), *rejection_reasons(view, plan)]


def _binding(view: View, certificate: EntanglementCertificate | None) -> list[Reason]:
    if isinstance(certificate, KnapsackCertificate) and certificate.pool < len(view.pools):
        message = "No choice of demands that fits into this pool's slots is worth more."
        return [Reason(code="pools-bind", constraint=pool_field(view, certificate.pool),
                       where=view.pools[certificate.pool], message=message)]  # fmt: skip
    if isinstance(certificate, BranchingCertificate):
        return _cases(view, certificate)
    if isinstance(certificate, NodeUseCertificate):
        names, price = view.network.names, certificate.price
        message = "Any protocol on any route needs the communication qubits of these nodes."
        field = "topology.communication_qubits"
    elif isinstance(certificate, UtilisationCertificate):
        names, price = view.pools, certificate.price
        message = "One more qubit held all the time would raise the bound by its price: {}."
        field = "topology"
    else:
        return []
    paid = sorted((q for q in range(min(len(price), len(names))) if price[q] > 0),
                  key=lambda q: -price[q])[:_SHOWN]  # fmt: skip
    if not paid:
        return []
    told = ", ".join(f"{names[q]} {price[q]:.4g}" for q in paid)
    where = ", ".join(names[q] for q in paid)
    if isinstance(certificate, UtilisationCertificate):
        field = pool_field(view, paid[0])
    return [Reason(code="pools-bind", constraint=field, where=where, message=message.format(told))]


def _cases(view: View, certificate: BranchingCertificate) -> list[Reason]:
    """Return the pools that cost something in most cases, and the sets that exclude each other."""
    leaves = len(certificate.admitted)
    priced = (np.atleast_2d(certificate.price) > 0).sum(axis=0)[: len(view.pools)]
    paid = [int(pool) for pool in np.argsort(-priced, kind="stable")[:_SHOWN] if priced[pool] > 0]
    found = [
        Reason(
            code="demands-exclude",
            constraint="workload",
            where=", ".join(view.demands[j].name for j in members if j < len(view.demands)),
            message="Not all of these can be admitted: all their starts were tried.",
        )
        for members in certificate.crowds[:_SHOWN]
    ]
    if paid:
        how = "prices of these qubits bound each of them"
        message = f"There are {leaves} cases of which demands are admitted, and {how}."
        where = ", ".join(view.pools[pool] for pool in paid)
        found.insert(0, Reason(code="pools-bind", constraint=pool_field(view, paid[0]),
                               where=where, message=message))  # fmt: skip
    return found
