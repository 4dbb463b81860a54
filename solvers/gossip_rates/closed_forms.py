"""Networks whose best rates are known in closed form, with points that prove them.

The points come from the closed form too, and the bound is recomputed from them as for any other
method: nothing rests on having recognised a family.
"""

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.certificate import (
    EmbeddingCertificate,
    MessagesCertificate,
    ReferenceCertificate,
)
from planner.models.gossip_rates.check import bound_of
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.plan import RatesPlan
from planner.models.gossip_rates.total_resistance import inverse_slopes
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.gossip_rates.answers import infeasible
from planner.solvers.gossip_rates.closed_forms_path import MOST_NODES, is_path, path_messages
from planner.solvers.gossip_rates.closed_forms_product import (
    MOST_COMPLETE,
    bipartite_points,
    complete,
    factors_of,
    is_even,
    product_mixing,
)
from planner.solvers.gossip_rates.closed_forms_tree import tree_mixing, tree_resistance
from planner.solvers.gossip_rates.lowrank import limited

MOST_EVEN = 3_000
"""Nodes up to which total resistance is checked at once, be the network no tree."""
Proof = EmbeddingCertificate | MessagesCertificate | ReferenceCertificate


def refuses(instance: GossipRates) -> str | None:
    """Return why no closed form is known for an instance, or `None`."""
    view = instance.view
    if (reason := limited(view)) is not None:
        return reason
    known = {
        "fastest_mixing": _knows_mixing,
        "fewest_messages": _knows_messages,
        "gradient_rate": _knows_messages,
        "total_resistance": _knows_resistance,
    }
    if view.objective not in known:
        return f"no closed form of `{view.objective}` is known to it"
    if not known[view.objective](instance):
        return f"no closed form of `{view.objective}` is known for this network"
    return None


def solve(instance: GossipRates, run: Run) -> Answer:
    """Return the best rates and their proof; both take no search."""
    del run
    if (nothing := infeasible(instance)) is not None:
        return nothing
    view = instance.view
    rate, proof = {
        "fastest_mixing": _mixing,
        "fewest_messages": _messages,
        "gradient_rate": _messages,
        "total_resistance": _resistance,
    }[view.objective](instance)
    value = bound_of(view, proof)
    rate = rate * ((view.total or 1.0) / float(view.cost @ rate))
    return Answer(
        plan=RatesPlan(rate=rate),
        certificate=None if value is None else proof.model_copy(update={"value": value}),
    )


def _is_tree(view: View) -> bool:
    return view.edges == view.nodes - 1


def _is_complete(view: View) -> bool:
    full = 2 * view.edges == view.nodes * (view.nodes - 1)
    return full and bool(np.ptp(view.cost) == 0) and view.nodes <= MOST_COMPLETE


def _is_even(instance: GossipRates) -> bool:
    family = instance.family
    return _is_complete(instance.view) or (family is not None and is_even(family))


def _knows_mixing(instance: GossipRates) -> bool:
    view, family = instance.view, instance.family
    if _is_tree(view) or _is_complete(view):
        return True
    if family is None:
        return False
    return family.family == "complete_bipartite" or factors_of(family) is not None


def _knows_messages(instance: GossipRates) -> bool:
    view = instance.view
    if view.nodes <= MOST_NODES and is_path(view):
        return True
    return _is_even(instance) and _knows_mixing(instance)


def _knows_resistance(instance: GossipRates) -> bool:
    view = instance.view
    return _is_tree(view) or (_is_even(instance) and view.nodes <= MOST_EVEN)


def _mixing(instance: GossipRates) -> tuple[FloatArray, Proof]:
    view, family = instance.view, instance.family
    if _is_tree(view):
        rate, points = tree_mixing(view)
    elif _is_complete(view):
        rate, points = np.ones(view.edges), complete(view.nodes).points
    else:
        assert family is not None, "other structures are known by family alone"
        factors = factors_of(family)
        if factors is None:
            left, right = family.size
            rate, points = np.ones(view.edges), bipartite_points(left, right)
        else:
            rate, points = product_mixing(view, factors)
    difference = points[view.ends[:, 0]] - points[view.ends[:, 1]]
    price = float(((difference * difference).sum(axis=1) / view.cost).max())
    return rate, EmbeddingCertificate(value=0.0, points=points, total_price=price)


def _messages(instance: GossipRates) -> tuple[FloatArray, Proof]:
    view = instance.view
    if is_path(view) and view.nodes > 2:
        return np.ones(view.edges), path_messages(view)
    # A total cost of C sustains C / F gradients, so that the same rates are best for both.
    # Where all edges are alike, all resistances are equal, and sqrt((n - 1) / lambda_2) is reached.
    return np.ones(view.edges), _mixing(instance)[1]


def _resistance(instance: GossipRates) -> tuple[FloatArray, Proof]:
    view = instance.view
    rate = tree_resistance(view) if _is_tree(view) else np.ones(view.edges)
    rate = rate / float(view.cost @ rate)
    trace, slope = inverse_slopes(view.nodes, view.ends, rate)
    price = float((slope / view.cost).max()) / trace
    return rate, ReferenceCertificate(value=0.0, reference=rate, total_price=price)
