"""Condensed Newton: exact rates for networks of up to some thousand edges."""

from collections.abc import Callable

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.bounds import messages_bound, price_messages
from planner.models.gossip_rates.certificate import EmbeddingCertificate, MessagesCertificate
from planner.models.gossip_rates.check import bound_of
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.plan import RatesPlan
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.gossip_rates.answers import infeasible
from planner.solvers.gossip_rates.centre import Barrier, centre
from planner.solvers.gossip_rates.messages_barrier import MessagesBarrier
from planner.solvers.gossip_rates.mixing_barrier import MixingBarrier

MOST_EDGES = 5_000
GROWTH = 20.0
"""Factor by which the weight of the objective grows from one centre to the next."""
ACCURACY = 3e-8
"""Relative gap at which following the centres ends; rounding spoils what lies far below."""
RANK = 64
"""Most dimensions of stored points, beyond 200 nodes."""


def refuses(instance: GossipRates) -> str | None:
    """Return why Newton's method is not for an instance, or `None`."""
    view = instance.view
    if view.objective not in ("fewest_messages", "fastest_mixing"):
        return f"it does not know the objective `{view.objective}`"
    if view.is_matching:
        return "rounds of matchings are for `matching_rounds`"
    if view.edges > MOST_EDGES:
        return f"there are {view.edges:,} edges, more than {MOST_EDGES:,}"
    return None


def solve(instance: GossipRates, run: Run) -> Answer:
    """Return the best rates with points and multipliers that prove them."""
    view = instance.view
    if (nothing := infeasible(instance)) is not None:
        return nothing
    solve_one = _messages if view.objective == "fewest_messages" else _mixing
    return solve_one(view, run)


def follow(
    barrier: Barrier,
    point: FloatArray,
    scale: Callable[[FloatArray], float],
    constraints: int,
    run: Run,
) -> FloatArray:
    """Return the last centre reached: gap below `ACCURACY` (or the gap asked), or time is up."""
    accuracy = max(ACCURACY, 0.03 * run.budget.gap)
    # From nearly the analytic centre: starting with more weight takes far more steps.
    weight = 1 / scale(point)
    while True:
        point = centre(barrier, point, weight, lambda: run.stopping() is not None)
        if constraints / weight <= accuracy * scale(point) or run.stopping() is not None:
            return point
        weight *= GROWTH


def _messages(view: View, run: Run) -> Answer:
    barrier = MessagesBarrier(view)
    cost = view.cost
    point = follow(
        barrier, barrier.start(), lambda p: float(cost @ p[:-1]), barrier.constraints, run
    )
    rate = point[:-1]
    points, theta = factor(barrier.inverse(point), view.nodes), barrier.theta(point)
    worth, square, resistance = price_messages(view, points, theta, rate)
    beta = _best_beta(view, worth, square, resistance)
    value = messages_bound(view, points, theta, rate, beta)
    proof = None
    if value is not None:
        proof = MessagesCertificate(
            value=value, points=points, theta=theta, reference=rate, beta=beta
        )
    return Answer(
        plan=RatesPlan(rate=rate / float(cost @ rate)),
        certificate=proof,
        stopped_by=run.stopping(),
        notes=("The bound is for plans that keep every edge; `prune` may drop some.",),
    )


def _mixing(view: View, run: Run) -> Answer:
    barrier = MixingBarrier(view)
    start = barrier.start()
    if start is None:
        return Answer(notes=("The least rates use up a limit; no rates in between were found.",))
    point = follow(barrier, start, lambda p: float(p[-1]), barrier.constraints, run)
    total, node = barrier.prices(point)
    proof = EmbeddingCertificate(
        value=0.0,
        points=factor(barrier.inverse(point), view.nodes),
        total_price=total,
        node_price=node,
    )
    value = bound_of(view, proof)
    return Answer(
        plan=RatesPlan(rate=_stretch(view, barrier, point[:-1])),
        certificate=None if value is None else proof.model_copy(update={"value": value}),
        stopped_by=run.stopping(),
    )


def _stretch(view: View, barrier: MixingBarrier, rate: FloatArray) -> FloatArray:
    """Return the rates scaled up to the first limit."""
    room = [1 / float((barrier.rows @ rate).max())] if len(barrier.rows) else []
    if barrier.capped.any():
        room.append(float((view.most / rate)[barrier.capped].min()))
    return rate * min(room) if room else rate


def factor(matrix: FloatArray, nodes: int) -> FloatArray:
    """Return points X with X X^T close to a positive matrix, in few dimensions."""
    from scipy.linalg import eigh

    values, vectors = eigh(matrix)
    order = np.argsort(values)[::-1]
    heavy = order[values[order] > 1e-12 * values[order[0]]]
    kept = heavy if nodes <= 200 else heavy[:RANK]
    points: FloatArray = vectors[:, kept] * np.sqrt(values[kept])
    return points


def _best_beta(
    view: View, worth: FloatArray, square: FloatArray, resistance: float
) -> float:
    """Return the beta with the best bound: 2 beta r / max((worth + beta^2 square) / c).

    The bound's inverse is a maximum of functions a / beta + b beta, convex in log beta.
    """
    low, high = -60.0, 60.0
    a, b = worth / view.cost, square / view.cost

    def loss(z: float) -> float:
        return float((a * np.exp(-z) + b * np.exp(z)).max())

    golden = (np.sqrt(5) - 1) / 2
    while high - low > 1e-12:
        third = golden * (high - low)
        if loss(high - third) < loss(low + third):
            high = low + third
        else:
            low = high - third
        if third < 1e-12:
            break
    return float(np.exp((low + high) / 2))
