"""Fastest mixing on large networks: points in few dimensions, and rates that they prove."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.bounds import mixing_bound, squared_lengths
from planner.models.gossip_rates.certificate import EmbeddingCertificate
from planner.models.gossip_rates.expanders import is_wide
from planner.models.gossip_rates.instance import GossipRates
from planner.models.gossip_rates.laplacian import (
    dense_laplacian,
    fiedler,
    lowest_vectors,
    solver,
)
from planner.models.gossip_rates.plan import RatesPlan
from planner.models.gossip_rates.prices import Prices
from planner.models.gossip_rates.view import NO_LIMIT, View
from planner.solvers.contract import Answer, Run
from planner.solvers.engines.threads import blas_threads
from planner.solvers.gossip_rates.answers import infeasible
from planner.solvers.gossip_rates.clocks import REFUSAL
from planner.solvers.gossip_rates.deadline import Deadline, recheck_seconds
from planner.solvers.gossip_rates.first_plan import distances
from planner.solvers.gossip_rates.lowrank_descent import descend
from planner.solvers.gossip_rates.lowrank_energy import Energy

LAST_ORDER = 2.0**16
STEPS, ROUNDS = 60, 20
"""Steps between two factorisations of the preconditioner, and factorisations for one order."""
TOLERANCE = 1e-10
"""A step that promises less than this relative improvement ends an order."""
RANK, MOST_RANK = 3, 48
SADDLE = 3e-3
"""Points leave a saddle if lambda_2 lies this far below the value that they claim."""
FLOOR = 1e-8
"""Share of the budget that is spread over all edges, so that none is without a rate."""


@dataclass(frozen=True, slots=True)
class Unfolding:
    """Rates of the full budget with their lambda_2, points with the bound that they prove."""

    rate: FloatArray
    mixing: float
    points: FloatArray
    bound: float

    @property
    def gap(self) -> float:
        """How far the rates can be from optimal."""
        return self.bound / self.mixing - 1 if self.mixing > 0 else np.inf


def refuses(instance: GossipRates) -> str | None:
    """Return why an instance is not for points in few dimensions, or `None`."""
    view = instance.view
    if view.objective != "fastest_mixing":
        return f"it knows `fastest_mixing`, not `{view.objective}`"
    return limited(view)


def limited(view: View) -> str | None:
    """Return which limit besides the total cost an instance has, or `None`."""
    if view.concurrency is not None or view.is_matching or view.total is None:
        return "it knows no limit but `budget.total`; `newton` knows others"
    if view.least.any() or (view.most < NO_LIMIT).any():
        return "it knows no least and most rates of edges; `newton` does"
    if view.clock is not None:
        return REFUSAL
    if view.count is not None:
        return "it cannot leave edges out to keep to their number"
    return None


def solve(instance: GossipRates, run: Run) -> Answer:
    """Return rates with a large second eigenvalue, and points that bound every other."""
    if (nothing := infeasible(instance)) is not None:
        return nothing
    view = instance.view

    def tell(found: Unfolding) -> None:
        run.report(
            "unfolding", answer=answer(view, found), objective=found.mixing, bound=found.bound
        )

    end = Deadline(run, recheck_seconds(view))
    with blas_threads(run.budget.workers):
        found = unfold(view, run, tell, end=end)
    stopped = end.ended_by if found.gap > run.budget.gap else None
    return replace(answer(view, found), stopped_by=stopped, deterministic=stopped is None)


def answer(view: View, found: Unfolding) -> Answer:
    """Return the rates and points of an unfolding as an answer."""
    return Answer(
        plan=RatesPlan(rate=found.rate),
        certificate=certificate(view, found),
        objective=found.mixing,
    )


def certificate(view: View, found: Unfolding) -> EmbeddingCertificate:
    """Return the points of an unfolding with the price of cost that they need."""
    points = found.points
    price = float((squared_lengths(points, view.ends) / view.cost).max())
    return EmbeddingCertificate(value=found.bound, points=points, total_price=price)


def unfold(
    view: View,
    run: Run,
    tell: Callable[[Unfolding], None] = lambda found: None,
    gap: float = 0.0,
    end: Deadline | None = None,
) -> Unfolding:
    """Return the best rates and the best points found, until `gap` or the run's is reached.

    The order of the norm doubles up to `LAST_ORDER`; each order starts from the
    points of the one before, the first from the lowest eigenvectors of uniform rates.
    """
    end = end or Deadline(run)
    energy, precondition = Energy(view), _preconditioner(view)
    points, begun = _start(view), run.elapsed()
    best = _judge(view, 1 / view.cost, points)
    if (tight := _bound(view, line := distances(view))) < best.bound:
        best = replace(best, points=line, bound=tight)
    # The points of the last order are judged after their time is up.
    end = end.earlier(run.elapsed() - begun)
    while True:
        tell(best)
        points = _settle(energy, points, precondition, end)
        if (tight := _bound(view, points)) < best.bound:
            best = replace(best, points=points, bound=tight)
            tell(best)
        best = _better(best, _judge(view, energy.slope(points).rate, points))
        if best.gap <= max(gap, run.budget.gap) or energy.order >= LAST_ORDER or end.stopping():
            tell(best)
            return best
        points = _leave_saddle(energy, points)
        energy.order *= 2


Precondition = Callable[[FloatArray], FloatArray]


def _preconditioner(view: View) -> Callable[[FloatArray], Precondition]:
    """Return what makes an approximate inverse of the Laplacian of any rates.

    Where factors would fill up the network mixes fast, and its diagonal is close enough.
    """

    def scaled(rate: FloatArray) -> Precondition:
        load = np.bincount(view.ends.ravel(), np.repeat(rate, 2), view.nodes)[:, None]
        return lambda right: right / load

    def factorised(rate: FloatArray) -> Precondition:
        inverse: Precondition = solver(view.nodes, view.ends, rate)
        return inverse

    return scaled if is_wide(view.nodes, view.ends) else factorised


def _settle(
    energy: Energy,
    points: FloatArray,
    precondition: Callable[[FloatArray], Precondition],
    end: Deadline,
) -> FloatArray:
    """Return the points of a minimum of one order."""
    for _ in range(ROUNDS):
        points = points / np.linalg.norm(points)
        rate = energy.slope(points).rate
        inverse = precondition(np.maximum(rate, 1e-6 * float(rate.max())))
        points, taken = descend(
            energy, points, inverse, STEPS, TOLERANCE, lambda: end.stopping() is not None
        )
        if taken <= 1 or end.stopping():
            break
    return points


def _judge(view: View, rate: FloatArray, points: FloatArray) -> Unfolding:
    """Return what rates and points are worth, recomputed as a checker would."""
    uniform = np.full(view.edges, 1 / float(view.cost.sum()))
    rate = (1 - FLOOR) * rate / float(view.cost @ rate) + FLOOR * uniform
    rate *= view.total or 1.0
    mixing, _ = fiedler(view.nodes, view.ends, rate)
    return Unfolding(rate, mixing, points, _bound(view, points))


def _bound(view: View, points: FloatArray) -> float:
    """Return what points prove about lambda_2 of any rates."""
    price = float((squared_lengths(points, view.ends) / view.cost).max())
    bound = mixing_bound(view, points, Prices(price, np.zeros(0)))
    assert bound is not None, "distinct points bound every rate"
    return bound


def _better(best: Unfolding, found: Unfolding) -> Unfolding:
    """Return the better rates with the better points."""
    fast = found if found.mixing > best.mixing else best
    tight = found if found.bound < best.bound else best
    return Unfolding(fast.rate, fast.mixing, tight.points, tight.bound)


def _start(view: View) -> FloatArray:
    """Return the lowest eigenvectors of uniform rates, the slowest spread furthest."""
    count = min(RANK, view.nodes - 1)
    values, vectors = lowest(view, 1 / view.cost, count)
    points: FloatArray = vectors * np.sqrt(values[0] / values)
    return points


def _leave_saddle(energy: Energy, points: FloatArray) -> FloatArray:
    """Return points with more dimensions where those they have are too few.

    At a minimum the points span the lowest eigenspace of their rates. Eigenvectors of lower
    eigenvalues are directions in which the points can still spread.
    """
    view, rank = energy.view, points.shape[1]
    room = min(MOST_RANK, view.nodes - 1) - rank
    if room <= 0 or energy.order > 256:
        return points
    claimed = 1 / float((points * points).sum())
    values, vectors = lowest(view, energy.slope(points).rate, min(room, max(2, rank // 2)))
    lower = values < (1 - SADDLE) * claimed
    size = 0.1 * float(np.linalg.norm(points)) / np.sqrt(rank)
    return np.hstack([points, size * vectors[:, lower]])


def lowest(view: View, rate: FloatArray, count: int) -> tuple[FloatArray, FloatArray]:
    """Return the smallest positive eigenvalues, ascending, and their eigenvectors (n, count)."""
    rate = np.maximum(rate, FLOOR * float(rate.max()))
    if view.nodes <= 200:
        from scipy.linalg import eigh

        span = [1, count]
        values, vectors = eigh(dense_laplacian(view.nodes, view.ends, rate), subset_by_index=span)
        return values, vectors
    return lowest_vectors(view.nodes, view.ends, rate, count, 1e-6)
