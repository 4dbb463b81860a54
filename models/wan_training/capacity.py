"""A bound without simulation: no schedule computes while it waits for a link that is full.

All that is sent in the counted steps passes one link, so the makespan is at least the time the
link is busy, and utilisation at most compute time over that. CO2's own form is the same.
"""

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.models.base.rounding import upper
from planner.models.wan_training.curve import grid
from planner.models.wan_training.plan import SchedulePlan
from planner.models.wan_training.profile import BUCKETS
from planner.models.wan_training.rhythm import counted_steps, transfer_seconds
from planner.models.wan_training.variants import Variant, plan_of

if TYPE_CHECKING:
    from planner.models.wan_training.instance import WanTraining

SLACK = 1e-12
"""Relative allowance for the rounding of a few dozen operations on positive figures."""


class Load(NamedTuple):
    """What a plan asks of the link in the steps that are counted."""

    computing: float
    """Seconds of compute."""
    size: float
    """Bytes that pass the link."""
    starting: float
    """Seconds of start-up of all all-reduces."""

    def utilisation(self, bandwidth: float) -> float:
        """Return what no utilisation at this bandwidth, in B/s, exceeds."""
        busy = self.size / bandwidth + self.starting
        return min(1.0, self.computing / busy * (1 + SLACK))

    def bandwidth(self, target: float) -> float:
        """Return a bandwidth in B/s below which the target is missed; infinite if by all."""
        left = self.computing / target * (1 + SLACK) - self.starting
        return self.size / left * (1 - SLACK) if left > 0 else math.inf


def load_of(instance: "WanTraining", plan: SchedulePlan) -> Load:
    """Return the load of a plan whose columns fit the instance."""
    model, period = instance.model, plan.inner_steps
    whole = float(transfer_seconds(instance, plan, np.array([1.0]))[0])
    layers = np.bincount(plan.fragment, minlength=len(plan.send_step))
    steps = period if plan.schedule == "co2" else counted_steps(instance, plan)
    times = (steps - plan.send_step) // period + 1
    if plan.schedule == "co2":
        starts = np.ones(1)
    elif instance.rules == "table":
        starts = layers.astype(np.float64)
    else:
        starts = np.full(len(layers), float(BUCKETS))
    return Load(
        computing=steps * model.step_time,
        size=whole * float((times * layers).sum()) / model.layers,
        starting=instance.link.latency * float((times * starts).sum()),
    )


def capacity_bound(instance: "WanTraining", variants: list[Variant]) -> float:
    """Return a bound on the objective of all variants, on the safe side.

    A bandwidth that is not offered up to `search.highest` counts as that.
    """
    loads = [load_of(instance, plan_of(each, instance.model.layers)) for each in variants]
    at, target, search = instance.link.bandwidth, instance.target_utilisation, instance.search
    if instance.objective == "utilisation":
        assert at is not None
        return min(1.0, upper(max(load.utilisation(at) for load in loads)))
    assert target is not None
    least = min(load.bandwidth(target) for load in loads)
    if search.rule == "continuous":
        return min(max(least, search.lowest), search.highest)
    points = grid(search)
    first = int(np.searchsorted(points, least)) - (search.rule == "published")
    return float(points[min(max(first, 0), len(points) - 1)])
