"""Prices of odd sets that the least rates use up.

Such a set leaves its edges no choice, so that they are no variables of the programme and the set
has no multiplier. Its price costs nothing, for all that is paid for it comes back from the least
rates; the lowest that pays for every edge inside is as good as any.
"""

from typing import TypeVar

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.bounds import price_messages, squared_lengths
from planner.models.gossip_rates.certificate import (
    EmbeddingCertificate,
    MessagesCertificate,
    Priced,
    ReferenceCertificate,
)
from planner.models.gossip_rates.check import prices_of
from planner.models.gossip_rates.laplacian import pseudo_inverse
from planner.models.gossip_rates.prices import payment
from planner.models.gossip_rates.view import View

P = TypeVar("P", bound=Priced)
FULL = 1e-9
"""A set with less room than this is used up."""


def with_full_sets(view: View, proof: P, sets: tuple[IntArray, ...]) -> P:
    """Return the certificate with a price for every set that the least rates fill."""
    worth = worth_of_edges(view, proof)
    if worth is None:
        return proof
    for nodes in sets:
        inside = np.isin(view.ends, nodes).all(axis=1)
        size = (len(nodes) - 1) / 2
        prices = prices_of(view, proof)
        if prices is None or view.duration @ (view.least * inside) < size * (1 - FULL):
            continue
        short = ((worth - payment(view, prices)[0]) / view.duration)[inside & view.usable]
        if (price := float(short.max(initial=0.0))) > 0:
            proof = _with_set(proof, nodes, price)
    return proof


def worth_of_edges(view: View, proof: Priced) -> FloatArray | None:
    """Return what a unit of each edge's rate is worth by a certificate, (m,)."""
    if isinstance(proof, EmbeddingCertificate):
        return squared_lengths(proof.points, view.ends)
    if isinstance(proof, MessagesCertificate):
        terms = price_messages(view, proof.points, proof.theta, proof.reference)
        return None if terms is None else terms[0] + proof.beta**2 * terms[1]
    if isinstance(proof, ReferenceCertificate):
        inverse = pseudo_inverse(view.nodes, view.ends, proof.reference)
        return squared_lengths(inverse, view.ends) / float(np.trace(inverse))
    return None


def _with_set(proof: P, nodes: IntArray, price: float) -> P:
    before = proof.set_start if len(proof.set_start) else np.zeros(1, dtype=np.int64)
    return proof.model_copy(
        update={
            "set_price": np.append(proof.set_price, price),
            "set_start": np.append(before, before[-1] + len(nodes)),
            "set_node": np.append(proof.set_node, nodes),
        }
    )
