"""The project as a constraint programme of CP-SAT: starts, lags and cumulative resources."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.rcpsp.lags import heads, tails
from planner.models.rcpsp.view import View


@dataclass(frozen=True, slots=True)
class Built:
    """A model whose first n variables are the starts, followed by the makespan."""

    model: Any
    activities: int
    period: int
    """Periods of the instance in one of the model: all durations and lags are multiples of it."""

    def starts(self, values: FloatArray) -> IntArray:
        """Return the starts (n,) from the values of the variables."""
        return np.rint(values[: self.activities]).astype(np.int64) * self.period


def longest(view: View) -> int:
    """Return a makespan that suffices if there is any plan (Neumann, Schwindt 1997).

    In a plan that starts everything as early as its order allows, each start is a chain of arcs in
    which an activity is left at most once, by a lag or by its duration.
    """
    step = view.duration.copy()
    np.maximum.at(step, view.arcs[:, 0], view.arcs[:, 2])
    return int(step.sum())


def build(view: View, floor: int, ceiling: int, hint: IntArray | None) -> Built:
    """Return the model of all schedules with a makespan between `floor` and `ceiling`.

    `ceiling` is at least the critical path, so that every start has a domain.
    """
    from ortools.sat.python import cp_model

    period = max(1, int(np.gcd.reduce([*view.duration, *view.arcs[:, 2]])))
    view = _in_periods_of(view, period)
    floor, ceiling = -(-floor // period), ceiling // period
    model = cp_model.CpModel()
    early, late = heads(view).length.tolist(), (ceiling - tails(view).length).tolist()
    starts = [
        model.new_int_var(low, high, f"start_{name}")
        for low, high, name in zip(early, late, view.names, strict=True)
    ]
    makespan = model.new_int_var(floor, ceiling, "makespan")
    for (source, target), (weight, _) in view.heaviest().items():
        model.add(starts[target] - starts[source] >= weight)
    for start, tail in zip(starts, tails(view).length.tolist(), strict=True):
        # Tails say more than the ends of the activities, and imply them.
        model.add(makespan >= start + tail)
    _add_resources(model, view, starts, makespan)
    model.minimize(makespan)
    if hint is not None:
        hint = hint // period
        for start, value in zip(starts, hint.tolist(), strict=True):
            model.add_hint(start, value)
        model.add_hint(makespan, int((hint + view.duration).max()))
    return Built(model, view.activities, period)


def _in_periods_of(view: View, period: int) -> View:
    """Return the project counted in longer periods, in which all its times are whole.

    Some best plan starts everything at a sum of durations and lags, so that none is lost.
    """
    arcs = view.arcs.copy()
    arcs[:, 2] //= period
    return replace(view, duration=view.duration // period, arcs=arcs)


def _add_resources(model: Any, view: View, starts: list[Any], makespan: Any) -> None:
    """Add one cumulative per resource, or no overlap where no two fit, and their energy."""
    for resource, capacity in enumerate(view.capacity.tolist()):
        held = view.demand[:, resource]
        users = np.flatnonzero((held > 0) & (view.duration > 0)).tolist()
        if len(users) < 2:
            continue
        spans = [
            model.new_fixed_size_interval_var(starts[user], int(view.duration[user]), "")
            for user in users
        ]
        least = sorted(held[users].tolist())[:2]
        if sum(least) > capacity:
            model.add_no_overlap(spans)
        else:
            model.add_cumulative(spans, held[users].tolist(), capacity)
        model.add(capacity * makespan >= int(view.energy[:, resource].sum()))
