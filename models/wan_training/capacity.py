"""A bound without simulation: no schedule computes while it waits for a link that is full."""

from typing import TYPE_CHECKING

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.rounding import upper
from planner.models.wan_training.curve import Curve, curve_of, needed
from planner.models.wan_training.plan import SchedulePlan
from planner.models.wan_training.rhythm import rhythm_of, transfer_seconds
from planner.models.wan_training.variants import Variant, plan_of

if TYPE_CHECKING:
    from planner.models.wan_training.instance import WanTraining

_OPERATIONS = 64
"""Rounded operations of a busy time: a cumulated share per fragment, then a few products."""


def capacity_curve(instance: "WanTraining", plan: SchedulePlan) -> Curve:
    """Return a curve that no utilisation of the plan exceeds.

    All that is sent in the counted steps passes one link, so the makespan is at least the larger
    of the compute time and the time the link is busy. CO2's own form is exact.
    """
    if plan.schedule == "co2":
        return curve_of(instance, plan)
    rhythm = rhythm_of(instance, plan)
    computing = rhythm.steps * instance.model.step_time

    def utilisation(bandwidth: FloatArray) -> FloatArray:
        busy = rhythm.busy(transfer_seconds(instance, plan, bandwidth))
        return np.minimum(1.0, computing / busy * (1 + _OPERATIONS * np.finfo(float).eps))

    return utilisation


def capacity_bound(instance: "WanTraining", variants: list[Variant]) -> float:
    """Return a bound on the objective of all variants, on the safe side.

    A bandwidth that even the bounding curve does not offer below `search.highest` counts as that.
    """
    curves = [capacity_curve(instance, plan_of(each, instance.model.layers)) for each in variants]
    if instance.objective == "utilisation":
        at = np.array([instance.link.bandwidth])
        return min(1.0, upper(max(float(curve(at)[0]) for curve in curves), 4))
    target = instance.target_utilisation or 0.0
    found = [needed(curve, target, instance.search) for curve in curves]
    reached = [each.at_least for each in found if each is not None]
    return min(reached, default=instance.search.highest)
