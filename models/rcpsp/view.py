"""An instance as arrays: durations, demands, capacities and the arcs of the lag graph."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.models.base.arrays import IntArray

if TYPE_CHECKING:
    from planner.models.rcpsp.instance import Rcpsp


@dataclass(frozen=True, slots=True)
class View:
    """Arrays of n activities, m resources and the arcs of the lag graph.

    An arc (i, j, w) says S_j - S_i >= w of the starts S. A successor is an arc of weight d_i, a
    minimum lag one of its own weight, a maximum lag x from i to j the arc (j, i, -x).
    """

    names: tuple[str, ...]
    resource_names: tuple[str, ...]
    duration: IntArray
    """(n,), in periods."""
    demand: IntArray
    """(n, m), in units."""
    capacity: IntArray
    """(m,), in units."""
    arcs: IntArray
    """(arcs, 3): from, to, weight in periods."""
    fields: tuple[str, ...]
    """Field of the instance that each arc comes from."""

    @property
    def activities(self) -> int:
        """Number of activities n."""
        return len(self.names)

    @property
    def resources(self) -> int:
        """Number of resources m."""
        return len(self.resource_names)

    @property
    def energy(self) -> IntArray:
        """(n, m): duration times demand, in unit-periods."""
        return self.duration[:, None] * self.demand

    @property
    def period(self) -> int:
        """Longest period of which all durations and lags are multiples, at least 1."""
        return max(1, int(np.gcd.reduce([*self.duration, *self.arcs[:, 2]])))

    def coarse(self) -> "View":
        """Return the project counted in `period`.

        Some best plan starts everything at a sum of durations and lags, so that none is lost.
        """
        arcs = self.arcs.copy()
        arcs[:, 2] //= self.period
        return replace(self, duration=self.duration // self.period, arcs=arcs)

    def heaviest(self) -> dict[tuple[int, int], tuple[int, str]]:
        """Return the greatest weight from one activity to another, and its field."""
        found: dict[tuple[int, int], tuple[int, str]] = {}
        for (source, target, weight), field in zip(self.arcs.tolist(), self.fields, strict=True):
            known = found.get((source, target))
            if known is None or weight > known[0]:
                found[source, target] = (weight, field)
        return found


def compile_view(instance: "Rcpsp") -> View:
    """Return the arrays of an instance without faults."""
    place = {activity.name: number for number, activity in enumerate(instance.activities)}
    resource = {each.name: number for number, each in enumerate(instance.resources)}
    demand = np.zeros((len(place), len(resource)), np.int64)
    arcs: list[tuple[int, int, int]] = []
    fields: list[str] = []
    for number, activity in enumerate(instance.activities):
        for name, units in activity.demand.items():
            demand[number, resource[name]] = units
        for name in activity.successors:
            arcs.append((number, place[name], activity.duration))
            fields.append(f"activities[{number}].successors")
    for number, lag in enumerate(instance.time_lags):
        source, target = place[lag.source], place[lag.target]
        if lag.min is not None:
            arcs.append((source, target, lag.min))
            fields.append(f"time_lags[{number}].min")
        if lag.max is not None:
            arcs.append((target, source, -lag.max))
            fields.append(f"time_lags[{number}].max")
    return View(
        names=tuple(place),
        resource_names=tuple(resource),
        duration=np.array([each.duration for each in instance.activities], np.int64),
        demand=demand,
        capacity=np.array([each.capacity for each in instance.resources], np.int64),
        arcs=np.array(arcs, np.int64).reshape(-1, 3),
        fields=tuple(fields),
    )
