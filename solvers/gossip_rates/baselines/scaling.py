"""Brings rates of a given shape to the limits of an instance."""

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.evaluate import busy_times
from planner.models.gossip_rates.view import NO_LIMIT, View


def room(view: View, rate: FloatArray) -> float:
    """Return the largest factor by which rates can grow before a limit is met.

    `rate` has shape (m,) and is zero on edges that may not be used.
    """
    factors = []
    if view.total is not None:
        factors.append(view.total / float(view.cost @ rate))
    if view.concurrency is not None:
        busy = busy_times(view, rate)
        at_work = busy > 0
        factors.append(float((view.concurrency[at_work] / busy[at_work]).min()))
    held = (view.most < NO_LIMIT) & (rate > 0)
    if held.any():
        factors.append(float((view.most[held] / rate[held]).min()))
    return min(factors) if factors else 1.0


def to_limits(view: View, shape: FloatArray) -> FloatArray:
    """Return rates in the proportions of `shape`, as large as the limits let them be.

    Edges that may not be used get none. Least rates are not looked at: a rule that breaks them is
    reported to do so.
    """
    rate = np.where(view.usable, shape, 0.0)
    return rate * room(view, rate)
