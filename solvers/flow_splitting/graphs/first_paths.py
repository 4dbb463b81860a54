"""Whole flows on their fastest paths: a plan at once for a graph, with the bound it proves."""

from planner.models.base.rounding import agrees
from planner.models.flow_splitting.bounds import arc_metric_bound, best_simple_proof
from planner.models.flow_splitting.certificate import ArcMetricProof, BoundsCertificate, StepProof
from planner.models.flow_splitting.fabric import ArcNetwork
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.plan import ExplicitPathsPlan
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.answer import certificate_for
from planner.solvers.flow_splitting.explicit import listed
from planner.solvers.flow_splitting.graphs.demand import demand_of
from planner.solvers.flow_splitting.graphs.paths_plan import no_paths, tree_plan, utilisation
from planner.solvers.flow_splitting.graphs.trees import shortest_trees
from planner.solvers.flow_splitting.reach import is_infeasible


def opening(instance: FlowSplitting, run: Run) -> Answer | None:
    """Report the plan in which every flow takes a path of least sum of 1 / rate.

    It is returned if it meets its bound: with no flow cut, it has the fewest parts as well. Nothing
    is reported where some traffic has no path.
    """
    if is_infeasible(instance) or instance.view.network is None:
        return None
    known = first_plan(instance, instance.view.network, run)
    return run.incumbent if known.parts_at is not None else None


def first_plan(instance: FlowSplitting, network: ArcNetwork, run: Run) -> BoundsCertificate:
    """Report that plan, and return what is proved: the same lengths give a metric bound.

    Every flow has a path. The certificate speaks of parts only where the plan meets the bound.
    """
    view = instance.view
    step, flows, length = view.steps[0], listed(view.steps[0]), 1 / network.rate
    proof: StepProof = best_simple_proof(view, step)
    if not len(flows.crosses):
        return _report(view, network, no_paths(), proof, run)
    demand = demand_of(network, flows)
    _, trees = shortest_trees(network, demand.sources, length)
    metric = ArcMetricProof(value=arc_metric_bound(view, step, length), length=length)
    best = metric if metric.value > proof.value else proof
    return _report(view, network, tree_plan(demand, trees, flows), best, run)


def _report(
    view: View, network: ArcNetwork, plan: ExplicitPathsPlan, proof: StepProof, run: Run
) -> BoundsCertificate:
    value = utilisation(network, plan)
    certificate = certificate_for(view, [proof])
    if agrees(value, certificate.value):
        certificate = certificate_for(view, [proof], at=value)
    answer = Answer(plan=plan, objective=value, certificate=certificate)
    run.report("first plan", answer=answer, bound=certificate.value)
    return certificate
