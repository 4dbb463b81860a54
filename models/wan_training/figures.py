"""The metrics of a plan: its curve over bandwidth, what is hidden, and what it costs."""

from typing import TYPE_CHECKING

import numpy as np

from planner.models.base.evaluation import Metric
from planner.models.wan_training.closed_forms import (
    co2_utilisation,
    diloco_utilisation,
)
from planner.models.wan_training.curve import curve_of, grid, needed
from planner.models.wan_training.hiding import hiding_of
from planner.models.wan_training.memory import INNER_COPIES, largest_fragment, memory_overhead
from planner.models.wan_training.plan import SchedulePlan
from planner.models.wan_training.rhythm import transfer_seconds

if TYPE_CHECKING:
    from planner.models.wan_training.instance import WanTraining

GBIT = 1e9 / 8
"""Bytes per second of one Gbit/s."""


def figures(instance: "WanTraining", plan: SchedulePlan, value: float | None) -> dict[str, Metric]:
    """Return the metrics; `value` is the objective, `None` where the target is out of reach.

    Figures at one bandwidth are those at `link.bandwidth`, without it at the required bandwidth,
    without either `None`.
    """
    at = instance.link.bandwidth
    if at is None and instance.objective == "required_bandwidth":
        at = value
    curve, points = curve_of(instance, plan), grid(instance.search)
    model = instance.model
    inner = INNER_COPIES * model.copy_bytes * model.parameters
    return {
        "schedule": plan.schedule,
        "bits": plan.bits,
        "fragments": len(plan.send_step),
        "overlap_steps": plan.overlap_steps,
        "utilisation": None if at is None else float(curve(np.array([at]))[0]),
        **_required(instance, plan),
        "memory_overhead_ratio": memory_overhead(instance, plan) / inner,
        "bytes_per_step": _whole(instance, plan) / plan.inner_steps,
        "peak_bandwidth_cut": model.layers / largest_fragment(plan),
        **_at(instance, plan, at),
        "curve_gbit_s": (points / GBIT).tolist(),
        "utilisation_curve": np.maximum.accumulate(curve(points)).tolist(),
    }


def printed(bandwidth: float) -> float:
    """Return a bandwidth in Gbit/s as the published table prints it.

    Rounded to two decimals, then to one, halves as binary floats fall: 0.954 gives 0.9.
    """
    return round(round(bandwidth / GBIT, 2), 1)


def _required(instance: "WanTraining", plan: SchedulePlan) -> dict[str, Metric]:
    """Return the bandwidth for the target under the rule of the search, as told and as printed.

    `sufficient_gbit_s` is the least that reaches it, whatever the rule.
    """
    names = ("required_gbit_s", "required_gbit_s_printed", "sufficient_gbit_s")
    target, search = instance.target_utilisation, instance.search
    if target is None:
        return dict.fromkeys(names)
    curve = curve_of(instance, plan)
    told = needed(curve, target, search)
    least = needed(curve, target, search.model_copy(update={"rule": "continuous"}))
    figures = (
        None if told is None else told.value / GBIT,
        None if told is None else printed(told.value),
        None if least is None else least.value / GBIT,
    )
    return dict(zip(names, figures, strict=True))


def _whole(instance: "WanTraining", plan: SchedulePlan) -> float:
    """Return the bytes a site sends in an all-reduce of the whole model."""
    return float(transfer_seconds(instance, plan, np.array([1.0]))[0])


def _at(instance: "WanTraining", plan: SchedulePlan, at: float | None) -> dict[str, Metric]:
    """Return what takes how long at one bandwidth, and from which bandwidth on all is hidden."""
    found = hiding_of(instance, plan, at or GBIT)
    hidden = found.bandwidth
    metrics: dict[str, Metric] = {
        "hidden_from_gbit_s": None if hidden is None else hidden / GBIT,
        "fragment_window": found.window.tolist(),
    }
    if at is None:
        return metrics
    return metrics | {
        "all_reduce_time": float(found.transfer.sum()),
        "fragment_transfer": found.transfer.tolist(),
        "fragment_hidden": found.is_hidden.tolist(),
        "closed_form_utilisation": _closed_form(instance, plan, float(found.transfer.sum())),
    }


def _closed_form(instance: "WanTraining", plan: SchedulePlan, all_reduce: float) -> float | None:
    """Return the utilisation of the long run where a closed form is known."""
    model = instance.model
    if plan.schedule == "co2":
        return float(co2_utilisation(plan.inner_steps, model.step_time, np.array([all_reduce]))[0])
    if instance.rules != "table" or plan.schedule not in ("dp", "diloco"):
        return None
    # Without pieces or delay DiLoCo is data parallelism in one step of H; so is H = 1.
    return diloco_utilisation(plan.inner_steps, model.layers, model.step_time, all_reduce)
