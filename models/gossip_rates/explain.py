"""What holds a plan back: busy workers, edges at a limit or that resist, the slowest cut."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.evaluation import Reason
from planner.models.gossip_rates.certificate import GossipCertificate, MessagesCertificate
from planner.models.gossip_rates.evaluate import busy_times
from planner.models.gossip_rates.figures import LARGE
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.laplacian import fiedler, resistances
from planner.models.gossip_rates.matchings import matching_rates
from planner.models.gossip_rates.plan import GossipPlan, MatchingPlan
from planner.models.gossip_rates.references import SYNCHRONOUS
from planner.models.gossip_rates.view import NO_LIMIT, View

TIGHT = 1e-6
"""Relative distance from a limit at which it counts as met."""
HEAVY = 0.01
"""Share of all multipliers from which an edge is named."""
SHOWN = 6
"""Entities that are named; the others are counted."""


def explain(
    instance: GossipRates, plan: GossipPlan, certificate: GossipCertificate | None
) -> list[Reason]:
    """Return what binds a plan, limits first, then edges and the cut that mixes slowest.

    Nothing is said of weights for synchronous averaging, which no limit of the instance binds.
    """
    view = instance.view
    if view.objective in SYNCHRONOUS or view.nodes > LARGE:
        return []
    rate = matching_rates(view, plan) if isinstance(plan, MatchingPlan) else plan.rate
    used = np.flatnonzero(rate > 0)
    mixing, vector = fiedler(view.nodes, view.ends[used], rate[used])
    if mixing <= 0:
        return []
    found = [_workers(instance, rate), _edges_at_limit(instance, rate)]
    if view.objective in ("fewest_messages", "gradient_rate"):
        found.append(_resisting(instance, rate, used, certificate))
    found.append(_cut(instance, used, vector))
    return [reason for reason in found if reason is not None]


def _workers(instance: GossipRates, rate: FloatArray) -> Reason | None:
    view, names = instance.view, instance.topology.names()
    if view.concurrency is None:
        return None
    full = np.flatnonzero(busy_times(view, rate) >= view.concurrency * (1 - TIGHT))
    if not len(full):
        return None
    return Reason(
        code="binding-worker",
        constraint="budget.matching" if view.is_matching else "budget.node",
        where=_listed([names[node] for node in full.tolist()]),
        message="These workers are in as many exchanges as they can be.",
    )


def _edges_at_limit(instance: GossipRates, rate: FloatArray) -> Reason | None:
    view = instance.view
    full = np.flatnonzero((view.most < NO_LIMIT) & view.usable & (rate >= view.most * (1 - TIGHT)))
    if not len(full):
        return None
    return Reason(
        code="binding-edge",
        constraint="budget.link" if instance.budget.link else "topology.edges",
        where=_listed(_names(instance, full)),
        message="These edges average as often as they can.",
    )


def _resisting(
    instance: GossipRates, rate: FloatArray, used: IntArray, proof: GossipCertificate | None
) -> Reason | None:
    """Name the edges whose resistance is the largest, by multiplier where a proof has them."""
    view = instance.view
    found = resistances(view.nodes, view.ends[used], rate[used])
    fits = isinstance(proof, MessagesCertificate) and len(proof.theta) == view.edges
    if fits and isinstance(proof, MessagesCertificate):
        order = np.argsort(-proof.theta[used], kind="stable")
        binding = order[proof.theta[used[order]] >= HEAVY * proof.theta.sum()]
    else:
        binding = np.flatnonzero(found >= found.max() * (1 - TIGHT))
    if not len(binding):
        return None
    # Rate times resistance is 1 exactly where no other path joins both ends.
    is_bridge = found[binding] * rate[used[binding]] >= 1 - TIGHT
    bridges = int(is_bridge.sum())
    binding = binding[np.argsort(~is_bridge, kind="stable")]
    alone = f" Bridges, with no way around, among them: the first {bridges}." if bridges else ""
    return Reason(
        code="binding-edge",
        constraint="topology.edges",
        where=_listed(_names(instance, used[binding])),
        message=f"The largest effective resistance is that of these edges.{alone}",
    )


def _cut(instance: GossipRates, used: IntArray, vector: FloatArray) -> Reason | None:
    """Name the edges that join the two sides of the slowest mode."""
    view: View = instance.view
    side = vector > 0
    crossing = used[side[view.ends[used, 0]] != side[view.ends[used, 1]]]
    smaller = int(min(side.sum(), (~side).sum()))
    return Reason(
        code="slowest-cut",
        constraint="topology.edges",
        where=_listed(_names(instance, crossing)),
        message=(
            f"What differs between the two sides of these edges, {smaller} and "
            f"{view.nodes - smaller} workers, evens out last."
        ),
    )


def _names(instance: GossipRates, edges: IntArray) -> list[str]:
    names = instance.topology.names()
    return [f"{names[a]} - {names[b]}" for a, b in instance.view.ends[edges].tolist()]


def _listed(words: list[str]) -> str:
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return ", ".join(words[:SHOWN]) + more
