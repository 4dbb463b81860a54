"""A first-order method for the flow LP: bend shares away from links that are too busy.

Among all ways to serve the pairs within a time T it looks for the one closest (in relative
entropy) to sharing by link rates. Every link has a price that grows while the link needs longer
than T and falls back to zero otherwise (Bregman 1967, "The relaxation method of finding the common
point of convex sets", all links at once and damped). If T is too short the prices grow without
end, in the proportions of lengths that prove it; then T is raised to what they prove.
"""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.solvers.contract import Run
from planner.solvers.flow_splitting.linear.items import Amounts
from planner.solvers.flow_splitting.linear.spread import SpreadProblem
from planner.solvers.flow_splitting.linear.spread_solve import Spread, highest_load

DAMPING = 0.7
"""Share of a link's excess that one round takes off; both ends of a path act at once."""
LOOK = 10
"""Rounds between two looks at the bound that the prices prove."""
_LEAST = 1e-6
"""Relative loads below this are taken as this, so that prices stay finite."""


@dataclass
class _State:
    """Shares and prices between rounds."""

    time: float
    """Proven lower bound of the optimum: the time that links should keep."""
    up: FloatArray
    """Logarithm of the price factor of each uplink [leaf, spine]; never above zero."""
    down: FloatArray


def share_by_rate(problem: SpreadProblem) -> FloatArray:
    """Return share[pair, spine] in proportion to the scarcer of the two links of each path."""
    up, down = (
        rate / np.maximum(rate.sum(axis=1, keepdims=True), np.finfo(float).tiny)
        for rate in (problem.up, problem.down)
    )
    width = np.minimum(up[problem.source], down[problem.target])
    return np.asarray(width / width.sum(axis=1, keepdims=True))


def balance(
    problem: SpreadProblem, run: Run, *, floor: float, tolerance: float, rounds: int
) -> Spread:
    """Spread the pairs so that the busiest link is done soon, and prove how soon is possible.

    Parameters
    ----------
    floor
        A time that is proven to be needed, or below which nothing is gained.
    tolerance
        Relative gap to the proven time at which to stop.
    rounds
        Most rounds; each costs a few operations per pair and spine.

    The prices of the result are lengths that prove its bound; it is `stopped_by` whatever ended
    the rounds early.
    """
    from scipy.sparse import csr_matrix

    leaves, pairs = len(problem.up), len(problem.amount)
    ends = [
        csr_matrix((np.ones(pairs), (end, np.arange(pairs))), shape=(leaves, pairs))
        for end in (problem.source, problem.target)
    ]
    base = share_by_rate(problem) * problem.amount[:, None]
    reference = max(floor, problem.degree())
    state = _State(reference, np.zeros(problem.up.shape), np.zeros(problem.up.shape))
    best, best_value = base, np.inf
    lengths = np.zeros(problem.up.shape), np.zeros(problem.up.shape)
    for count in range(rounds + 1):
        amount = base * np.exp(state.up)[problem.source] * np.exp(state.down)[problem.target]
        amount *= (problem.amount / amount.sum(axis=1))[:, None]
        busy = [
            _relative(end @ amount, rate)
            for end, rate in zip(ends, (problem.up, problem.down), strict=True)
        ]
        value = float(max(side.max() for side in busy))
        if value < best_value:
            best, best_value = amount, value
        if count % LOOK == LOOK - 1:
            bound, found = prove(problem, state.up, state.down)
            if bound > state.time:
                state.time, lengths = bound, found
        if best_value <= state.time * (1 + tolerance) or run.stopping() is not None:
            break
        for price, side in ((state.up, busy[0]), (state.down, busy[1])):
            price -= DAMPING * np.log(np.maximum(side / state.time, _LEAST))
            np.minimum(price, 0.0, out=price)
    amounts = _listed(problem, best)
    return Spread(
        value=highest_load(problem, amounts),
        amounts=amounts,
        up_price=lengths[0],
        down_price=lengths[1],
        is_vertex=False,
        stopped_by=run.stopping(),
    )


def prove(
    problem: SpreadProblem, up: FloatArray, down: FloatArray
) -> tuple[float, tuple[FloatArray, FloatArray]]:
    """Return the metric bound of the prices as lengths, and the lengths [leaf, spine]."""
    long_up, long_down = (
        np.divide(-price, rate, out=np.zeros_like(price), where=rate > 0)
        for price, rate in ((up, problem.up), (down, problem.down))
    )
    # What a pair pays on its cheapest path; links that are down lead nowhere.
    closed_up = np.where(problem.up > 0, long_up, np.inf)
    closed_down = np.where(problem.down > 0, long_down, np.inf)
    distance = (closed_up[problem.source] + closed_down[problem.target]).min(axis=1)
    offered = float(-(up.sum() + down.sum()))
    bound = float(problem.amount @ distance) / offered if offered > 0 else 0.0
    return bound, (long_up, long_down)


def _relative(load: FloatArray, rate: FloatArray) -> FloatArray:
    """Return load over rate, 0 where there is no link (and so no load)."""
    return np.divide(load, rate, out=np.zeros_like(load), where=rate > 0)


def _listed(problem: SpreadProblem, amount: FloatArray) -> Amounts:
    pair, spine = np.nonzero(amount)
    return Amounts(problem.source[pair], problem.target[pair], spine, amount[pair, spine])
