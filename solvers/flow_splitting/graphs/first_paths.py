"""Whole flows on their fastest paths: a plan at once for a graph, with the bound it proves."""

from planner.models.flow_splitting.bounds import arc_metric_bound, best_simple_proof
from planner.models.flow_splitting.certificate import ArcMetricProof
from planner.models.flow_splitting.instance import FlowSplitting
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.answer import answer_for
from planner.solvers.flow_splitting.explicit import listed
from planner.solvers.flow_splitting.graphs.demand import demand_of
from planner.solvers.flow_splitting.graphs.paths_plan import tree_plan, utilisation
from planner.solvers.flow_splitting.graphs.trees import shortest_trees
from planner.solvers.flow_splitting.reach import is_infeasible


def opening(instance: FlowSplitting, run: Run) -> Answer | None:
    """Report the plan in which every flow takes a path of least sum of 1 / rate.

    The same lengths give a metric bound. Nothing is reported where some traffic has no path, or
    where none leaves its node.
    """
    view, network = instance.view, instance.view.network
    if network is None or is_infeasible(instance) or not len(listed(view.steps[0]).crosses):
        return None
    step, flows, length = view.steps[0], listed(view.steps[0]), 1 / network.rate
    demand = demand_of(network, flows)
    _, trees = shortest_trees(network, demand.sources, length)
    plan, proof = tree_plan(demand, trees, flows), best_simple_proof(view, step)
    metric = ArcMetricProof(value=arc_metric_bound(view, step, length), length=length)
    proofs = [metric if metric.value > proof.value else proof]
    answer = answer_for(instance, plan, proofs, objective=utilisation(network, plan))
    run.report("first plan", answer=answer, bound=proofs[0].value)
    return None
