"""Plans of workers with wake-up clocks, who call each other."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.clocks import calls_made, even_calls
from planner.models.gossip_rates.evaluate import busy_times
from planner.models.gossip_rates.plan import RatesPlan
from planner.models.gossip_rates.view import NO_LIMIT, View

REFUSAL = "it knows no wake-up clocks; `newton` does"


def without_clocks(view: View) -> str | None:
    """Return why a method that knows no clocks is not for an instance, or `None`."""
    return None if view.clock is None else REFUSAL


def even_plan(view: View) -> RatesPlan:
    """Return the plan in which every node calls each of its usable peers equally often."""
    rate, calls = stretched(view, *even_calls(view))
    return RatesPlan(rate=rate, calls=calls, dropped=np.flatnonzero(~view.usable))


def first_calls(view: View, used: IntArray, calls: FloatArray) -> FloatArray:
    """Return the calls of the first end of each edge, shape (m,); empty without clocks."""
    if view.clock is None:
        return np.zeros(0)
    half = len(used) // 2
    found = np.bincount(used[:half], calls[:half], view.edges)
    return np.asarray(found, dtype=np.float64)


def stretched(view: View, rate: FloatArray, calls: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return rates and calls scaled alike to the first limit that they reach."""
    assert view.clock is not None, "only nodes with clocks call"
    loads = [float((calls_made(view, rate, calls) / view.clock).max())]
    if view.total is not None:
        loads.append(float(view.cost @ rate) / view.total)
    if view.concurrency is not None:
        loads.append(float((busy_times(view, rate) / view.concurrency).max()))
    held = (view.most < NO_LIMIT) & (rate > 0)
    if held.any():
        loads.append(float((rate[held] / view.most[held]).max()))
    load = max(loads)
    return (rate / load, calls / load) if load > 0 else (rate, calls)
