"""Exact rates for networks with much symmetry: one rate per class of edges.

The functions are concave or convex in the rates, so some best rates are equal on edges that a
symmetry maps to each other. The certificate is one of the whole network and rests on no symmetry.
"""

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.bounds import balance, price_messages
from planner.models.gossip_rates.certificate import EmbeddingCertificate, MessagesCertificate
from planner.models.gossip_rates.check import bound_of
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.plan import RatesPlan
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.engines.threads import blas_threads
from planner.solvers.gossip_rates import symmetry
from planner.solvers.gossip_rates.answers import infeasible
from planner.solvers.gossip_rates.centre import centre
from planner.solvers.gossip_rates.lowrank import limited
from planner.solvers.gossip_rates.orbits_barrier import OrbitsBarrier
from planner.solvers.gossip_rates.orbits_path import follow_resistances

MOST_CLASSES = 60
MOST_ENTRIES = 40_000_000
"""Entries of one dense matrix per class."""
GROWTH, ACCURACY = 20.0, 1e-8
RANK = 300


def refuses(instance: GossipRates) -> str | None:
    """Return why an instance is not for one rate per class of edges, or `None`."""
    view = instance.view
    if view.objective not in ("fewest_messages", "fastest_mixing"):
        return f"it does not know the objective `{view.objective}`"
    if (reason := limited(view)) is not None:
        return reason
    if view.nodes > symmetry.MOST_NODES:
        return f"there are {view.nodes:,} nodes, more than {symmetry.MOST_NODES:,}"
    count = classes(view)
    if count > MOST_CLASSES or count * view.nodes**2 > MOST_ENTRIES:
        return f"there are {count:,} classes of edges; `newton` or `unfolding` take them"
    return None


def classes(view: View) -> int:
    """Return how many classes of edges there are."""
    return int(symmetry.edge_classes(view).max()) + 1


def solve(instance: GossipRates, run: Run) -> Answer:
    """Return the best rates that are equal on classes, and a proof for all rates."""
    if (nothing := infeasible(instance)) is not None:
        return nothing
    with blas_threads(run.budget.workers):
        return _shared(instance.view, run)


def _shared(view: View, run: Run) -> Answer:
    barrier = OrbitsBarrier(view, symmetry.edge_classes(view))
    proof: MessagesCertificate | EmbeddingCertificate
    if barrier.is_messages:
        accuracy = max(ACCURACY, 0.03 * run.budget.gap)
        point, pull = follow_resistances(barrier, accuracy, lambda: run.stopping() is not None)
        proof = _messages(view, barrier, point, pull)
    else:
        point = _follow(barrier, run)
        proof = _mixing(view, barrier, point)
    rate = point[:-1][barrier.label]
    value = bound_of(view, proof)
    share = 1.0 if view.total is None else view.total
    return Answer(
        plan=RatesPlan(rate=rate * share / float(view.cost @ rate)),
        certificate=None if value is None else proof.model_copy(update={"value": value}),
        stopped_by=run.stopping(),
        notes=(f"{view.edges:,} edges share {barrier.count} rates.",),
    )


def _follow(barrier: OrbitsBarrier, run: Run) -> FloatArray:
    """Return the centre at which the gap is below `ACCURACY`, or the last before time is up."""
    point = barrier.start()
    accuracy, weight = max(ACCURACY, 0.03 * run.budget.gap), 1 / float(point[-1])
    while True:
        point = centre(barrier, point, weight, lambda: run.stopping() is not None)
        if barrier.constraints / weight <= accuracy * float(point[-1]) or run.stopping():
            return point
        weight *= GROWTH


def _messages(
    view: View, barrier: OrbitsBarrier, point: FloatArray, pull: FloatArray
) -> MessagesCertificate:
    """Return the multipliers of the resistances, spread evenly over each class."""
    label, size = barrier.label, np.bincount(barrier.label)
    theta, rate = (pull / size)[label] / float(pull.sum()), point[:-1][label]
    points = factor(barrier.inverse(point))
    terms = price_messages(view, points, theta, rate)
    assert terms is not None, "the centre has positive multipliers"
    beta = balance(terms[0] / view.cost, terms[1] / view.cost)
    return MessagesCertificate(value=0.0, points=points, theta=theta, reference=rate, beta=beta)


def _mixing(view: View, barrier: OrbitsBarrier, point: FloatArray) -> EmbeddingCertificate:
    points = factor(barrier.inverse(point))
    difference = points[view.ends[:, 0]] - points[view.ends[:, 1]]
    price = float(((difference * difference).sum(axis=1) / view.cost).max())
    return EmbeddingCertificate(value=0.0, points=points, total_price=price)


def factor(matrix: FloatArray) -> FloatArray:
    """Return points X, shape (n, r), with X X^T close to a positive matrix, in few dimensions."""
    from scipy.linalg import eigh

    values, vectors = eigh(matrix)
    order = np.argsort(values)[::-1]
    kept = order[values[order] > 1e-12 * values[order[0]]][:RANK]
    points: FloatArray = vectors[:, kept] * np.sqrt(values[kept])
    return points
