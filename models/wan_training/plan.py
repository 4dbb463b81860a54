"""The plan: which schedule, which layers travel together, and in which step each group is sent."""

from typing import Literal

from pydantic import Field

from planner.models.base.arrays import Integers
from planner.models.base.artefacts import Plan
from planner.models.wan_training.description import Bits, Schedule, Steps


class SchedulePlan(Plan):
    """One period of synchronisation, which is repeated until the end of training.

    `dp` reduces the gradients of all layers in every step; `diloco` the outer gradients of all
    layers once per period; `streaming` one fragment after the other; `overlap` likewise, but
    training goes on for `overlap_steps` more steps meanwhile; `co2` the whole model while the next
    period is computed.
    """

    kind: Literal["schedule"] = "schedule"
    schedule: Schedule
    inner_steps: Steps
    """Steps of a period."""
    fragment: Integers
    """Fragment of each layer, counted from 0."""
    send_step: Integers
    """Step of the period, counted from 1, at whose end each fragment is sent."""
    overlap_steps: int = Field(default=0, strict=True, ge=0, le=1_000_000)
    """Further steps until what was reduced has to be there."""
    bits: Bits
    """Bits per parameter on the link."""


PLANS = (SchedulePlan,)
