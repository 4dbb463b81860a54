"""Bounds that no plan passes, each recomputed from stored points, multipliers or rates.

Whatever numbers are put in, what comes out is a bound; good numbers make it tight.
"""

import math

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.rounding import lower, upper
from planner.models.gossip_rates.laplacian import gather, pseudo_inverse
from planner.models.gossip_rates.view import NO_LIMIT, View


def squared_lengths(points: FloatArray, ends: IntArray) -> FloatArray:
    """Return |x_i - x_j|^2 of every edge, shape (m,)."""
    difference = points[ends[:, 0]] - points[ends[:, 1]]
    result: FloatArray = (difference * difference).sum(axis=1)
    return result


def mixing_bound(
    view: View,
    points: FloatArray,
    total_price: float,
    node_price: FloatArray,
    odd_sets: tuple[tuple[IntArray, float], ...] = (),
) -> float | None:
    """Return an upper bound on lambda_2 of every plan within the limits.

    `None` where the points all coincide, or the prices leave an edge free that no limit holds.
    Points are centred first; prices that are too low are raised together until they pay for every
    edge without a limit of its own.
    """
    centred = points - points.mean(axis=0)
    spread = float((centred * centred).sum())
    worth = squared_lengths(points, view.ends)
    paid = total_price * view.cost
    spent = 0.0 if view.total is None else view.total * total_price
    if view.total is None:
        paid = np.zeros(view.edges)
    if view.concurrency is not None and len(node_price):
        paid = paid + view.duration * node_price[view.ends].sum(axis=1)
        spent += float(view.concurrency @ node_price)
    for nodes, price in odd_sets:
        inside = np.isin(view.ends, nodes).all(axis=1)
        paid = paid + price * view.duration * inside
        spent += price * (len(nodes) - 1) / 2
    free = (view.most == NO_LIMIT) & (worth > 0)
    if spread <= 0 or bool((free & (paid <= 0)).any()):
        return None
    raised = max(1.0, float((worth[free] / paid[free]).max())) if free.any() else 1.0
    rest = worth - raised * paid
    # An edge that is worth more than its price runs as often as it can, another as little.
    held = np.where(view.most == NO_LIMIT, 0.0, view.most)
    extra = np.where(rest > 0, rest * held, rest * view.least)
    return upper((raised * spent + float(extra.sum())) / spread, 8 * view.edges + 64)


def price_messages(view: View, points: FloatArray, theta: FloatArray, rate: FloatArray) -> tuple[
    FloatArray, FloatArray, float
]:
    """Return what the multipliers of a messages bound come to: per edge b_k^T X b_k and
    sum_e theta_e G_ek^2, and sum_e theta_e G_ee.
    """  # noqa: D205
    centred = points - points.mean(axis=0)
    worth = squared_lengths(points, view.ends) / float((centred * centred).sum())
    weights = theta / theta.sum()
    table = gather(pseudo_inverse(view.nodes, view.ends, rate), view.ends)
    return worth, weights @ (table * table), float(weights @ table.diagonal())


def messages_bound(
    view: View, points: FloatArray, theta: FloatArray, rate: FloatArray, beta: float
) -> float | None:
    """Return a lower bound on the messages of every plan that keeps all edges.

    `None` where the numbers give none: negative weights or rates, or points that all coincide.
    """
    if (theta < 0).any() or (rate <= 0).any() or beta <= 0 or theta.sum() <= 0:
        return None
    if not (points - points.mean(axis=0)).any():
        return None
    worth, square, resistance = price_messages(view, points, theta, rate)
    most = float(((worth + beta * beta * square) / view.cost).max())
    # The inverse of the Laplacian carries the largest error; 1e-12 is far above it.
    return 2 * beta * resistance / most * (1 - 1e-12) if most > 0 else None


def floor_of_messages(view: View, mixing: float) -> float:
    """Return a lower bound on the messages of every plan, also of those that drop edges.

    `mixing` bounds lambda_2 for a total cost of 1. By Foster's theorem the resistances weighted by
    their rates sum to n - 1, so the largest is at least (n - 1) times the least cost.
    """
    return lower(math.sqrt((view.nodes - 1) * float(view.cost.min()) / mixing), 8)


def resistance_bound(view: View, rate: FloatArray) -> float | None:
    """Return a lower bound on n tr L^+ for a total cost within the budget, `None` without one.

    The function is convex and of degree -1: with the gradient -n |L^+ b_k|^2 at any rates it is at
    least R^2 / (C max_k n |L^+ b_k|^2 / c_k) (Ghosh, Boyd, Saberi 2008).
    """
    if view.total is None or (rate <= 0).any():
        return None
    inverse = pseudo_inverse(view.nodes, view.ends, rate)
    i, j = view.ends.T
    slope = view.nodes * ((inverse[i] - inverse[j]) ** 2).sum(axis=1) / view.cost
    value = view.nodes * float(np.trace(inverse))
    return value * value / (view.total * float(slope.max())) * (1 - 1e-12)


def radius_bound(
    view: View, positive: FloatArray, negative: FloatArray, price: FloatArray
) -> float | None:
    """Return a lower bound on the spectral radius of I - L(w) - 11^T / n over the weights w.

    `price` is empty for free weights. Terms in w that do not vanish exactly are charged at the
    largest weight that can matter, 2 (any larger one gives a radius above 1).
    """
    if len(positive) != view.nodes or len(negative) != view.nodes:
        return None
    norm = float((positive * positive).sum() + (negative * negative).sum())
    if norm <= 0:
        return None
    plus, minus = (side - side.mean(axis=0) for side in (positive, negative))
    value = float((plus * plus).sum() - (minus * minus).sum())
    slope = squared_lengths(minus, view.ends) - squared_lengths(plus, view.ends)
    if len(price):
        # For w >= 0 with sum of w at each node at most 1: only negative slopes must be paid for.
        paid = slope + price[view.ends].sum(axis=1)
        shortfall = np.minimum(paid, 0.0)
        raised = price.copy()
        np.subtract.at(raised, view.ends[:, 0], shortfall)
        return (value - float(np.maximum(raised, 0).sum())) / norm
    return (value - 2 * float(np.abs(slope).sum())) / norm
