"""Limited-memory quasi-Newton descent that starts from the inverse of a Laplacian.

The curvature of an unfolding is close to that of the Laplacian of its own rates. Without that
knowledge the method stalls on networks with bottlenecks (Nocedal and Wright, Numerical
Optimization, 2006, algorithm 7.4 with H_0 the inverse of that Laplacian).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.solvers.gossip_rates.lowrank_energy import Energy, Slope

MEMORY = 12
"""Pairs of step and change of gradient that are kept."""
SHORTEST = 1e-8
ARMIJO = 1e-4


@dataclass(frozen=True, slots=True)
class Pair:
    """A step and what it changed the gradient by."""

    step: FloatArray
    change: FloatArray
    curvature: float


def descend(
    energy: Energy,
    points: FloatArray,
    precondition: Callable[[FloatArray], FloatArray],
    steps: int,
    tolerance: float,
    stop: Callable[[], bool],
) -> tuple[FloatArray, int]:
    """Return better points and the steps taken, at most `steps`.

    It ends where a step promises to lower the value by less than `tolerance`.
    """
    here, pairs = energy.slope(points), list[Pair]()
    for taken in range(steps):
        direction = -_apply(here.gradient, pairs, precondition)
        fall = float((direction * here.gradient).sum())
        if fall >= -tolerance or stop():
            return points, taken
        found = _search(energy, points, direction, here.value, fall)
        if found is None:
            return points, taken
        there: Slope = energy.slope(found)
        _remember(pairs, found - points, there.gradient - here.gradient)
        points, here = found, there
    return points, steps


def _apply(
    gradient: FloatArray,
    pairs: list[Pair],
    precondition: Callable[[FloatArray], FloatArray],
) -> FloatArray:
    """Return the inverse Hessian estimate times the gradient (the two-loop recursion)."""
    rest, shares = gradient.copy(), []
    for pair in reversed(pairs):
        share = float((pair.step * rest).sum()) / pair.curvature
        rest -= share * pair.change
        shares.append(share)
    result = precondition(rest)
    if pairs:
        last = pairs[-1].change
        result = result * (pairs[-1].curvature / float((last * precondition(last)).sum()))
    for pair, share in zip(pairs, reversed(shares), strict=True):
        result += pair.step * (share - float((pair.change * result).sum()) / pair.curvature)
    return result


def _search(
    energy: Energy, points: FloatArray, direction: FloatArray, value: float, fall: float
) -> FloatArray | None:
    """Shorten the step until the value falls enough; `None` where it never does."""
    length = 1.0
    while length > SHORTEST:
        trial: FloatArray = points + length * direction
        if energy.value(trial) <= value + ARMIJO * length * fall:
            return trial
        length /= 2 if length > 1e-3 else 10
    return None


def _remember(pairs: list[Pair], step: FloatArray, change: FloatArray) -> None:
    """Add a pair of positive curvature and forget the oldest."""
    curvature = float((step * change).sum())
    if curvature > 1e-12 * float(np.linalg.norm(step) * np.linalg.norm(change)):
        pairs.append(Pair(step, change, curvature))
        del pairs[:-MEMORY]
