"""Plans: the chosen positions, or a rule that chooses them."""

from typing import Literal

from planner.models.base.arrays import Integers
from planner.models.base.artefacts import Plan
from planner.models.base.record import Count, Index


class ExplicitPlan(Plan):
    """Every chosen position, one entry each."""

    kind: Literal["explicit"] = "explicit"
    chosen: Integers


class RulePlan(Plan):
    """Positions `first`, `first + 1`, ... of those that are allowed, `count` in all."""

    kind: Literal["rule"] = "rule"
    first: Index
    count: Count
