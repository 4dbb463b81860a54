"""The least maximum utilisation of a graph, flows split freely: multi-commodity flow."""

from planner.models.base.errors import CapabilityError
from planner.models.base.rounding import CONTINUOUS, agrees
from planner.models.flow_splitting.bounds import arc_metric_bound, best_simple_proof
from planner.models.flow_splitting.certificate import ArcMetricProof, StepProof
from planner.models.flow_splitting.fabric import ArcNetwork
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.plan import AggregatedArcsPlan
from planner.models.flow_splitting.traffic import Flows
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer, Run, StopReason
from planner.solvers.flow_splitting.answer import certificate_for
from planner.solvers.flow_splitting.baselines.hop_count import hop_count_plan
from planner.solvers.flow_splitting.explicit import listed
from planner.solvers.flow_splitting.graphs.flow_program import Demand, demand_of
from planner.solvers.flow_splitting.graphs.flow_solve import FlowSolver, NetworkFlow
from planner.solvers.flow_splitting.graphs.paths_plan import decompose, paths_plan, utilisation
from planner.solvers.flow_splitting.reach import unreachable_answer

LARGEST = 3_000_000
"""Most variables, one per sending node and arc."""


def refuses(instance: FlowSplitting) -> str | None:
    """Say why an instance is not for this method, or return `None`."""
    network = instance.view.network
    if network is None:
        return "it plans general graphs; use `splittable_lp` for leaf-spine fabrics"
    if instance.workload.splitting != "free":
        return "it cuts flows freely; use `exact_paths` for whole flows"
    columns = demand_of(network, listed(instance.view.steps[0])).columns
    if columns > LARGEST:
        return f"it would need {columns} variables, more than {LARGEST}; use `ecmp`"
    return None


def solve(instance: FlowSplitting, run: Run) -> Answer:
    """Return a plan with the least maximum utilisation among all plans, and the proof of it."""
    network = instance.view.network
    refusal = refuses(instance)
    if refusal is not None or network is None:
        raise CapabilityError(refusal)
    unreachable = unreachable_answer(instance)
    if unreachable is not None:
        return unreachable
    view, flows = instance.view, listed(instance.view.steps[0])
    proof: StepProof = best_simple_proof(view, view.steps[0])
    start, value = hop_count_plan(network, flows)
    first = _answer(view, start, value, proof)
    run.report("hop-count shares", answer=first)
    demand = demand_of(network, flows)
    if not len(demand.sources):
        return first
    solver = FlowSolver(demand, floor=proof.value)
    found = solver.least_utilisation(run)
    if found is None:
        return _answer(view, start, value, proof, stopped_by=run.stopping())
    problem = network, flows, demand
    run.report("least utilisation", answer=_finish(view, problem, found, proof, run))
    return _finish(view, problem, solver.shorten(found, run), proof, run)


def _finish(
    view: View,
    problem: tuple[ArcNetwork, Flows, Demand],
    found: NetworkFlow,
    proof: StepProof,
    run: Run,
) -> Answer:
    network, flows, demand = problem
    plan = paths_plan(flows, decompose(demand, found.amount))
    better = prove_by_lengths(view, found)
    if better is not None and better.value > proof.value:
        proof = better
    value = utilisation(network, plan)
    is_open = not agrees(value, proof.value, CONTINUOUS)
    return Answer(
        plan=plan,
        objective=value,
        certificate=certificate_for(view, [proof], at=value),
        stopped_by=(found.stopped_by or run.stopping()) if is_open else None,
        backends=found.backends,
    )


def prove_by_lengths(view: View, found: NetworkFlow) -> ArcMetricProof | None:
    """Return the metric bound of the prices of the capacities, if they give one."""
    if not found.length.any():
        return None
    value = arc_metric_bound(view, view.steps[0], found.length)
    return ArcMetricProof(value=value, length=found.length)


def _answer(
    view: View,
    plan: AggregatedArcsPlan,
    value: float,
    proof: StepProof,
    stopped_by: StopReason | None = None,
) -> Answer:
    certificate = certificate_for(view, [proof])
    return Answer(plan=plan, objective=value, certificate=certificate, stopped_by=stopped_by)
