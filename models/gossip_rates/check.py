"""Re-checks certificates: every bound is computed anew, nothing in them is believed."""

import itertools
import math
from collections.abc import Callable

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.evaluation import CheckedBound, Reason, Violation
from planner.models.base.refusals import refused
from planner.models.base.rounding import COMBINATORIAL, keeps_digits
from planner.models.gossip_rates.bounds import (
    ceiling_of_gradient_rate,
    floor_of_messages,
    gradient_bound,
    messages_bound,
    mixing_bound,
    radius_bound,
    resistance_bound,
)
from planner.models.gossip_rates.certificate import (
    CasesCertificate,
    EmbeddingCertificate,
    FewEdgesCertificate,
    GossipCertificate,
    LeastCertificate,
    MessagesCertificate,
    PiecesCertificate,
    Priced,
    RadiusCertificate,
    ReferenceCertificate,
    TreesCertificate,
)
from planner.models.gossip_rates.check_choices import cases_bound, check_trees
from planner.models.gossip_rates.evaluate import EVERY_EDGE, busy_times
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.laplacian import components
from planner.models.gossip_rates.prices import Prices
from planner.models.gossip_rates.references import SYNCHRONOUS
from planner.models.gossip_rates.scale import is_off_scale
from planner.models.gossip_rates.view import View

AGREES = 1e-9
"""Relative difference allowed between a stored and a recomputed bound."""


def check_certificate(instance: GossipRates, certificate: GossipCertificate) -> CheckedBound:
    """Return what a certificate proves about an instance, recomputed without a solver.

    Violations have the codes `certificate-kind`, `certificate-shape`, `certificate-scale` and
    `certificate-value`.
    """
    view = instance.view
    if isinstance(certificate, PiecesCertificate):
        return _check_pieces(instance, certificate)
    if isinstance(certificate, FewEdgesCertificate):
        return _check_few(instance)
    if isinstance(certificate, LeastCertificate):
        return _check_least(instance, certificate)
    if isinstance(certificate, TreesCertificate):
        return check_trees(view, certificate)
    value = bound_of(view, certificate)
    if value is None and is_off_scale(view.nodes, certificate):
        where = "points that coincide, or numbers too small or too large to be squared and summed"
        return refused("certificate-scale", where)
    if value is None:
        where = f"`{certificate.kind}` proves nothing about `{view.objective}` here"
        return refused("certificate-kind", where)
    faults = []
    if not math.isclose(certificate.value, value, rel_tol=AGREES, abs_tol=0.0):
        where = f"value: claimed {certificate.value!r}, recomputed {value!r}"
        faults.append(Violation(code="certificate-value", constraint="certificate", where=where))
    scope = EVERY_EDGE if isinstance(certificate, MessagesCertificate) else None
    return CheckedBound(bounds={view.objective: value}, scope=scope, violations=tuple(faults))


def bound_of(view: View, certificate: GossipCertificate) -> float | None:
    """Return the bound that a certificate proves on the objective, or `None` for none."""
    checks: dict[type, Callable[..., float | None]] = {
        EmbeddingCertificate: _embedding,
        MessagesCertificate: _messages,
        ReferenceCertificate: _reference,
        RadiusCertificate: _radius,
        CasesCertificate: cases_bound,
    }
    try:
        with np.errstate(all="ignore"):
            value = checks[type(certificate)](view, certificate)
    except (ValueError, ArithmeticError):
        # Numbers that floating point cannot follow prove nothing; `LinAlgError` is a `ValueError`.
        return None
    return value if value is not None and math.isfinite(value) else None


def prices_of(view: View, proof: Priced) -> Prices | None:
    """Return the prices of a certificate; `None` where they do not fit the instance."""
    prices = (proof.node_price, proof.clock_price, proof.set_price)
    if min(proof.total_price, proof.count_price) < 0 or any((price < 0).any() for price in prices):
        return None
    levels = np.array([proof.total_price, proof.count_price])
    if not all(keeps_digits(price) for price in (levels, *prices)):
        return None
    if any(len(price) not in (0, view.nodes) for price in (proof.node_price, proof.clock_price)):
        return None
    if (sets := _odd_sets(view, proof)) is None:
        return None
    clock = proof.clock_price if len(proof.clock_price) else None
    return Prices(proof.total_price, proof.node_price, sets, proof.count_price, clock)


def _odd_sets(view: View, proof: Priced) -> tuple[tuple[IntArray, float], ...] | None:
    """Return the priced odd sets; `None` where they are none or the rounds are no matchings."""
    if not len(proof.set_price):
        return ()
    start, node = proof.set_start, proof.set_node
    if not view.is_matching or len(start) != len(proof.set_price) + 1 or start[-1] != len(node):
        return None
    sets = [np.unique(node[a:b]) for a, b in itertools.pairwise(start.tolist())]
    if any(len(found) % 2 == 0 for found in sets):
        return None
    return tuple(zip(sets, proof.set_price.tolist(), strict=True))


def _embedding(view: View, proof: EmbeddingCertificate) -> float | None:
    prices = prices_of(view, proof)
    if prices is None or len(proof.points) != view.nodes:
        return None
    if view.objective in ("fastest_mixing", "edge_selection"):
        return mixing_bound(view, proof.points, prices)
    if view.objective == "gradient_rate":
        return ceiling_of_gradient_rate(view, proof.points)
    return floor_of_messages(view, proof.points) if view.objective == "fewest_messages" else None


def _messages(view: View, proof: MessagesCertificate) -> float | None:
    columns = proof.theta.shape == proof.reference.shape == (view.edges,)
    prices = prices_of(view, proof)
    if not columns or prices is None or len(proof.points) != view.nodes:
        return None
    numbers = (view, proof.points, proof.theta, proof.reference, proof.beta)
    if view.objective == "gradient_rate":
        return gradient_bound(*numbers, prices)
    return messages_bound(*numbers) if view.objective == "fewest_messages" else None


def _reference(view: View, proof: ReferenceCertificate) -> float | None:
    prices = prices_of(view, proof)
    fits = prices is not None and proof.reference.shape == (view.edges,)
    if not fits or prices is None or view.objective != "total_resistance":
        return None
    return resistance_bound(view, proof.reference, prices)


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
        return refused("certificate-shape", "`side` names nodes that do not exist")
    inside[proof.side] = True
    crossing = can_run(view) & (inside[view.ends[:, 0]] != inside[view.ends[:, 1]])
    if crossing.any() or inside.all() or not inside.any():
        return refused("certificate-kind", "the sides are joined, or one of them is empty")
    return CheckedBound(bounds={}, infeasible=True, reasons=(pieces_reason(instance),))


def pieces_reason(instance: GossipRates) -> Reason:
    """Return why a network in pieces has no plan, naming the pieces."""
    view, names = instance.view, instance.topology.names()
    running = can_run(view)
    label = components(view.nodes, view.ends[running])
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
            + ("" if (running == view.usable).all() else FULL)
        ),
    )


FULL = ", or lower a `min_rate` that leaves the others of its worker, or all others, no room"


def can_run(view: View) -> np.ndarray:
    """Return which edges can have a rate above zero (a mask), shape (m,).

    Those of a worker, or all, cannot where the least rates of others use up the budget, within the
    rounding that budgets are kept to.
    """
    running = view.usable & (view.least > 0)
    share, total = least_loads(view)
    if total is not None and total >= 1 - COMBINATORIAL:
        return running
    has_room = (share < 1 - COMBINATORIAL)[view.ends].all(axis=1)
    return running | (view.usable & has_room)


def least_loads(view: View) -> tuple[FloatArray, float | None]:
    """Return the share of each node's time that the least rates take, and of the total cost."""
    busy = busy_times(view, view.least)
    share = np.zeros(view.nodes) if view.concurrency is None else busy / view.concurrency
    total = None if view.total is None else float(view.cost @ view.least) / view.total
    return share, total


def exchanges_within(view: View, members: IntArray) -> float:
    """Return how many exchanges the least rates ask for at a time among some nodes."""
    inside = np.isin(view.ends, members).all(axis=1)
    return float((view.least * view.duration)[inside].sum())


def least_reason(instance: GossipRates, proof: LeastCertificate) -> Reason:
    """Return why the least rates leave no plan, naming the limit."""
    view, names = instance.view, instance.topology.names()
    if len(proof.members):
        count = len(proof.members)
        more = ", ..." if count > SHOWN else ""
        where = ", ".join(names[int(node)] for node in proof.members[:SHOWN]) + more
        asked, given = exchanges_within(view, proof.members), (count - 1) / 2
        field, what = "budget.matching", f"a round has {given:g} of them at most"
        asks = f"{asked:.6g} exchanges at a time among these {count} workers"
    elif proof.node is not None and view.concurrency is not None:
        where = f"node {names[proof.node]}"
        field = "budget.matching" if view.is_matching else "budget.node"
        what = f"it can do {view.concurrency[proof.node]:g}"
        asks = f"{busy_times(view, view.least)[proof.node]:.6g} exchanges at a time of this worker"
    else:
        where, field, what = "all edges", "budget.total", f"the budget is {view.total:g}"
        asks = f"a total cost of {float(view.cost @ view.least):.6g}"
    return Reason(
        code="least-rates-over-budget",
        constraint="topology.edges.min_rate",
        where=where,
        message=f"`min_rate` alone asks for {asks}, and by `{field}` {what}. Lower `min_rate` here"
        + ("" if field == "budget.matching" else f", or raise `{field}`"),
    )


SHOWN = 8
"""Nodes that are named."""


def _check_least(instance: GossipRates, proof: LeastCertificate) -> CheckedBound:
    view = instance.view
    share, total = least_loads(view)
    members = np.unique(proof.members)
    named = members if proof.node is None else np.append(members, proof.node)
    if len(named) and (named.min() < 0 or named.max() >= view.nodes):
        return refused("certificate-shape", "it names nodes that do not exist")
    if len(members):
        is_odd = view.is_matching and len(members) % 2 == 1 and len(members) > 1
        load = 2 * exchanges_within(view, members) / (len(members) - 1) if is_odd else None
        proof = proof.model_copy(update={"members": members})
    else:
        load = total if proof.node is None else float(share[proof.node])
    if load is None or load <= 1 + COMBINATORIAL:
        return refused("certificate-kind", "the least rates keep this limit")
    return CheckedBound(bounds={}, infeasible=True, reasons=(least_reason(instance, proof),))


def edges_needed(view: View) -> int:
    """Return how many edges must be chosen to join what the fixed edges leave apart."""
    fixed = (view.least > 0) & view.usable
    return int(components(view.nodes, view.ends[fixed]).max())


def few_edges_reason(instance: GossipRates) -> Reason:
    """Return why the number of edges leaves no plan."""
    return Reason(
        code="edges-too-few",
        constraint="budget.edges",
        where=f"{instance.view.count} edges",
        message=f"joining the network takes {edges_needed(instance.view)}; raise `edges` to that",
    )


def _check_few(instance: GossipRates) -> CheckedBound:
    view = instance.view
    if view.count is None or edges_needed(view) <= view.count:
        return refused("certificate-kind", "enough edges may be chosen")
    return CheckedBound(bounds={}, infeasible=True, reasons=(few_edges_reason(instance),))
