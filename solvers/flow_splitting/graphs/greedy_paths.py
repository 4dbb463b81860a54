"""Longest first on a graph: every flow on the path that is least busy with it."""

from planner.models.base.errors import CapabilityError
from planner.models.flow_splitting.instance import FlowSplitting
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.answer import answer_for
from planner.solvers.flow_splitting.explicit import listed
from planner.solvers.flow_splitting.graphs.exact_paths import FLOWS
from planner.solvers.flow_splitting.graphs.first_paths import first_plan
from planner.solvers.flow_splitting.graphs.rerouting import Routing
from planner.solvers.flow_splitting.reach import unreachable_answer


def refuses(instance: FlowSplitting) -> str | None:
    """Say why an instance is not for this method, or return `None`."""
    if instance.view.network is None:
        return "it plans general graphs; use `lpt` for leaf-spine fabrics"
    flows = len(instance.view.steps[0].traffic)
    if flows > FLOWS:
        return f"it routes flow by flow, and {flows} flows are more than {FLOWS}"
    return None


def solve(instance: FlowSplitting, run: Run) -> Answer:
    """Return the plan of whole flows placed longest first."""
    network, refusal = instance.view.network, refuses(instance)
    if refusal is not None or network is None:
        raise CapabilityError(refusal)
    unreachable = unreachable_answer(instance)
    if unreachable is not None:
        return unreachable
    # Longest first takes long on large graphs: a plan is at hand before.
    known = first_plan(instance, network, run)
    if run.incumbent is not None and known.parts_at is not None:
        return run.incumbent
    routing = Routing(network, listed(instance.view.steps[0]))
    routing.place_longest_first(run)
    answer = answer_for(
        instance,
        routing.plan(),
        known.steps,
        objective=routing.utilisation(),
        stopped_by=run.stopping(),
    )
    return run.better(answer, known.value)
