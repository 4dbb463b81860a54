"""Whether a fragment's all-reduce is hidden: reduced before anything has to wait for it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.rounding import COMBINATORIAL
from planner.models.wan_training.plan import SchedulePlan
from planner.models.wan_training.profile import Parts, Profile
from planner.models.wan_training.rhythm import fragment_layers, rhythm_of, transfer_seconds

if TYPE_CHECKING:
    from planner.models.wan_training.instance import WanTraining

DUST = 1e-12
"""Share of a step that is no time at all."""


@dataclass(frozen=True, slots=True, eq=False)
class Hiding:
    """Figures of each fragment, alone on the link."""

    transfer: FloatArray
    """Seconds that its all-reduces take, start-up included."""
    window: FloatArray
    """Longest such time with which no step waits: (tau + release slack) T."""
    bandwidth: float | None
    """Least bandwidth that hides every fragment, in B/s; `None` where none does."""

    @property
    def is_hidden(self) -> IntArray:
        """1 for each fragment whose transfer fits its window."""
        return (self.transfer <= self.window * (1 + COMBINATORIAL)).astype(np.int64)


def hiding_of(instance: "WanTraining", plan: SchedulePlan, bandwidth: float) -> Hiding:
    """Return transfer times at a bandwidth in B/s, and the windows they have to fit.

    CO2 sends the model as one: its window is a period, so that it is hidden exactly if
    tau t_step >= T_AR.
    """
    model, latency = instance.model, instance.link.latency
    whole = float(transfer_seconds(instance, plan, np.array([1.0]))[0])
    if plan.schedule == "co2":
        sizes, starts = np.array([whole]), np.array([1])
        window = np.array([plan.inner_steps * model.step_time])
    else:
        profile = rhythm_of(instance, plan).profile
        found = [profile.parts(layers) for layers in fragment_layers(plan)]
        sizes = whole * np.array([parts.share.sum() for parts in found])
        starts = np.array([parts.starts.sum() for parts in found])
        known: dict[bytes, float] = {}
        windows = []
        for parts in found:
            key = parts.release.tobytes()
            if key not in known:
                known[key] = _window(profile, parts, plan.overlap_steps)
            windows.append(known[key])
        window = np.array(windows)
    left = window - starts * latency
    least = float((sizes / left).max()) if (left > 0).all() else None
    return Hiding(sizes / bandwidth + starts * latency, window, least)


def _window(profile: Profile, parts: Parts, delay: int) -> float:
    """Return the longest time of a fragment's all-reduces with which nothing waits.

    All-reduces j to k take their share of it and must fit between the release of j and the first
    use of k in the forward pass, `delay` steps after the next one begins.
    """
    due = profile.step_time * (1 + delay) - parts.tail
    share = parts.share / parts.share.sum()
    least = min(
        float(((due[j:] - parts.release[j]) / np.cumsum(share[j:])).min()) for j in range(len(due))
    )
    # The first layer is used again at once: what is left there is rounding.
    return least if least > DUST * profile.step_time else 0.0
