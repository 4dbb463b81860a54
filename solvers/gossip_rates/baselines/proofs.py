"""What a baseline can say of the best plan there is, where that costs little."""

from dataclasses import replace

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.gossip_rates.certificate import EmbeddingCertificate, GossipCertificate
from planner.models.gossip_rates.check import bound_of
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.network import EdgeList
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Run
from planner.solvers.gossip_rates import newton

MOST_EDGES = 150
"""Above so many edges a proof would take far longer than the baseline itself."""


RATES = ("fewest_messages", "fastest_mixing", "gradient_rate", "total_resistance")
"""Objectives of rates that can be of any size."""


def no_rates(objective: str) -> str | None:
    """Return why a baseline of rates is not for an objective, or `None`."""
    if objective == "edge_selection":
        return "edges are chosen, not rates"
    return None if objective in RATES else "weights of synchronous averaging are no rates"


def with_view(instance: GossipRates, view: View) -> GossipRates:
    """Return an instance that methods see as `view`; it is never shown to a user.

    With other edges than the instance has, it is no member of a family any more.
    """
    changes = {}
    if view.edges != instance.view.edges:
        changes = {"topology": EdgeList.model_construct(kind="graph", nodes=view.nodes)}
    copy = instance.model_copy(update=changes)
    # The view is a cached property, and the copy a record of its own.
    copy.__dict__["view"] = view
    return copy


def cheap_proof(instance: GossipRates, run: Run) -> GossipCertificate | None:
    """Return the embedding of the fastest mixing rates as a bound, `None` where it says nothing.

    It bounds lambda_2, and with it the messages of all plans, those that drop edges included.
    """
    view = instance.view
    wanted = view.objective in ("fastest_mixing", "fewest_messages")
    if not wanted or view.is_matching or view.edges > MOST_EDGES or not view.usable.all():
        return None
    mixing = with_view(instance, replace(view, objective="fastest_mixing"))
    if newton.refuses(mixing) is not None:
        return None
    proof = newton.solve(mixing, run).certificate
    return restated(view, proof) if isinstance(proof, EmbeddingCertificate) else None


def restated(view: View, proof: EmbeddingCertificate) -> EmbeddingCertificate | None:
    """Return an embedding with the value that it proves for the objective of a view."""
    value = bound_of(view, proof)
    return None if value is None else proof.model_copy(update={"value": value})


def forbidden(view: View) -> IntArray:
    """Return the edges that may not be used, as a plan drops them."""
    return np.flatnonzero(~view.usable)
