"""From a plan and the proof of each step to the answer of a method."""

import math
from collections.abc import Sequence
from typing import Any

from planner.models.base.artefacts import Plan
from planner.models.base.rounding import agrees, lower
from planner.models.flow_splitting.bounds import best_simple_proof, parts_bound
from planner.models.flow_splitting.certificate import BoundsCertificate, StepProof
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.timing import nic_time
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer
from planner.solvers.flow_splitting.once import once


def answer_for(
    instance: FlowSplitting,
    plan: Plan,
    proofs: Sequence[StepProof],
    *,
    objective: float,
    **more: Any,
) -> Answer:
    """Return the answer of a method: its plan, the objective it claims, and the certificate.

    Parameters
    ----------
    proofs
        One proof per distinct step, in the order of `view.steps`.
    objective
        The objective as the method itself computed it, in `view.unit`.
    more
        Other fields of `Answer`: `notes`, `stopped_by`, `statistics`, `solver_bound`, ...
    """
    return Answer(
        plan=plan,
        objective=objective,
        certificate=certificate_for(instance.view, proofs, at=objective),
        **more,
    )


def certificate_for(
    view: View, proofs: Sequence[StepProof], *, at: float | None = None
) -> BoundsCertificate:
    """Return the certificate of a bound, and of the parts any plan needs to be as good as `at`.

    Only a plan that breaks limits is better than the bound; nothing is said about its parts.
    """
    repeats = [step.repeat for step in view.steps]
    total = math.fsum(times * proof.value for times, proof in zip(repeats, proofs, strict=True))
    if at is not None and at < total and not agrees(at, total):
        at = None
    return BoundsCertificate(
        value=lower(total, 2),
        steps=tuple(proofs),
        parts=None if at is None else parts_bound(view, at),
        parts_at=at,
    )


@once
def simple_proofs(view: View) -> tuple[StepProof, ...]:
    """Return the strongest proof of each step that needs neither search nor solver."""
    return tuple(best_simple_proof(view, step) for step in view.steps)


def completion_time(view: View, thetas: Sequence[float]) -> float:
    """Return the objective from the highest load over rate in each step (NICs left out)."""
    return math.fsum(
        step.repeat * max(theta, nic_time(view, step) or 0.0)
        for step, theta in zip(view.steps, thetas, strict=True)
    )
