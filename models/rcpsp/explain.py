"""What binds a schedule: the chain of activities that leads to its end, and the proof."""

import numpy as np

from planner.models.base.evaluation import Reason
from planner.models.rcpsp.certificate import (
    BoundsCertificate,
    CliqueProof,
    EnergyProof,
    RcpspCertificate,
    RefutationProof,
    WindowProof,
)
from planner.models.rcpsp.evaluate import binding_path
from planner.models.rcpsp.instance import Rcpsp
from planner.models.rcpsp.plan import SchedulePlan
from planner.models.rcpsp.view import View

_SHOWN = 12
"""Names written out in one reason."""


def explain(
    instance: Rcpsp, plan: SchedulePlan, certificate: RcpspCertificate | None
) -> list[Reason]:
    """Return the binding chain of the plan and what the certificate says no plan can avoid."""
    view = instance.view
    path = binding_path(view, plan.start)
    chain = Reason(
        code="binding-chain",
        constraint="activities",
        where=_names(view, path),
        message="Each keeps the next from starting earlier, by a lag or a resource both need.",
    )
    bound = certificate.proof if isinstance(certificate, BoundsCertificate) else None
    binding = None
    if isinstance(bound, EnergyProof | WindowProof):
        binding = _resource(view, bound)
    elif isinstance(bound, CliqueProof):
        binding = Reason(
            code="binding-clique",
            constraint="activities",
            where=_names(view, bound.members.tolist()),
            message="No two of these can run at once, whatever the plan.",
        )
    elif isinstance(bound, RefutationProof):
        binding = _refutation(view, bound)
    return [chain] if binding is None else [chain, binding]


def _resource(view: View, proof: EnergyProof | WindowProof) -> Reason:
    message = "All the work on this resource takes that long."
    if isinstance(proof, WindowProof):
        message = (
            f"Periods {proof.begin} to {proof.end} would hold more work than there is room "
            f"for if the project ended by {proof.horizon}."
        )
    return Reason(
        code="binding-resource",
        constraint=f"resources[{proof.resource}].capacity",
        where=view.resource_names[proof.resource],
        message=message,
    )


def _refutation(view: View, proof: RefutationProof) -> Reason:
    said = "some interval would hold more work than there is room for"
    if len(proof.steps):
        said = f"{len(proof.steps)} facts about starts and orders contradict each other"
    return Reason(
        code="binding-refutation",
        constraint="activities",
        where=_names(view, _most_named(proof)) or "all",
        message=f"If the project ended by {proof.horizon * view.period}, {said}.",
    )


def _most_named(proof: RefutationProof) -> list[int]:
    """Return the activities that facts are about, those of most facts first."""
    named, counts = np.unique(proof.steps[:, 1:2], return_counts=True)
    found: list[int] = named[np.argsort(-counts, kind="stable")].tolist()
    return found


def _names(view: View, numbers: list[int]) -> str:
    shown = ", ".join(view.names[each] for each in numbers[:_SHOWN])
    return shown + (f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else "")
