"""Prices of the limits: what they pay for bounds the worth of all rates within the limits."""

from dataclasses import dataclass
from typing import overload

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.rounding import upper
from planner.models.gossip_rates.view import NO_LIMIT, View


@dataclass(frozen=True, slots=True)
class Prices:
    """What a unit of each limit costs; none is negative."""

    total: float
    """Price of a unit of cost."""
    node: FloatArray
    """Price of each node's time, shape (n,), or empty."""
    sets: tuple[tuple[IntArray, float], ...] = ()
    """Odd sets of nodes and the price of an exchange within each."""
    count: float = 0.0
    """Price of taking one more edge, where the number of edges is limited."""
    clock: FloatArray | None = None
    """Price of each node's calls, shape (n,); `None` for none."""

    def times(self, factor: float) -> "Prices":
        """Return all prices times a factor, those that are next to nothing left out."""
        return Prices(
            _price(self.total * factor),
            _price(self.node * factor),
            tuple((nodes, _price(price * factor)) for nodes, price in self.sets),
            _price(self.count * factor),
            None if self.clock is None else _price(self.clock * factor),
        )


FAINT = 1e-150
"""Prices of what is worth about 1 are taken for nothing below it: products with smaller ones lose
digits, and any prices give a bound."""


@overload
def _price(price: float) -> float: ...
@overload
def _price(price: FloatArray) -> FloatArray: ...
def _price(price: float | FloatArray) -> float | FloatArray:
    """Return a price, zero where it is next to nothing."""
    if isinstance(price, np.ndarray):
        found: FloatArray = np.where(price < FAINT, 0.0, price)
        return found
    return 0.0 if price < FAINT else price


def most_worth(view: View, worth: FloatArray, prices: Prices) -> float | None:
    """Return an upper bound on sum rate_e worth_e over all rates within the limits.

    Linear programming duality: whatever a unit of an edge's rate is worth beyond what the limits
    are paid for it, counts as often as the edge can run at most. Prices that are too low for edges
    without a limit of their own are raised, either all together or those of single nodes; `None`
    where neither is possible.
    """
    paid, spent = payment(view, prices.times(1.0))
    free = (view.most == NO_LIMIT) & (worth > 0)
    found = []
    if view.concurrency is not None:
        lifted = np.zeros(view.nodes)
        short = (np.maximum(worth - paid, 0.0) / view.duration)[free]
        np.maximum.at(lifted, _fuller_end(view, view.concurrency)[free], short)
        more = view.duration * lifted[view.ends].sum(axis=1)
        found.append(_counted(view, worth - paid - more, spent + float(view.concurrency @ lifted)))
    if view.total is not None:
        raised = float((np.maximum(worth - paid, 0.0) / view.cost)[free].max(initial=0.0))
        found.append(_counted(view, worth - paid - raised * view.cost, spent + raised * view.total))
    if view.clock is not None:
        # A call comes from either end: both ask at least what is missing.
        lifted = np.zeros(view.nodes)
        short = np.repeat(np.maximum(worth - paid, 0.0)[free], 2)
        np.maximum.at(lifted, view.ends[free].ravel(), short)
        more = lifted[view.ends].min(axis=1)
        found.append(_counted(view, worth - paid - more, spent + float(view.clock @ lifted)))
    if (paid[free] > 0).all():
        raised = max(1.0, float((worth[free] / paid[free]).max())) if free.any() else 1.0
        found.append(_counted(view, worth - raised * paid, raised * spent))
    return min(found) if found else None


def _fuller_end(view: View, concurrency: FloatArray) -> IntArray:
    """Return the end of each edge to which the least rates leave less room, (m,).

    What a node that they fill is paid is no loss: all of it comes back.
    """
    busy = np.bincount(view.ends.ravel(), np.repeat(view.least * view.duration, 2), view.nodes)
    room = (concurrency - busy)[view.ends]
    return np.where(room[:, 1] < room[:, 0], view.ends[:, 1], view.ends[:, 0])


def _counted(view: View, rest: FloatArray, spent: float) -> float:
    """Return what the limits are worth plus what edges with limits of their own add."""
    held = np.where(view.most == NO_LIMIT, 0.0, view.most)
    extra = np.where(rest > 0, rest * held, rest * view.least)
    size = spent + float(np.abs(extra).sum())
    return spent + float(extra.sum()) + upper(size, 8 * view.edges + 64) - size


def payment(view: View, prices: Prices) -> tuple[FloatArray, float]:
    """Return what a unit of rate of each edge pays, and what all limits are worth."""
    paid, spent = np.zeros(view.edges), 0.0
    if view.total is not None:
        paid, spent = prices.total * view.cost, prices.total * view.total
    if view.concurrency is not None and len(prices.node):
        paid = paid + view.duration * prices.node[view.ends].sum(axis=1)
        spent += float(view.concurrency @ prices.node)
    if view.clock is not None and prices.clock is not None:
        # Rates are calls of either end, so that the cheaper end pays at least.
        paid = paid + prices.clock[view.ends].min(axis=1)
        spent += float(view.clock @ prices.clock)
    if view.count is not None:
        choice = (view.least <= 0) & view.usable
        paid = paid + prices.count * choice / np.where(choice, view.most, 1.0)
        spent += prices.count * view.count
    for nodes, price in prices.sets:
        inside = np.isin(view.ends, nodes).all(axis=1)
        paid = paid + price * view.duration * inside
        spent += price * (len(nodes) - 1) / 2
    return paid, spent
