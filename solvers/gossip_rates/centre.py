"""Newton's method with a line search, as barrier methods use it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from planner.models.base.arrays import FloatArray

DECREMENT = 1e-9
"""Squared Newton decrement at which a point counts as centred."""
MOST_STEPS = 60


@dataclass(frozen=True, slots=True)
class Local:
    """A barrier function near a point: its gradient and its Hessian."""

    gradient: FloatArray
    hessian: FloatArray


class Barrier(Protocol):
    """A self-concordant barrier plus `weight` times a linear objective."""

    def value(self, point: FloatArray, weight: float) -> float:
        """Return the value, infinity outside the domain."""
        ...

    def local(self, point: FloatArray, weight: float) -> Local:
        """Return gradient and Hessian inside the domain."""
        ...


def centre(
    barrier: Barrier, point: FloatArray, weight: float, stop: Callable[[], bool]
) -> FloatArray:
    """Return the minimiser for one weight, as exactly as floating point lets it be found.

    Steps are scaled by the point itself, whose entries are positive and of very different size.
    """
    value = barrier.value(point, weight)
    for _ in range(MOST_STEPS):
        if stop():
            break
        local = barrier.local(point, weight)
        scaled = local.hessian * point[:, None] * point
        direction = -_solve(scaled, local.gradient * point)
        decrement = -float((local.gradient * point) @ direction)
        if decrement < DECREMENT:
            break
        found = _search(barrier, point, direction, weight, value, decrement)
        if found is None:
            break
        point, value = found
    return point


def _search(
    barrier: Barrier,
    point: FloatArray,
    direction: FloatArray,
    weight: float,
    value: float,
    decrement: float,
) -> tuple[FloatArray, float] | None:
    """Halve the step until the value falls enough, rounding of the value allowed for."""
    step, noise = 1.0, 1e-12 * abs(value)
    while step > 1e-9:
        trial = point * (1 + step * direction)
        found = barrier.value(trial, weight)
        if found <= value - 0.1 * step * decrement + noise:
            return trial, found
        step /= 2
    return None


def _solve(matrix: FloatArray, right: FloatArray) -> FloatArray:
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    try:
        result: FloatArray = cho_solve(cho_factor(matrix), right)
    except LinAlgError:
        ridge = 1e-14 * float(np.trace(matrix))
        found = np.linalg.lstsq(matrix + ridge * np.eye(len(matrix)), right, rcond=None)[0]
        result = np.asarray(found, dtype=np.float64)
    return result
