"""Utilisation as a function of bandwidth, and the bandwidth that a target utilisation needs."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.wan_training.closed_forms import co2_utilisation
from planner.models.wan_training.description import Search
from planner.models.wan_training.plan import SchedulePlan
from planner.models.wan_training.rhythm import rhythm_of, transfer_seconds
from planner.models.wan_training.timeline import makespan

if TYPE_CHECKING:
    from planner.models.wan_training.instance import WanTraining

Curve = Callable[[FloatArray], FloatArray]
"""From bandwidths in B/s, shape (n,), to utilisations from 0 to 1; rising."""

NARROW = 1e-13
"""Relative width at which the search for a bandwidth stops."""
POINTS = 200
"""Bandwidths tried at once while an interval is narrowed."""


class Needed(NamedTuple):
    """The bandwidth that reaches a target, in B/s: as reported, and one no larger than exact."""

    value: float
    at_least: float


def curve_of(instance: "WanTraining", plan: SchedulePlan) -> Curve:
    """Return the utilisation of a plan as a function of bandwidth.

    The share of the makespan that is computing; for CO2 the closed form of the long run.
    """
    rhythm = rhythm_of(instance, plan)
    model, starts = instance.model, instance.link.latency

    def utilisation(bandwidth: FloatArray) -> FloatArray:
        transfer = transfer_seconds(instance, plan, bandwidth)
        if plan.schedule == "co2":
            return co2_utilisation(plan.inner_steps, model.step_time, transfer + starts)
        return np.minimum(1.0, rhythm.steps * model.step_time / makespan(rhythm, transfer))

    return utilisation


def grid(search: Search) -> FloatArray:
    """Return the points of the grid in B/s, evenly spaced in the logarithm."""
    return np.logspace(math.log10(search.lowest), math.log10(search.highest), search.points)


def needed(curve: Curve, target: float, search: Search) -> Needed | None:
    """Return the bandwidth for a target under the rule of the search, or `None` out of reach.

    `published`: the largest grid point below which, and at which, the target is not reached; the
    lowest point where every point reaches it. `grid`: the first point from which on it is reached.
    `continuous`: the least bandwidth between the ends, to a relative 1e-13.
    """
    if search.rule == "continuous":
        return _least(curve, target, search.lowest, search.highest)
    points = grid(search)
    reached = np.maximum.accumulate(curve(points)) >= target
    if not reached[-1]:
        return None
    first = int(np.argmax(reached))
    value = float(points[max(0, first - (search.rule == "published"))])
    return Needed(value, value)


def _least(curve: Curve, target: float, low: float, high: float) -> Needed | None:
    """Narrow the interval of the least bandwidth by a grid inside it, again and again."""
    at_low, at_high = curve(np.array([low, high])) >= target
    if not at_high:
        return None
    if at_low:
        return Needed(low, low)
    while high - low > NARROW * high:
        points = np.geomspace(low, high, POINTS)
        points[[0, -1]] = low, high
        inside = np.maximum.accumulate(curve(points[1:-1])) >= target
        first = int(np.argmax(inside)) + 1 if inside.any() else POINTS - 1
        if (points[first - 1], points[first]) == (low, high):
            break
        low, high = float(points[first - 1]), float(points[first])
    return Needed(high, low)
