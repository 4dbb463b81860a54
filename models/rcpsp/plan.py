"""The plan of a project: when each activity starts."""

from typing import Literal

from planner.models.base.arrays import Integers
from planner.models.base.artefacts import Plan


class SchedulePlan(Plan):
    """One start per activity, in the order of the instance."""

    kind: Literal["schedule"] = "schedule"
    start: Integers
    """First period of each activity, counted from 0."""


PLANS = (SchedulePlan,)
