"""What a plan is worth: its objective and the costs that break ties."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.models.base.rounding import COMBINATORIAL, agrees
from planner.models.wan_training.curve import curve_of, needed
from planner.models.wan_training.memory import memory_overhead
from planner.models.wan_training.plan import SchedulePlan
from planner.models.wan_training.variants import Variant, allowed_variants, plan_of

if TYPE_CHECKING:
    from planner.models.wan_training.instance import WanTraining


class Worth(NamedTuple):
    """Figures of one plan; all costs are the better the smaller."""

    value: float | None
    """The objective, in B/s or as a share; `None` where the target is out of reach."""
    at_least: float | None
    """A value no better than which the plan surely is; equal but for a continuous search."""
    memory: float
    """Memory overhead in bytes."""
    period: int
    """Steps between two synchronisations of the same parameters."""
    staleness: int
    """Steps computed while an all-reduce is under way."""

    @property
    def costs(self) -> tuple[float, int, int]:
        """What breaks ties, in this order."""
        return self.memory, self.period, self.staleness


def worth_of(instance: "WanTraining", plan: SchedulePlan) -> Worth:
    """Simulate a plan and return its figures."""
    costs = costs_of(instance, plan)
    curve = curve_of(instance, plan)
    if instance.objective == "utilisation":
        value = float(curve(np.array([instance.link.bandwidth]))[0])
        return Worth(value, value, *costs)
    found = needed(curve, instance.target_utilisation or 0.0, instance.search)
    if found is None:
        return Worth(None, None, *costs)
    return Worth(found.value, found.at_least, *costs)


def costs_of(instance: "WanTraining", plan: SchedulePlan) -> tuple[float, int, int]:
    """Return memory overhead in bytes, period and staleness in steps."""
    return memory_overhead(instance, plan), plan.inner_steps, plan.overlap_steps


def limits_of(instance: "WanTraining") -> dict[str, float | None]:
    """Return the limit of each cost by its name, in the order of `costs_of`."""
    limits = instance.limits
    return {
        "memory_overhead": limits.memory_overhead,
        "synchronisation_period": limits.synchronisation_period,
        "staleness": limits.staleness,
    }


def keeps(cost: float, limit: float | None) -> bool:
    """Return whether a cost is within its limit, rounding aside."""
    return limit is None or cost <= limit * (1 + COMBINATORIAL)


def keeps_limits(instance: "WanTraining", plan: SchedulePlan) -> bool:
    """Return whether every cost is within its limit."""
    limits = limits_of(instance).values()
    return all(keeps(*pair) for pair in zip(costs_of(instance, plan), limits, strict=True))


def candidates(instance: "WanTraining") -> list[tuple[Variant, SchedulePlan]]:
    """Return every allowed variant that keeps the limits, with its plan."""
    every = [(each, plan_of(each, instance.model.layers)) for each in allowed_variants(instance)]
    return [(each, plan) for each, plan in every if keeps_limits(instance, plan)]


def best(instance: "WanTraining", worths: list[Worth]) -> int | None:
    """Return which is best, or `None` if none reaches the target.

    Values within a relative 1e-9 are ties, which go to the smaller memory overhead, then to the
    shorter period, to the smaller staleness, and to the first.
    """
    is_max = instance.objective == "utilisation"
    values = [worth.value for worth in worths if worth.value is not None]
    if not values:
        return None
    goal = max(values) if is_max else min(values)
    ties = [
        place
        for place, worth in enumerate(worths)
        if worth.value is not None and agrees(worth.value, goal)
    ]
    return min(ties, key=lambda place: (worths[place].costs, place))


def front(instance: "WanTraining", worths: list[Worth]) -> list[int]:
    """Return the variants that no other beats in value and every cost, best first.

    Of several equal ones the first is kept. Figures within a relative 1e-9 count as equal.
    """
    sign = -1.0 if instance.objective == "utilisation" else 1.0
    known = [place for place, worth in enumerate(worths) if worth.value is not None]
    rows = [(sign * (worths[place].value or 0.0), *worths[place].costs) for place in known]
    kept: list[int] = []
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    slack = COMBINATORIAL * np.abs(table)
    for row, place in enumerate(known):
        no_worse = (table <= table[row] + slack[row]).all(axis=1)
        better = (table < table[row] - slack[row]).any(axis=1)
        equal_before = no_worse & ~better & (np.arange(len(known)) < row)
        if not (no_worse & better).any() and not equal_before.any():
            kept.append(place)
    return sorted(kept, key=lambda place: (rows[known.index(place)], place))
