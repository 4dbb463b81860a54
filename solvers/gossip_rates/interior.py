"""Mehrotra's predictor and corrector on condensed Newton systems.

minimise f^T z over the points z strictly inside every cone. Every point on the way is feasible, so
each step brings a plan; the multipliers bring a bound, computed elsewhere from them alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.errors import CapabilityError
from planner.solvers.gossip_rates.cones import Cone

MOST_STEPS = 100
SHORTEST = 1e-7
"""A step below this gets nowhere."""


NO_ROOM = "the limits leave no rates with room on all sides; widen the narrowest of them"


@dataclass(frozen=True, slots=True)
class Programme:
    """A convex programme in the rates of edges and a few more variables."""

    objective: FloatArray
    cones: tuple[Cone, ...]
    start: FloatArray
    """A point strictly inside every cone."""
    spread: FloatArray | None = None
    """Turns the variables of Newton's system into those of the cones, shape (N, free); `None` for
    the identity. It keeps fixed rates in proportion to the last variable."""


def follow(programme: Programme, watch: Callable[[FloatArray, float], bool]) -> FloatArray:
    """Return the last point; `watch(z, mu)` sees each one and returns whether to end there."""
    cones, z = programme.cones, programme.start
    inside = [cone.place(z) for cone in cones]
    if not all(inside):
        raise CapabilityError(NO_ROOM)
    count = sum(cone.size for cone in cones)
    for cone in cones:
        cone.begin(max(float(programme.objective @ z), 1e-300) / count)
    for _ in range(MOST_STEPS):
        mu = sum(cone.gap() for cone in cones) / count
        if watch(z, mu):
            break
        found = _step(programme, z, mu, count)
        if found is None:
            break
        z = found
    return z


def _step(programme: Programme, z: FloatArray, mu: float, count: int) -> FloatArray | None:
    """Return the next point, or `None` where rounding leaves no way on."""
    cones, size = programme.cones, len(z)
    hessian = np.zeros((size, size))
    for cone in cones:
        cone.bend(hessian)
    solve = _solver(hessian, programme.spread)
    if solve is None:
        return None
    for cone in cones:
        cone.correct(on=False)
    dz = solve(sum(cone.pull(0.0) for cone in cones) - programme.objective)
    primal, dual = _lengths(cones, dz, 0.0, 1.0)
    left = sum(cone.gap_after(primal, dual) for cone in cones) / count
    target = mu * min(1.0, max(left / mu, 0.0)) ** 3
    for cone in cones:
        cone.correct(on=True)
    dz = solve(sum(cone.pull(target) for cone in cones) - programme.objective)
    primal, dual = _lengths(cones, dz, target, 0.9 + 0.09 * min(primal, dual))
    while primal > SHORTEST:
        if all(cone.place(z + primal * dz) for cone in cones):
            for cone in cones:
                cone.move(primal, dual)
            return z + primal * dz
        primal *= 0.7
    for cone in cones:
        cone.place(z)
    return None


def _lengths(
    cones: tuple[Cone, ...], dz: FloatArray, mu: float, share: float
) -> tuple[float, float]:
    """Return the steps of the point and of the multipliers: a share of the way to the border."""
    reach = [cone.aim(dz, mu) for cone in cones]
    primal, dual = (share * min(side) for side in zip(*reach, strict=True))
    return min(1.0, primal), min(1.0, dual)


def _solver(
    hessian: FloatArray, spread: FloatArray | None
) -> Callable[[FloatArray], FloatArray] | None:
    """Return a function that solves the Newton system, scaled by its diagonal."""
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    if spread is not None:
        hessian = spread.T @ hessian @ spread
    diagonal = hessian.diagonal()
    if not np.isfinite(diagonal).all() or (diagonal <= 0).any():
        return None
    scale = 1 / np.sqrt(diagonal)
    scaled = hessian * scale[:, None] * scale
    for ridge in (0.0, 1e-15, 1e-13, 1e-11):
        try:
            factors = cho_factor(scaled + ridge * np.eye(len(scaled)), check_finite=False)
        except LinAlgError:
            continue
        break
    else:
        return None

    def solve(right: FloatArray) -> FloatArray:
        reduced = right if spread is None else spread.T @ right
        reduced = reduced * scale
        found = cho_solve(factors, reduced, check_finite=False)
        for _ in range(2):
            found = found + cho_solve(factors, reduced - scaled @ found, check_finite=False)
        found = found * scale
        result: FloatArray = found if spread is None else spread @ found
        return result

    return solve
