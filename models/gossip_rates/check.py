"""Re-checks certificates: every bound is computed anew, nothing in them is believed."""

import math
from collections.abc import Callable

import numpy as np

from planner.models.base.evaluation import CheckedBound, Reason, Violation
from planner.models.gossip_rates.bounds import (
    floor_of_messages,
    messages_bound,
    mixing_bound,
    radius_bound,
    resistance_bound,
)
from planner.models.gossip_rates.certificate import (
    EmbeddingCertificate,
    GossipCertificate,
    MessagesCertificate,
    PiecesCertificate,
    RadiusCertificate,
    ReferenceCertificate,
)
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.laplacian import components
from planner.models.gossip_rates.references import SYNCHRONOUS
from planner.models.gossip_rates.view import View

AGREES = 1e-9
"""Relative difference allowed between a stored and a recomputed bound."""


def check_certificate(instance: GossipRates, certificate: GossipCertificate) -> CheckedBound:
    """Return what a certificate proves about an instance, recomputed without a solver.

    Violations have the codes `certificate-kind`, `certificate-shape` and `certificate-value`.
    """
    view = instance.view
    if isinstance(certificate, PiecesCertificate):
        return _check_pieces(instance, certificate)
    value = bound_of(view, certificate)
    if value is None:
        where = f"`{certificate.kind}` proves nothing about `{view.objective}` here"
        return _refused("certificate-kind", where)
    faults = []
    if not math.isclose(certificate.value, value, rel_tol=AGREES, abs_tol=0.0):
        where = f"value: claimed {certificate.value!r}, recomputed {value!r}"
        faults.append(Violation(code="certificate-value", constraint="certificate", where=where))
    return CheckedBound(bounds={view.objective: value}, violations=tuple(faults))


def bound_of(view: View, certificate: GossipCertificate) -> float | None:
    """Return the bound that a certificate proves on the objective, or `None` for none."""
    checks: dict[type, Callable[..., float | None]] = {
        EmbeddingCertificate: _embedding,
        MessagesCertificate: _messages,
        ReferenceCertificate: _reference,
        RadiusCertificate: _radius,
    }
    return checks[type(certificate)](view, certificate)


def _embedding(view: View, proof: EmbeddingCertificate) -> float | None:
    if proof.points.shape[:1] != (view.nodes,) or len(proof.node_price) not in (0, view.nodes):
        return None
    if proof.total_price < 0 or (proof.node_price < 0).any() or (proof.set_price < 0).any():
        return None
    sets = _odd_sets(view, proof)
    if sets is None or view.objective in SYNCHRONOUS:
        return None
    mixing = mixing_bound(view, proof.points, proof.total_price, proof.node_price, sets)
    if mixing is None or view.objective == "fastest_mixing":
        return mixing
    if view.objective == "fewest_messages" and view.total == 1:
        return floor_of_messages(view, mixing)
    return None


def _odd_sets(
    view: View, proof: EmbeddingCertificate
) -> tuple[tuple[np.ndarray, float], ...] | None:
    """Return the priced odd sets; `None` where they are none or the rounds are no matchings."""
    if not len(proof.set_price):
        return ()
    start, node = proof.set_start, proof.set_node
    if not view.is_matching or len(start) != len(proof.set_price) + 1 or start[-1] != len(node):
        return None
    sets = [np.unique(node[a:b]) for a, b in zip(start[:-1], start[1:], strict=True)]
    if any(len(found) % 2 == 0 for found in sets):
        return None
    return tuple(zip(sets, proof.set_price.tolist(), strict=True))


def _messages(view: View, proof: MessagesCertificate) -> float | None:
    columns = proof.theta.shape == proof.reference.shape == (view.edges,)
    if view.objective != "fewest_messages" or not columns or len(proof.points) != view.nodes:
        return None
    return messages_bound(view, proof.points, proof.theta, proof.reference, proof.beta)


def _reference(view: View, proof: ReferenceCertificate) -> float | None:
    if view.objective != "total_resistance" or proof.reference.shape != (view.edges,):
        return None
    return resistance_bound(view, proof.reference)


def _radius(view: View, proof: RadiusCertificate) -> float | None:
    if view.objective not in SYNCHRONOUS or len(proof.node_price) not in (0, view.nodes):
        return None
    if (view.objective == "fmmc") != bool(len(proof.node_price)):
        return None
    return radius_bound(view, proof.positive, proof.negative, proof.node_price)


def _check_pieces(instance: GossipRates, proof: PiecesCertificate) -> CheckedBound:
    view = instance.view
    inside = np.zeros(view.nodes, dtype=bool)
    if len(proof.side) and (proof.side.min() < 0 or proof.side.max() >= view.nodes):
        return _refused("certificate-shape", "`side` names nodes that do not exist")
    inside[proof.side] = True
    crossing = view.usable & (inside[view.ends[:, 0]] != inside[view.ends[:, 1]])
    if crossing.any() or inside.all() or not inside.any():
        return _refused("certificate-kind", "the sides are joined, or one of them is empty")
    return CheckedBound(bounds={}, infeasible=True, reasons=(pieces_reason(instance),))


def pieces_reason(instance: GossipRates) -> Reason:
    """Return why a network in pieces has no plan, naming the pieces."""
    view, names = instance.view, instance.topology.names()
    label = components(view.nodes, view.ends[view.usable])
    pieces = []
    for piece in range(min(int(label.max()) + 1, 5)):
        nodes = np.flatnonzero(label == piece)
        listed = ", ".join(names[int(node)] for node in nodes[:8])
        pieces.append(f"{{{listed}{', ...' if len(nodes) > 8 else ''}}}")
    more = " and more" if label.max() >= 5 else ""
    return Reason(
        code="network-in-pieces",
        constraint="topology.edges",
        where=" | ".join(pieces),
        message=(
            f"no edge that may be used joins {' with '.join(pieces)}{more}. "
            "Add an edge between them, or allow one that `max_rate: 0` forbids"
        ),
    )


def _refused(code: str, where: str) -> CheckedBound:
    return CheckedBound(
        bounds={}, violations=(Violation(code=code, constraint="certificate", where=where),)
    )
