"""A plan turned into times: what is sent in which step of the period, and what waits for it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.wan_training.plan import SchedulePlan
from planner.models.wan_training.profile import Parts, Profile

if TYPE_CHECKING:
    from planner.models.wan_training.instance import WanTraining

PERIODS = 6
"""Periods that the rules of the table count."""
DP_STEPS = 30
"""Steps of data parallelism that the rules of the table count."""
WEB_STEPS = 2_000
"""Steps that the web simulator counts (but no fewer than `PERIODS` periods here)."""


@dataclass(frozen=True, slots=True, eq=False)
class Rhythm:
    """What the simulation needs to know of a plan."""

    profile: Profile
    period: int
    delay: int
    """Further steps until what was sent must be there; 0: before the next step's forward pass."""
    steps: int
    """Steps that are counted."""
    sends: dict[int, Parts]
    """Step of the period (1 to `period`) -> what is sent in it."""
    latency: float
    """Seconds of start-up of every all-reduce."""


def rhythm_of(instance: "WanTraining", plan: SchedulePlan) -> Rhythm:
    """Compile a plan whose columns fit the instance (see `evaluate` for those that do not)."""
    model = instance.model
    profile = Profile(instance.rules, model.layers, model.step_time)
    fragments = [profile.parts(layers) for layers in fragment_layers(plan)]
    sends = {
        step: _merge([fragments[each] for each in np.flatnonzero(plan.send_step == step)])
        for step in sorted(set(plan.send_step.tolist()))
    }
    return Rhythm(
        profile=profile,
        period=plan.inner_steps,
        delay=plan.overlap_steps,
        steps=counted_steps(instance, plan),
        sends=sends,
        latency=instance.link.latency,
    )


def fragment_layers(plan: SchedulePlan) -> list[IntArray]:
    """Return the layers of each fragment, in rising order."""
    order = np.argsort(plan.fragment, kind="stable")
    counts = np.bincount(plan.fragment, minlength=len(plan.send_step))
    return np.split(order, np.cumsum(counts)[:-1])


def transfer_seconds(
    instance: "WanTraining", plan: SchedulePlan, bandwidth: FloatArray
) -> FloatArray:
    """Return the seconds of an all-reduce of the whole model at each bandwidth, in B/s."""
    sites = instance.link.participants
    size = plan.bits / 8 * instance.model.parameters * 2 * (1 - 1 / sites)
    return np.asarray(size / bandwidth, dtype=np.float64)


def counted_steps(instance: "WanTraining", plan: SchedulePlan) -> int:
    """Return how many steps the rules count."""
    if instance.rules == "web_simulator":
        return max(WEB_STEPS, PERIODS * plan.inner_steps)
    return DP_STEPS if plan.schedule == "dp" else PERIODS * plan.inner_steps


def _merge(found: list[Parts]) -> Parts:
    """Return several fragments of one step as one: first released, first sent."""
    share, starts, release, tail = (
        np.concatenate([getattr(parts, name) for parts in found])
        for name in ("share", "starts", "release", "tail")
    )
    order = np.argsort(release, kind="stable")
    return Parts(share[order], starts[order], release[order], tail[order])
