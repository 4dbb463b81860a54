"""What a schedule costs in memory beside the copies that plain data parallelism keeps."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from planner.models.wan_training.instance import WanTraining
    from planner.models.wan_training.plan import SchedulePlan

INNER_COPIES = 3
"""Parameters and the two moments of the inner optimiser (Adam)."""
OUTER_COPIES = 2
"""Outer parameters and outer momentum (Streaming DiLoCo, arXiv 2501.18512)."""


def memory_overhead(instance: "WanTraining", plan: "SchedulePlan") -> float:
    """Return the bytes of one site beyond plain data parallelism.

    Two more copies of the model, or, if they stay in host memory between synchronisations, of the
    largest fragment: 2 b Psi |p| / L with b bytes per parameter.
    """
    if plan.schedule == "dp":
        return 0.0
    model = instance.model
    whole = OUTER_COPIES * model.copy_bytes * model.parameters
    return whole * largest_fragment(plan) / model.layers if instance.offload else whole


def largest_fragment(plan: "SchedulePlan") -> int:
    """Return the layers of the largest fragment, at least one."""
    return max(1, int(np.bincount(np.maximum(plan.fragment, 0)).max(initial=0)))
