"""What binds a schedule: the chain of activities that leads to its end, and the proof."""

from planner.models.base.evaluation import Reason
from planner.models.rcpsp.certificate import (
    BoundsCertificate,
    CliqueProof,
    EnergyProof,
    RcpspCertificate,
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
    if isinstance(bound, EnergyProof | WindowProof):
        field = f"resources[{bound.resource}].capacity"
        message = "All the work on this resource takes that long."
        if isinstance(bound, WindowProof):
            message = (
                f"Periods {bound.begin} to {bound.end} would hold more work than there is room "
                f"for if the project ended by {bound.horizon}."
            )
        where = view.resource_names[bound.resource]
        return [chain, Reason(code="binding-resource", constraint=field, where=where,
                              message=message)]  # fmt: skip
    if isinstance(bound, CliqueProof):
        message = "No two of these can run at once, whatever the plan."
        where = _names(view, bound.members.tolist())
        return [chain, Reason(code="binding-clique", constraint="activities", where=where,
                              message=message)]  # fmt: skip
    return [chain]


def _names(view: View, numbers: list[int]) -> str:
    shown = ", ".join(view.names[each] for each in numbers[:_SHOWN])
    return shown + (f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else "")
