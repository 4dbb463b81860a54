"""Bounds that no plan passes, each recomputed from stored points, multipliers or rates.

Whatever numbers are put in, what comes out is a bound; good numbers make it tight.
"""

import math
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.rounding import lower, upper
from planner.models.gossip_rates.expanders import is_too_wide
from planner.models.gossip_rates.laplacian import components, coupling, pseudo_inverse
from planner.models.gossip_rates.prices import Prices, most_worth
from planner.models.gossip_rates.scale import centred, size_of
from planner.models.gossip_rates.total_resistance import inverse_slopes
from planner.models.gossip_rates.view import View

INVERSE = 1e-12
"""Relative error allowed for where a bound rests on the inverse of a Laplacian."""
BLOCK = 4_000_000
"""Coordinates of edges held at a time."""


def squared_lengths(points: FloatArray, ends: IntArray) -> FloatArray:
    """Return |x_i - x_j|^2 of every edge, shape (m,)."""
    found = np.empty(len(ends))
    edges = max(1, BLOCK // max(1, points.shape[1]))
    for first in range(0, len(ends), edges):
        i, j = ends[first : first + edges].T
        difference = points[i] - points[j]
        found[first : first + edges] = (difference * difference).sum(axis=1)
    return found


def stretches(view: View, points: FloatArray) -> FloatArray | None:
    """Return |x_i - x_j|^2 / sum |x_i|^2 of the centred points, `None` without a spread.

    The second eigenvalue of any rates is at most their sum, weighted by the rates.
    """
    found = centred(points)
    if found is None:
        return None
    ((scaled,), _) = found
    return squared_lengths(scaled, view.ends) / float((scaled * scaled).sum())


def mixing_bound(view: View, points: FloatArray, prices: Prices) -> float | None:
    """Return an upper bound on lambda_2 of every plan within the limits.

    `None` where the points have no spread, or the prices leave an edge free that no limit holds.
    """
    found = centred(points)
    if found is None:
        return None
    ((scaled,), size) = found
    # Lengths are squared: the prices that pay for them are divided twice.
    paid = prices.times(1 / size).times(1 / size)
    most = most_worth(view, squared_lengths(scaled, view.ends), paid)
    spread = float((scaled * scaled).sum())
    return None if most is None else upper(most / spread, points.size + 8)


def floor_of_messages(view: View, points: FloatArray) -> float | None:
    """Return a lower bound on the messages of every plan, also of those that drop edges.

    By Foster's theorem the resistances weighted by their rates sum to n - 1, so that
    F^2 >= (n - 1) / (sum of rates * lambda_2) at a total cost of 1; the product is at most
    max_k [(a + h_k / a) / (2 c_k)]^2 for every a > 0, by the inequality of the two means. With unit
    costs that is sqrt((n - 1) / lambda_2*).
    """
    stretch = stretches(view, points)
    if stretch is None:
        return None
    cost, longest = view.cost[view.usable], stretch[view.usable]
    a = balance(longest / cost, 1 / cost)
    most = float(((a + longest / a) / cost).max()) / 2
    return lower(math.sqrt(view.nodes - 1) / most, points.size + 16)


@dataclass(frozen=True, slots=True)
class Terms:
    """What multipliers make of each edge, with X and theta scaled to trace 1 and sum 1."""

    stretch: FloatArray
    """b_k^T X b_k, shape (m,)."""
    square: FloatArray
    """sum_e theta_e G_ek^2 at reference rates whose largest is 1, shape (m,)."""
    resistance: float
    """sum_e theta_e G_ee at those rates."""
    rate: float
    """The largest reference rate; G at the rates as given is smaller by it."""


def _terms(view: View, points: FloatArray, theta: FloatArray, rate: FloatArray) -> Terms | None:
    """Return the terms of multipliers, `None` where the numbers make no sense.

    Negative weights, no weight, rates that are not positive, points without a spread, a network in
    pieces.
    """
    used, stretch = view.usable, stretches(view, points)
    weight, size = size_of(theta), size_of(rate)
    if stretch is None or weight is None or size is None:
        return None
    if (theta < 0).any() or theta[~used].any() or not _suits(view, rate / size):
        return None
    square = np.zeros(view.edges)
    inverse = pseudo_inverse(view.nodes, view.ends[used], rate[used] / size)
    weights = theta[used] / weight
    weights = weights / weights.sum()
    square[used], own = coupling(inverse, view.ends[used], weights)
    return Terms(stretch, square, float(weights @ own), size)


def _suits(view: View, rate: FloatArray) -> bool:
    """Return whether every usable edge has a rate, no other has, and they join the network."""
    used = view.usable
    if (rate[used] <= 0).any() or rate[~used].any():
        return False
    return bool(components(view.nodes, view.ends[used]).max() == 0)


def price_messages(
    view: View, points: FloatArray, theta: FloatArray, rate: FloatArray
) -> tuple[FloatArray, FloatArray, float] | None:
    """Return b_k^T X b_k and sum_e theta_e G_ek^2 of each edge, and sum_e theta_e G_ee.

    X and theta are scaled to trace 1 and sum 1. `None` where the numbers make no sense: negative
    weights, no weight, rates that are not positive, points without a spread, a network in pieces.
    """
    terms = _terms(view, points, theta, rate)
    if terms is None:
        return None
    return terms.stretch, terms.square / terms.rate / terms.rate, terms.resistance / terms.rate


def messages_bound(
    view: View, points: FloatArray, theta: FloatArray, rate: FloatArray, beta: float
) -> float | None:
    """Return a lower bound on the messages of every plan that keeps all edges.

    `None` where the numbers give none, see `price_messages`.
    """
    terms = _terms(view, points, theta, rate) if beta > 0 else None
    if terms is None:
        return None
    b = beta / terms.rate
    worth = ((terms.stretch + b * b * terms.square) / view.cost)[view.usable]
    return 2 * b * terms.resistance / float(worth.max()) * (1 - INVERSE)


def gradient_bound(
    view: View,
    points: FloatArray,
    theta: FloatArray,
    rate: FloatArray,
    beta: float,
    prices: Prices,
) -> float | None:
    """Return an upper bound on sqrt(lambda_2 / R_max) of plans that keep all edges.

    Rates scaled so that every R_e <= lambda_2 are worth at least 2 beta sum theta_e G_ee; within
    the limits they are worth `most_worth`, and the ratio is how far they must be scaled down.
    """
    terms = _terms(view, points, theta, rate) if beta > 0 else None
    if terms is None:
        return None
    b = beta / terms.rate
    most = most_worth(view, terms.stretch + b * b * terms.square, prices)
    return None if most is None else most / (2 * b * terms.resistance) * (1 + INVERSE)


def ceiling_of_gradient_rate(view: View, points: FloatArray) -> float | None:
    """Return an upper bound on sqrt(lambda_2 / R_max) of every plan, also of those that drop edges.

    With Foster's theorem its square is at most lambda_2 (sum of rates) / (n - 1), and the root of
    that product at most sum_k lambda_k (a + h_k / a) / 2 for every a > 0. `None` where the points
    all coincide, or where no limit holds an edge.
    """
    stretch = stretches(view, points)
    if stretch is None:
        return None
    cost, longest = view.cost[view.usable], stretch[view.usable]
    a = balance(longest / cost, 1 / cost)
    most = most_worth(view, (a + stretch / a) / 2, Prices(0.0, np.zeros(0)))
    size = points.size + 8 * view.edges + 64
    return None if most is None else upper(most / math.sqrt(view.nodes - 1), size)


def resistance_bound(view: View, rate: FloatArray, prices: Prices) -> float | None:
    """Return a lower bound on n tr L^+ of every plan within the limits, `None` without one.

    The function is convex and of degree -1: with the gradient -n |L^+ b_k|^2 at any rates, rates
    lambda have at least R^2 / sum_k lambda_k n |L^+ b_k|^2 (Ghosh, Boyd, Saberi 2008).
    """
    used, size = view.usable, size_of(rate)
    if size is None or not _suits(view, rate / size) or is_too_wide(view.nodes, view.ends[used]):
        return None
    worth = np.zeros(view.edges)
    trace, worth[used] = inverse_slopes(view.nodes, view.ends[used], rate[used] / size)
    # An edge is worth what it takes off the value, as a share: one over a rate, as prices are.
    value, worth = view.nodes * trace, worth / trace
    most = most_worth(view, worth, prices.times(size))
    return None if most is None or most <= 0 else value / most * (1 - INVERSE)


def radius_bound(
    view: View, positive: FloatArray, negative: FloatArray, price: FloatArray
) -> float | None:
    """Return a lower bound on the spectral radius of I - L(w) - 11^T / n over the weights w.

    With Z = P P^T - N N^T, both centred, the radius times the traces of P P^T and N N^T is at least
    <Z, I - L(w)>. `price` is empty for free weights; of those, none above 1 in absolute value can
    matter, as a radius of at most 1 keeps every entry of I - L - 11^T / n within 1, and 1 / n more.
    For Markov chains the prices pay for diagonals of L of at most 1.
    """
    # A matrix without positive or without negative eigenvalues leaves no columns on that side.
    sides = [part if part.size else np.zeros((view.nodes, 1)) for part in (positive, negative)]
    if any(len(part) != view.nodes for part in sides):
        return None
    if (found := centred(*sides)) is None:
        return None
    (plus, minus), size = found
    up, down = float((plus * plus).sum()), float((minus * minus).sum())
    worth = squared_lengths(plus, view.ends) - squared_lengths(minus, view.ends)
    worth = np.where(view.usable, worth, 0.0)
    if len(price):
        raised = np.maximum(price / size / size, 0.0)
        i, j = view.ends.T
        np.maximum.at(raised, i, worth - raised[j])
        spent = float(raised.sum())
    else:
        spent = float(np.abs(worth).sum()) * (1 + 1 / view.nodes)
    radius = (up - down - spent) / (up + down)
    return max(lower(radius, positive.size + negative.size + view.edges), 0.0)


def balance(rising: FloatArray, falling: FloatArray) -> float:
    """Return the b > 0 with the least max(rising / b + falling b), by golden section.

    The function is convex in log b.
    """
    start = 0.5 * math.log(float(rising.max()) / float(falling.max()))
    low, high = start - 40.0, start + 40.0

    def loss(place: float) -> float:
        return float((rising * math.exp(-place) + falling * math.exp(place)).max())

    golden = (math.sqrt(5) - 1) / 2
    left, right = high - golden * (high - low), low + golden * (high - low)
    at_left, at_right = loss(left), loss(right)
    for _ in range(90):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - golden * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + golden * (high - low)
            at_right = loss(right)
    return math.exp((low + high) / 2)
