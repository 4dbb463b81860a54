"""Reference rates of certificates, mended edge by edge.

A bound from reference rates is as good as its worst edge: whatever an edge is worth there beyond
what the limits are paid for it raises all prices, however little that edge matters to the optimum.
Newton's method leaves edges that hardly matter (cheap ones, where costs are far apart) off by
factors. Their rates are free, as a reference need not keep any limit, and a higher rate makes an
edge worth less: the multiplicative step of optimal designs (Silvey, Titterington and Torsney 1978),
with exponent 1/2, lands at once where edges do not depend on each other.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.bounds import balance, price_messages, squared_lengths
from planner.models.gossip_rates.certificate import MessagesCertificate, ReferenceCertificate
from planner.models.gossip_rates.check import bound_of, prices_of
from planner.models.gossip_rates.laplacian import pseudo_inverse
from planner.models.gossip_rates.prices import payment
from planner.models.gossip_rates.view import NO_LIMIT, View

MOST_STEPS, PATIENCE = 60, 3
ENOUGH = 1e-10
"""Relative improvement below which a step counts as none."""
LEAST = 0.5
"""Factor by which a step lowers a rate at most, so that no edge is lost to rounding."""

Referenced = MessagesCertificate | ReferenceCertificate


@dataclass(frozen=True, slots=True)
class _Worth:
    """A certificate, and what a unit of each edge's rate is worth by it."""

    proof: Referenced
    worth: FloatArray


def polished(view: View, proof: Referenced, stop: Callable[[], bool]) -> Referenced:
    """Return the certificate with reference rates that prove more, or as it is."""
    prices = prices_of(view, proof)
    if prices is None:
        return proof
    is_free = view.objective == "fewest_messages"
    paid = view.cost if is_free else payment(view, prices)[0]
    held = ~view.usable | (not is_free and view.most < NO_LIMIT)
    sign = -1.0 if view.objective == "gradient_rate" else 1.0
    free = (proof.reference > 0) & (paid > 0) & ~held
    best, idle, rate = proof, 0, proof.reference
    for _ in range(MOST_STEPS):
        found = None if stop() else _at(view, proof, rate)
        value = None if found is None else bound_of(view, found.proof)
        if found is None or value is None:
            break
        idle = 0 if sign * (value - best.value) > ENOUGH * abs(best.value) else idle + 1
        if sign * (value - best.value) > 0:
            best = found.proof.model_copy(update={"value": value})
        if idle > PATIENCE:
            break
        ratio = np.where(free, found.worth / np.where(free, paid, 1.0), 1.0)
        rate = rate * np.maximum(np.sqrt(ratio), LEAST)
    return best


def _at(view: View, proof: Referenced, rate: FloatArray) -> _Worth | None:
    """Return the certificate at other reference rates; `None` where they prove nothing."""
    if isinstance(proof, ReferenceCertificate):
        used = view.usable
        inverse, worth = pseudo_inverse(view.nodes, view.ends[used], rate[used]), 0 * rate
        worth[used] = squared_lengths(inverse, view.ends[used]) / float(np.trace(inverse))
        return _Worth(proof.model_copy(update={"reference": rate}), worth)
    terms = price_messages(view, proof.points, proof.theta, rate)
    if terms is None:
        return None
    stretch, square, _ = terms
    if view.objective == "gradient_rate":
        moved = proof.model_copy(update={"reference": rate})
        return _Worth(moved, stretch + proof.beta**2 * square)
    used = view.usable
    beta = balance((stretch / view.cost)[used], (square / view.cost)[used])
    worth = stretch + beta * beta * square
    # Prices are the costs times a factor, by which all rates together are worth what they cost.
    scale = float(view.cost @ rate) / float(worth @ rate)
    return _Worth(proof.model_copy(update={"reference": rate, "beta": beta}), worth * scale)
