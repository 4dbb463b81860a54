"""A first-order method for the flow LP: bend shares away from links that are too busy.

Among all ways to serve the pairs within a time T it looks for the one closest (in relative
entropy) to sharing by link rates. Every link has a price that grows while the link needs longer
than T and falls back to zero otherwise (Bregman 1967, "The relaxation method of finding the common
point of convex sets", all links at once and damped). If T is too short the prices grow without
end, in the proportions of lengths that prove it; then T is raised to what they prove.
"""

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

    The prices of the result are lengths that prove its bound, or zero where the degree bound or
    `floor` is better.
    """
    state = _Balance(problem, floor)
    for count in range(rounds + 1):
        busy = state.route()
        if count % LOOK == LOOK - 1:
            state.raise_time()
        is_close = state.best_value <= state.time * (1 + tolerance)
        if is_close or run.stopping() is not None:
            break
        state.bend(busy)
    pair, spine = np.nonzero(state.best)
    amounts = Amounts(problem.source[pair], problem.target[pair], spine, state.best[pair, spine])
    up_price, down_price = state.lengths
    return Spread(highest_load(problem, amounts), amounts, up_price, down_price)


class _Balance:
    """Prices and the best amounts between rounds."""

    def __init__(self, problem: SpreadProblem, floor: float) -> None:
        from scipy.sparse import csr_matrix

        leaves, pairs = len(problem.up), len(problem.amount)
        self._problem = problem
        self._base = share_by_rate(problem) * problem.amount[:, None]
        self._ends = [
            csr_matrix((np.ones(pairs), (end, np.arange(pairs))), shape=(leaves, pairs))
            for end in (problem.source, problem.target)
        ]
        self.time = max(floor, problem.degree())
        """What links should keep: a proven lower bound of the optimum."""
        self._prices = np.zeros(problem.up.shape), np.zeros(problem.up.shape)
        """Logarithm of the price factor of each uplink and downlink; never above zero."""
        self.lengths = np.zeros(problem.up.shape), np.zeros(problem.up.shape)
        """What proves `time`."""
        self.best, self.best_value = self._base, np.inf

    def route(self) -> list[FloatArray]:
        """Share every pair by the prices; return load over rate of uplinks and downlinks."""
        problem, (up, down) = self._problem, self._prices
        amount = self._base * np.exp(up)[problem.source] * np.exp(down)[problem.target]
        amount *= (problem.amount / amount.sum(axis=1))[:, None]
        busy = [
            _relative(end @ amount, rate)
            for end, rate in zip(self._ends, (problem.up, problem.down), strict=True)
        ]
        value = float(max(side.max() for side in busy))
        if value < self.best_value:
            self.best, self.best_value = amount, value
        return busy

    def raise_time(self) -> None:
        """Raise the time to what the prices prove."""
        bound, lengths = prove(self._problem, *self._prices)
        if bound > self.time:
            self.time, self.lengths = bound, lengths

    def bend(self, busy: list[FloatArray]) -> None:
        """Raise the price of links that are too busy, lower that of the others."""
        for price, side in zip(self._prices, busy, strict=True):
            price -= DAMPING * np.log(np.maximum(side / self.time, _LEAST))
            np.minimum(price, 0.0, out=price)


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
