"""The least maximum utilisation of a graph, flows split freely: multi-commodity flow."""

import numpy as np

from planner.models.base.errors import CapabilityError
from planner.models.base.rounding import CONTINUOUS, agrees
from planner.models.flow_splitting.instance import FlowSplitting
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.answer import answer_for, simple_proofs
from planner.solvers.flow_splitting.explicit import listed
from planner.solvers.flow_splitting.graphs.flow_search import FlowSearch
from planner.solvers.flow_splitting.graphs.path_generation import CLOSED
from planner.solvers.flow_splitting.graphs.paths_plan import no_paths, utilisation
from planner.solvers.flow_splitting.reach import unreachable_answer

LARGEST = 30_000_000
"""Most pairs of a sending node and any node or arc, which are held in tables."""


def refuses(instance: FlowSplitting) -> str | None:
    """Say why an instance is not for this method, or return `None`."""
    network = instance.view.network
    if network is None:
        return "it plans general graphs; use `splittable_lp` for leaf-spine fabrics"
    if instance.workload.splitting != "free":
        return "it cuts flows freely; use `exact_paths` for whole flows"
    flows = listed(instance.view.steps[0])
    pairs = len(np.unique(flows.source)) * max(network.nodes, len(network.rate))
    if pairs > LARGEST:
        return f"it would hold tables of {pairs} entries, more than {LARGEST}; use `ecmp`"
    return None


def solve(instance: FlowSplitting, run: Run) -> Answer:
    """Return a plan with the least maximum utilisation among all plans, and the proof of it."""
    view, refusal = instance.view, refuses(instance)
    if refusal is not None or view.network is None:
        raise CapabilityError(refusal)
    unreachable = unreachable_answer(instance)
    if unreachable is not None:
        return unreachable
    if not len(listed(view.steps[0]).crosses):
        return answer_for(instance, no_paths(), simple_proofs(view), objective=0.0)
    search = FlowSearch(view, view.network, run)
    # A gap that is asked for is met with room to spare for rounding.
    search.improve(gap=max(CLOSED, run.budget.gap / 2 if run.budget.gap > CONTINUOUS else 0.0))
    plan, proof = search.plan(), search.proof()
    value = utilisation(view.network, plan)
    master = search.generation.master
    is_open = not agrees(value, proof.value, max(CONTINUOUS, run.budget.gap))
    return answer_for(
        instance,
        plan,
        [proof],
        objective=value,
        stopped_by=(master.stopped_by or run.stopping()) if is_open else None,
        backends=master.backends,
    )
