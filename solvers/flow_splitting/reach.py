"""The answer where some flow has no path at all."""

from planner.models.flow_splitting.certificate import UnreachableCertificate
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.proofs.reachability import explain_unreachable, find_unreachable
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer
from planner.solvers.flow_splitting.once import once


def is_infeasible(instance: FlowSplitting) -> bool:
    """Return whether some flow has no path; then no method refuses, and all give the proof."""
    return _unreachable(instance.view) is not None


def unreachable_answer(instance: FlowSplitting) -> Answer | None:
    """Return the proof that there is no plan, or `None` where every flow has a path.

    Every method asks this first, so that what follows may rely on a path for each flow.
    """
    found = _unreachable(instance.view)
    if found is None:
        return None
    step, flow = found
    return Answer(
        infeasible=True,
        certificate=UnreachableCertificate(step=step, flow=flow),
        reasons=explain_unreachable(instance),
    )


@once
def _unreachable(view: View) -> tuple[int, int] | None:
    """Return the step and the flow of the first one without a path."""
    return find_unreachable(view)
