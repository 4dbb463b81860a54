"""The project as a constraint programme: starts, lags, orders and cumulative resources."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.rcpsp.cliques import incompatible
from planner.models.rcpsp.lags import distances, heads, tails
from planner.models.rcpsp.view import View

PAIRS = 3000
"""Orders of two activities that are made variables; conflicts are explained by them."""
_PAIRED = 600
"""Activities up to which such pairs are looked for."""


@dataclass(frozen=True, slots=True)
class Built:
    """A model whose first n variables are the starts."""

    model: Any
    activities: int
    period: int
    """Periods of the instance in one of the model: all durations and lags are multiples of it."""

    def starts(self, values: FloatArray) -> IntArray:
        """Return the starts (n,) from the values of the variables."""
        return np.rint(values[: self.activities]).astype(np.int64) * self.period


def shortest(view: View, floor: int, ceiling: int, hint: IntArray | None) -> Built:
    """Return the model of the shortest schedule, between `floor` and `ceiling`.

    `ceiling` is at least the critical path, so that every start has a domain.
    """
    built = shorter(view, ceiling)
    model, period, view = built.model, built.period, view.coarse()
    starts = [model.get_int_var_from_proto_index(each) for each in range(view.activities)]
    makespan = model.new_int_var(-(-floor // period), ceiling // period, "makespan")
    for start, tail in zip(starts, tails(view).length.tolist(), strict=True):
        # Tails say more than the ends of the activities, and imply them.
        model.add(makespan >= start + tail)
    for capacity, work in zip(
        view.capacity.tolist(), view.energy.sum(axis=0).tolist(), strict=True
    ):
        model.add(capacity * makespan >= work)
    model.minimize(makespan)
    if hint is not None:
        hint = hint // period
        for start, value in zip(starts, hint.tolist(), strict=True):
            model.add_hint(start, value)
        model.add_hint(makespan, int((hint + view.duration).max()))
    return built


def shorter(view: View, ceiling: int) -> Built:
    """Return the model of all schedules with a makespan of at most `ceiling`."""
    from ortools.sat.python import cp_model

    period, view = view.period, view.coarse()
    model = cp_model.CpModel()
    early, late = heads(view).length.tolist(), (ceiling // period - tails(view).length).tolist()
    starts = [
        model.new_int_var(low, high, f"start_{name}")
        for low, high, name in zip(early, late, view.names, strict=True)
    ]
    for (source, target), (weight, _) in view.heaviest().items():
        model.add(starts[target] - starts[source] >= weight)
    _add_resources(model, view, starts)
    _add_orders(model, view, starts)
    return Built(model, view.activities, period)


def _add_resources(model: Any, view: View, starts: list[Any]) -> None:
    """Add one cumulative per resource, or no overlap where no two fit."""
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


def _add_orders(model: Any, view: View, starts: list[Any]) -> None:
    """Add a variable for the order of two activities that cannot run together, unless too many."""
    if view.activities > _PAIRED:
        return
    ordered = distances(view) >= view.duration[:, None]
    pairs = np.argwhere(np.triu(incompatible(view) & ~ordered & ~ordered.T)).tolist()
    if len(pairs) > PAIRS:
        return
    for first, second in pairs:
        is_first = model.new_bool_var("")
        gap = starts[second] - starts[first]
        model.add(gap >= int(view.duration[first])).only_enforce_if(is_first)
        model.add(-gap >= int(view.duration[second])).only_enforce_if(~is_first)
