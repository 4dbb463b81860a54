"""A plan at once: equal rates, and a bound from the distances to a worker at the border."""

from dataclasses import replace

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.certificate import EmbeddingCertificate
from planner.models.gossip_rates.check import bound_of
from planner.models.gossip_rates.evaluate import busy_times
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.plan import RatesPlan
from planner.models.gossip_rates.references import SYNCHRONOUS
from planner.models.gossip_rates.view import NO_LIMIT, View
from planner.solvers.contract import Answer, Run
from planner.solvers.gossip_rates.answers import infeasible
from planner.solvers.gossip_rates.baselines.proofs import forbidden
from planner.solvers.gossip_rates.baselines.scaling import to_limits
from planner.solvers.gossip_rates.clocks import even_plan
from planner.solvers.gossip_rates.deadline import Deadline, recheck_seconds
from planner.solvers.gossip_rates.left_out import left_out_note

QUICK_EDGES, QUICK_NODES = 300, 200
"""Edges and nodes up to which every step of every method takes some hundredths of a second."""
HALVINGS = 50


def is_quick(instance: GossipRates) -> bool:
    """Return whether no method takes long here between two looks at the clock."""
    return instance.view.edges <= QUICK_EDGES and instance.view.nodes <= QUICK_NODES


def opening(instance: GossipRates, run: Run) -> Answer | None:
    """Report equal rates and the bound of distances; return them where no time is left for more.

    What needs rounds or weights of any sign gets the bound alone; workers with clocks call all
    their peers equally often.
    """
    if (nothing := infeasible(instance)) is not None:
        return nothing
    view = instance.view
    proof = first_proof(view)
    answer = Answer(certificate=proof)
    if not (view.is_matching or view.objective in NO_RATES):
        plan = RatesPlan(rate=equal_rates(view), dropped=forbidden(view))
        plan = plan if view.clock is None else even_plan(view)
        notes = ("Equal rates, without search: the first plan.", *left_out_note(view))
        answer = replace(answer, plan=plan, notes=notes)
    run.report("first plan", answer=answer, bound=None if proof is None else proof.value)
    # A worker that has less time than one evaluation finds nothing better.
    end = Deadline(run, 2 * recheck_seconds(view))
    if end.stopping() is None:
        return None
    return replace(answer, stopped_by=end.ended_by, deterministic=False)


NO_RATES = (*SYNCHRONOUS, "edge_selection")


def equal_rates(view: View) -> FloatArray:
    """Return equal rates within all limits, shape (m,), raised where an edge has a least rate."""
    rate = to_limits(view, np.ones(view.edges))
    if (rate >= view.least).all():
        return rate
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        share = (low + high) / 2
        fits = _fits(view, np.maximum(share * rate, view.least))
        low, high = (share, high) if fits else (low, share)
    return np.maximum(low * rate, view.least)


def _fits(view: View, rate: FloatArray) -> bool:
    if view.total is not None and float(view.cost @ rate) > view.total:
        return False
    if view.concurrency is not None and (busy_times(view, rate) > view.concurrency).any():
        return False
    return bool((rate <= np.where(view.most == NO_LIMIT, np.inf, view.most)).all())


def first_proof(view: View) -> EmbeddingCertificate | None:
    """Return points on a line as a proof, `None` where they say nothing about the objective."""
    proof = EmbeddingCertificate(value=0.0, points=distances(view), total_price=1.0)
    value = bound_of(view, proof)
    return None if value is None else proof.model_copy(update={"value": value})


def distances(view: View) -> FloatArray:
    """Return how far each node is from one at the border, about the mean, shape (n, 1).

    With edges of length sqrt(c_e) no edge is stretched beyond sqrt(c_e), whichever way it takes,
    and the node farthest from any other one spreads the points well.
    """
    from scipy import sparse
    from scipy.sparse import csgraph

    ends, length = view.ends[view.usable], np.sqrt(view.cost[view.usable])
    shape = (view.nodes, view.nodes)
    graph = sparse.csr_array((length, (ends[:, 0], ends[:, 1])), shape=shape)
    found = csgraph.dijkstra(graph, directed=False, indices=0)
    found = csgraph.dijkstra(graph, directed=False, indices=int(found.argmax()))
    return np.asarray(found - found.mean())[:, None]
