"""From schedules and proofs to the answer of a method."""

from typing import Any

from planner.models.base.arrays import IntArray
from planner.models.rcpsp.bounds import find_impossible
from planner.models.rcpsp.certificate import BoundsCertificate, Proof
from planner.models.rcpsp.plan import SchedulePlan
from planner.models.rcpsp.view import View
from planner.solvers.contract import Answer


def answer_for(
    view: View, start: IntArray | None, proved: tuple[int, Proof] | None, **more: Any
) -> Answer:
    """Return the answer of a method: its schedule, if any, and the proof of its bound, if any.

    `more` are other fields of `Answer`: `stopped_by`, `solver_bound`, `backends`, ...
    """
    certificate = None
    if proved is not None:
        certificate = BoundsCertificate(value=float(proved[0]), proof=proved[1])
    return Answer(
        plan=None if start is None else SchedulePlan(start=start),
        objective=None if start is None else float((start + view.duration).max()),
        certificate=certificate,
        **more,
    )


def impossible(view: View) -> Answer | None:
    """Return the answer where the lags or a single activity exclude every plan, else `None`."""
    certificate = find_impossible(view)
    return None if certificate is None else Answer(certificate=certificate, infeasible=True)
