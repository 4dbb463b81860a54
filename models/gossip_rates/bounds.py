"""Bounds that no plan passes, each recomputed from stored points, multipliers or rates.

Whatever numbers are put in, what comes out is a bound; good numbers make it tight.
"""

import math

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.rounding import lower, upper
from planner.models.gossip_rates.laplacian import components, coupling, pseudo_inverse
from planner.models.gossip_rates.prices import Prices, most_worth
from planner.models.gossip_rates.view import View

INVERSE = 1e-12
"""Relative error allowed for where a bound rests on the inverse of a Laplacian."""
LEAST_SPREAD = 1e-200
"""Squares of closer points have too few digits for relative errors to bound what is rounded."""
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


def about_mean(points: FloatArray) -> FloatArray:
    """Return points about their mean, shape (n, r).

    The first point is taken off before: of an offset that all share, rounding of the mean would
    leave a part, and spread out points that are close to each other.
    """
    shifted = points - points[:1]
    result: FloatArray = shifted - shifted.mean(axis=0)
    return result


def stretches(view: View, points: FloatArray) -> FloatArray | None:
    """Return |x_i - x_j|^2 / sum |x_i|^2 of the centred points, `None` where all coincide.

    The second eigenvalue of any rates is at most their sum, weighted by the rates.
    """
    centred = about_mean(points)
    spread = float((centred * centred).sum())
    return squared_lengths(centred, view.ends) / spread if spread > LEAST_SPREAD else None


def mixing_bound(view: View, points: FloatArray, prices: Prices) -> float | None:
    """Return an upper bound on lambda_2 of every plan within the limits.

    `None` where the points all coincide, or the prices leave an edge free that no limit holds.
    """
    centred = about_mean(points)
    spread = float((centred * centred).sum())
    if spread <= LEAST_SPREAD:
        return None
    most = most_worth(view, squared_lengths(centred, view.ends), prices)
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


def price_messages(
    view: View, points: FloatArray, theta: FloatArray, rate: FloatArray
) -> tuple[FloatArray, FloatArray, float] | None:
    """Return b_k^T X b_k and sum_e theta_e G_ek^2 of each edge, and sum_e theta_e G_ee.

    X and theta are scaled to trace 1 and sum 1. `None` where the numbers make no sense: negative
    weights, no weight, rates that are not positive, points that all coincide, a network in pieces.
    """
    used, stretch = view.usable, stretches(view, points)
    if stretch is None or (theta < 0).any() or theta[~used].any() or theta.sum() <= 0:
        return None
    if (rate[used] <= 0).any() or rate[~used].any():
        return None
    if components(view.nodes, view.ends[used]).max() > 0:
        return None
    square = np.zeros(view.edges)
    inverse = pseudo_inverse(view.nodes, view.ends[used], rate[used])
    weights = theta[used] / theta.sum()
    square[used], own = coupling(inverse, view.ends[used], weights)
    return stretch, square, float(weights @ own)


def messages_bound(
    view: View, points: FloatArray, theta: FloatArray, rate: FloatArray, beta: float
) -> float | None:
    """Return a lower bound on the messages of every plan that keeps all edges.

    `None` where the numbers give none, see `price_messages`.
    """
    terms = price_messages(view, points, theta, rate) if beta > 0 else None
    if terms is None:
        return None
    stretch, square, resistance = terms
    worth = ((stretch + beta * beta * square) / view.cost)[view.usable]
    return 2 * beta * resistance / float(worth.max()) * (1 - INVERSE)


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
    terms = price_messages(view, points, theta, rate) if beta > 0 else None
    if terms is None:
        return None
    stretch, square, resistance = terms
    most = most_worth(view, stretch + beta * beta * square, prices)
    return None if most is None else most / (2 * beta * resistance) * (1 + INVERSE)


def resistance_bound(view: View, rate: FloatArray, prices: Prices) -> float | None:
    """Return a lower bound on n tr L^+ of every plan within the limits, `None` without one.

    The function is convex and of degree -1: with the gradient -n |L^+ b_k|^2 at any rates, rates
    lambda have at least R^2 / sum_k lambda_k n |L^+ b_k|^2 (Ghosh, Boyd, Saberi 2008).
    """
    used = view.usable
    if (rate[used] <= 0).any() or rate[~used].any():
        return None
    if components(view.nodes, view.ends[used]).max() > 0:
        return None
    inverse = pseudo_inverse(view.nodes, view.ends[used], rate[used])
    value = view.nodes * float(np.trace(inverse))
    # Scaled to value / rate, so that the prices do not depend on the unit of the rates.
    worth = view.nodes * squared_lengths(inverse, view.ends) / value
    most = most_worth(view, worth, prices)
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
    plus, minus = (about_mean(part) for part in sides)
    up, down = float((plus * plus).sum()), float((minus * minus).sum())
    if up + down <= LEAST_SPREAD:
        return None
    worth = squared_lengths(plus, view.ends) - squared_lengths(minus, view.ends)
    worth = np.where(view.usable, worth, 0.0)
    if len(price):
        raised = np.maximum(price, 0.0)
        i, j = view.ends.T
        np.maximum.at(raised, i, worth - raised[j])
        spent = float(raised.sum())
    else:
        spent = float(np.abs(worth).sum()) * (1 + 1 / view.nodes)
    found = (up - down - spent) / (up + down)
    return max(lower(found, positive.size + negative.size + view.edges), 0.0)


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
