"""Rates and weights by rule: uniform, Metropolis, maximum degree, best constant."""

from collections.abc import Callable

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.laplacian import dense_laplacian
from planner.models.gossip_rates.plan import GossipPlan, RatesPlan
from planner.models.gossip_rates.references import SYNCHRONOUS
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.gossip_rates.answers import infeasible
from planner.solvers.gossip_rates.baselines.proofs import cheap_proof, forbidden, no_rates
from planner.solvers.gossip_rates.baselines.rounds import equal_rounds
from planner.solvers.gossip_rates.baselines.scaling import to_limits
from planner.solvers.gossip_rates.clocks import even_plan, without_clocks
from planner.solvers.gossip_rates.first_plan import first_proof
from planner.solvers.gossip_rates.left_out import left_out_note

MOST_NODES = 3_000
"""Above so many nodes all eigenvalues of the Laplacian take too long."""


def refuses_rates(instance: GossipRates) -> str | None:
    """Return why equal rates are not for an instance, or `None`."""
    if instance.view.objective in SYNCHRONOUS:
        return "weights of synchronous averaging that are all equal are for `best_constant`"
    return no_rates(instance.view.objective)


def refuses_weights(instance: GossipRates) -> str | None:
    """Return why one weight for all edges is not for an instance, or `None`."""
    if instance.view.objective not in SYNCHRONOUS:
        wrong = no_rates(instance.view.objective)
        return wrong or "a weight that all edges share comes to `uniform` rates"
    return _refuses_size(instance)


def refuses_metropolis(instance: GossipRates) -> str | None:
    """Return why Metropolis weights are not for an instance, or `None`."""
    if instance.view.is_matching:
        return "rounds of matchings have no Metropolis weights; `matcha` is a baseline for them"
    if instance.view.objective in SYNCHRONOUS:
        return _refuses_size(instance)
    return no_rates(instance.view.objective) or without_clocks(instance.view)


def uniform(instance: GossipRates, run: Run) -> Answer:
    """Return the same rate for every edge; for rounds, matchings of all edges in turn.

    Workers with clocks call each of their peers equally often.
    """
    if (nothing := infeasible(instance)) is not None:
        return nothing
    view = instance.view
    plan: GossipPlan
    if view.clock is not None:
        plan = even_plan(view)
    else:
        plan = equal_rounds(view) if view.is_matching else _rates(view, np.ones(view.edges))
    # As the way out of `auto` it is not to be without a bound.
    proof = cheap_proof(instance, run) or first_proof(view)
    return Answer(plan=plan, certificate=proof, notes=left_out_note(view))


def metropolis(instance: GossipRates, run: Run) -> Answer:
    """Return 1 / max(d_i, d_j) for every edge (Metropolis weights; Xiao and Boyd 2004)."""
    return _by(instance, run, lambda view: 1 / _degrees(view)[view.ends].max(axis=1))


def max_degree(instance: GossipRates, run: Run) -> Answer:
    """Return 1 over the largest degree for every edge."""
    return _by(instance, run, lambda view: np.full(view.edges, 1 / _degrees(view).max()))


def best_constant(instance: GossipRates, run: Run) -> Answer:
    """Return 2 / (ev_2 + ev_n) for every edge, ev of the Laplacian with unit weights."""
    return _by(instance, run, _best_constant)


def _by(instance: GossipRates, run: Run, rule: Callable[[View], FloatArray]) -> Answer:
    if (nothing := infeasible(instance)) is not None:
        return nothing
    view = instance.view
    if view.objective in SYNCHRONOUS:
        return Answer(plan=RatesPlan(rate=np.where(view.usable, rule(view), 0.0)))
    return Answer(plan=_rates(view, rule(view)), certificate=cheap_proof(instance, run))


def _rates(view: View, shape: FloatArray) -> RatesPlan:
    return RatesPlan(rate=to_limits(view, shape), dropped=forbidden(view))


def _degrees(view: View) -> FloatArray:
    """Return how many usable edges each node has, at least 1 so that nothing divides by zero."""
    used = np.bincount(view.ends[view.usable].ravel(), minlength=view.nodes)
    return np.maximum(used, 1).astype(np.float64)


def _best_constant(view: View) -> FloatArray:
    values = np.linalg.eigvalsh(dense_laplacian(view.nodes, view.ends, view.usable.astype(float)))
    return np.full(view.edges, 2 / float(values[1] + values[-1]))


def _refuses_size(instance: GossipRates) -> str | None:
    nodes = instance.view.nodes
    return f"there are {nodes:,} nodes, more than {MOST_NODES:,}" if nodes > MOST_NODES else None
