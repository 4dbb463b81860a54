"""The path to the fewest messages of a symmetric network: multipliers of their own for resistances.

Newton's method on the conditions slack_o z_o = mu of all classes o, next to a barrier for the
eigenvalue and the rates (Nocedal and Wright, Numerical Optimization, 2006, chapter 19).
"""

from collections.abc import Callable

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.solvers.gossip_rates.orbits_barrier import OrbitsBarrier

MOST_STEPS = 300
SHRINK = 0.25
"""Factor by which mu falls after a step that got along."""
BORDER = 0.9
"""Share of the way to a limit that a step may go."""


def follow_resistances(
    barrier: OrbitsBarrier, accuracy: float, stop: Callable[[], bool]
) -> tuple[FloatArray, FloatArray]:
    """Return the last point (u, s) and the multipliers of the resistances, shape (K,)."""
    point = barrier.start()
    mu = float(barrier.cost @ point[:-1]) / barrier.constraints
    pull = 1 / (float(point[-1]) - barrier.resistance(point[:-1]))
    inside = point, pull * mu
    for _ in range(MOST_STEPS):
        if stop():
            break
        try:
            direction, turn, decrement = _newton(barrier, point, pull, mu)
        except np.linalg.LinAlgError:
            # Rounding has put the point on the border: the one before is as good as it gets.
            return inside
        inside = point, pull * mu
        length = _longest(barrier, point, direction, mu)
        point = point * (1 + length * direction)
        pull = pull * (1 + min(1.0, BORDER / max(1e-300, float((-turn).max()))) * turn)
        done = mu * barrier.constraints <= accuracy * float(barrier.cost @ point[:-1])
        if length < 1e-9 or (done and decrement < 1e-6):
            break
        if length > 0.5 and not done:
            mu, pull = mu * SHRINK, pull / SHRINK
    return inside


def _newton(
    barrier: OrbitsBarrier, point: FloatArray, pull: FloatArray, mu: float
) -> tuple[FloatArray, FloatArray, float]:
    """Return the relative steps of the point and of the multipliers, and the decrement."""
    local = barrier.local(point, 1 / mu)
    slack, slope, curvature = barrier.bend(point, pull)
    hessian = local.hessian + curvature + (slope.T * (pull / slack)) @ slope
    gradient = (local.gradient - (1 / slack) @ slope) * point
    scaled = hessian * point[:, None] * point
    direction: FloatArray = np.linalg.solve(scaled, -gradient).astype(np.float64)
    turn: FloatArray = 1 / (slack * pull) - 1 - slope @ (direction * point) / slack
    return direction, turn, -float(gradient @ direction)


def _longest(barrier: OrbitsBarrier, point: FloatArray, direction: FloatArray, mu: float) -> float:
    """Return a step that stays inside, away from every limit."""
    slack = float(point[-1]) - barrier.resistance(point[:-1])
    length = min(1.0, BORDER / max(1e-300, float((-direction).max())))
    while length > 1e-9:
        trial = point * (1 + length * direction)
        left = float(trial[-1]) - barrier.resistance(trial[:-1])
        if (left > (1 - BORDER) * slack).all() and barrier.value(trial, 1 / mu) < np.inf:
            return length
        length /= 2
    return 0.0
