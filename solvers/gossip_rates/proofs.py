"""Plans and certificates read off a point of a programme and its multipliers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.bounds import balance, price_messages
from planner.models.gossip_rates.certificate import (
    EmbeddingCertificate,
    MessagesCertificate,
    Priced,
    RadiusCertificate,
    ReferenceCertificate,
)
from planner.models.gossip_rates.check import bound_of
from planner.models.gossip_rates.view import View
from planner.solvers.gossip_rates.definite import Definite
from planner.solvers.gossip_rates.full_sets import with_full_sets
from planner.solvers.gossip_rates.programmes import Model

Proof = EmbeddingCertificate | MessagesCertificate | RadiusCertificate | ReferenceCertificate
TAIL = 1e-12
"""Eigenvalues this much smaller than the largest are left out of stored points."""

ZERO = 1e-9
"""Share of the largest rate that stands for none in a reference."""


def rates(view: View, model: Model, z: FloatArray) -> FloatArray:
    """Return the rates of a point, within the limits; weights for synchronous objectives."""
    found = _on_edges(view, model, z[: len(model.used)])
    if model.other is not None:
        return found
    result: FloatArray = np.clip(found / z[-1], view.least, view.most)
    return result


def _on_edges(view: View, model: Model, column: FloatArray) -> FloatArray:
    """Return figures of the variables summed up by edge, zero for edges that may not be used."""
    return np.asarray(np.bincount(model.used, column, view.edges), dtype=np.float64)


def certificate(
    view: View, model: Model, z: FloatArray, sets: tuple[IntArray, ...] = ()
) -> Proof | None:
    """Return the certificate that the multipliers make, `None` where they prove nothing."""
    proof = _draft(view, model, z, sets)
    if sets and isinstance(proof, Priced):
        proof = with_full_sets(view, proof, sets)
    value = None if proof is None else bound_of(view, proof)
    if proof is None or value is None:
        return None
    return proof.model_copy(update={"value": value})


def _draft(view: View, model: Model, z: FloatArray, sets: tuple[IntArray, ...]) -> Proof | None:
    if model.other is not None and model.eigenvalue is not None:
        return _radius(view, model, model.eigenvalue, model.other)
    reference = _on_edges(view, model, z[: len(model.used)])
    # Edges that a limit keeps at zero count as well, and references are positive.
    reference[view.usable] = np.maximum(reference[view.usable], ZERO * float(reference.max()))
    if model.trace is not None:
        reference /= z[-1]
        prices = _prices(view, model, sets, float(z[-1]) / float(model.trace.dual[0]))
        return ReferenceCertificate(value=0.0, reference=reference, **prices)
    assert model.eigenvalue is not None
    points = factor(model.eigenvalue.dual)
    if model.resistance is None:
        return EmbeddingCertificate(value=0.0, points=points, **_prices(view, model, sets, 1.0))
    theta = _on_edges(view, model, model.resistance.dual)
    trace = float(np.trace(model.eigenvalue.dual))
    beta, prices = 1.0, _prices(view, model, sets, 1 / trace)
    if view.objective == "fewest_messages":
        terms = price_messages(view, points, theta, reference)
        if terms is None:
            return None
        used, (stretch, square, _) = view.usable, terms
        beta = balance((stretch / view.cost)[used], (square / view.cost)[used])
        prices = {}
    return MessagesCertificate(
        value=0.0, points=points, theta=theta, reference=reference, beta=beta, **prices
    )


def _prices(view: View, model: Model, sets: tuple[IntArray, ...], scale: float) -> dict[str, Any]:
    dual = np.zeros(0) if model.rows is None else model.rows.dual * scale
    return price_fields(view, model.names, dual, sets)


def price_fields(
    view: View,
    names: Sequence[tuple[str, int]],
    dual: FloatArray,
    sets: tuple[IntArray, ...] = (),
) -> dict[str, Any]:
    """Return the multipliers of the shared limits as the fields of a certificate."""
    node, clock, priced, chosen = np.zeros(view.nodes), np.zeros(view.nodes), [], []
    found: dict[str, Any] = {}
    for (what, place), price in zip(names, np.maximum(dual, 0.0).tolist(), strict=True):
        if what == "total" and view.total is not None:
            found["total_price"] = price / view.total
        elif what == "node" and view.concurrency is not None:
            node[place] = price / float(view.concurrency[place])
        elif what == "clock" and view.clock is not None:
            clock[place] = price / float(view.clock[place])
        elif what == "count" and view.count:
            found["count_price"] = price / view.count
        elif what == "set":
            chosen.append(sets[place])
            priced.append(price * 2 / (len(sets[place]) - 1))
    if view.concurrency is not None:
        found["node_price"] = node
    if view.clock is not None:
        found["clock_price"] = clock
    if chosen:
        found["set_price"] = np.array(priced)
        found["set_start"] = np.cumsum([0, *map(len, chosen)])
        found["set_node"] = np.concatenate(chosen)
    return found


def _radius(view: View, model: Model, upper: Definite, lower: Definite) -> RadiusCertificate:
    """Return Z = X_- - X_+ split by its eigenvalues.

    The multiplier of r P - (P - L) >= 0 belongs to the largest eigenvalue of P - L.
    """
    values, vectors = np.linalg.eigh(upper.dual - lower.dual)
    least = TAIL * float(np.abs(values).max())
    positive, negative = values > least, values < -least
    price = np.zeros(0)
    if model.rows is not None:
        price = np.array(model.rows.dual)
    return RadiusCertificate(
        value=0.0,
        positive=vectors[:, positive] * np.sqrt(values[positive]),
        negative=vectors[:, negative] * np.sqrt(-values[negative]),
        node_price=price,
    )


def factor(matrix: FloatArray) -> FloatArray:
    """Return points X with X X^T the positive matrix, eigenvalues below `TAIL` left out."""
    values, vectors = np.linalg.eigh(matrix)
    heavy = values > TAIL * values[-1]
    points: FloatArray = vectors[:, heavy][:, ::-1] * np.sqrt(values[heavy][::-1])
    return points
