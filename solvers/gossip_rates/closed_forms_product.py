"""Paths, circles, complete networks and their Cartesian products: grids, tori, hypercubes.

Points that prove the factors stand side by side in the product, each edge as long as in its factor;
their squares add up, so that 1 / lambda_2* = n_2 / l_1 + n_1 / l_2 for factors with the optima l_1
and l_2. Every copy of a factor gets rates that give it the eigenvalue lambda_2* of the whole.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.network import Family
from planner.models.gossip_rates.view import View

MOST_COMPLETE = 1_500
"""A complete network needs as many dimensions as it has nodes."""


@dataclass(frozen=True, slots=True)
class Factor:
    """A network whose best rates and points are known."""

    nodes: int
    mixing: float
    """lambda_2* of a budget of 1."""
    points: FloatArray
    """Centred, no edge longer than 1."""
    rate: FloatArray
    """Rate of the edge from each node to the next, or to all later ones; see `rate_of`."""
    wraps: bool = False

    def rate_of(self, first: IntArray, second: IntArray) -> FloatArray:
        """Return the best rates of edges for a budget of 1."""
        low, high = np.minimum(first, second), np.maximum(first, second)
        closing = self.wraps & (high - low > 1)
        found: FloatArray = self.rate[np.where(closing, high, low)]
        return found


def path(nodes: int) -> Factor:
    """Return the path, whose edge i, i + 1 gets a rate like (i + 1) (n - i - 1)."""
    place = np.arange(nodes, dtype=np.float64)
    weight = (place + 1) * (nodes - place - 1)
    mixing = 12 / (nodes * (nodes**2 - 1))
    return Factor(nodes, mixing, place[:, None] - place.mean(), weight / weight.sum())


def cycle(nodes: int) -> Factor:
    """Return the circle with equal rates."""
    angle = 2 * math.pi * np.arange(nodes) / nodes
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1) / (2 * math.sin(math.pi / nodes))
    mixing = 2 * (1 - math.cos(2 * math.pi / nodes)) / nodes
    return Factor(nodes, mixing, points, np.full(nodes, 1 / nodes), wraps=True)


def complete(nodes: int) -> Factor:
    """Return the complete network, the points a simplex."""
    points = (np.eye(nodes) - 1 / nodes) / math.sqrt(2)
    equal = np.full(nodes, 2 / (nodes * (nodes - 1)))
    return Factor(nodes, 2 / (nodes - 1), points, equal)


def factors_of(family: Family) -> tuple[Factor, ...] | None:
    """Return the factors of a family, slowest number first; `None` for no such product."""
    name, size = family.family, family.size
    if name == "complete" and size[0] > MOST_COMPLETE:
        return None
    makers: dict[str, Callable[[], tuple[Factor, ...]]] = {
        "path": lambda: (path(size[0]),),
        "cycle": lambda: (cycle(size[0]),),
        "complete": lambda: (complete(size[0]),),
        "grid": lambda: tuple(path(side) for side in size if side > 1),
        "torus": lambda: tuple(cycle(side) if side > 2 else path(2) for side in size if side > 1),
        "hypercube": lambda: (path(2),) * size[0],
        "ladder": lambda: tuple(path(side) for side in (2, size[0]) if side > 1),
    }
    return makers[name]() if name in makers else None


def is_even(family: Family) -> bool:
    """Return whether symmetry maps every edge to every other, so that equal rates are best."""
    name, size = family.family, family.size
    if name == "torus":
        return len(set(size)) == 1
    return name in ("cycle", "complete", "complete_bipartite", "hypercube", "star")


def product_mixing(view: View, factors: tuple[Factor, ...]) -> tuple[FloatArray, FloatArray]:
    """Return the best rates, up to scale, and the points that prove them, (m,) and (n, r)."""
    sides = tuple(factor.nodes for factor in factors)
    place = np.stack(np.unravel_index(np.arange(view.nodes), sides), axis=1)
    points = np.hstack([f.points[place[:, axis]] for axis, f in enumerate(factors)])
    first, second = place[view.ends[:, 0]], place[view.ends[:, 1]]
    axis_of, rate = (first != second).argmax(axis=1), np.empty(view.edges)
    for axis, factor in enumerate(factors):
        mine = axis_of == axis
        rate[mine] = factor.rate_of(first[mine, axis], second[mine, axis]) / factor.mixing
    return rate, points


def bipartite_points(left: int, right: int) -> FloatArray:
    """Return points that prove equal rates best: the smaller part in the middle of a circle."""
    small, large = sorted((left, right))
    if large == 1:
        return np.array([[0.5], [-0.5]])
    angle = 2 * math.pi * np.arange(large) / large
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    middle = np.zeros((small, 2))
    return np.vstack([middle, circle] if left <= right else [circle, middle])
