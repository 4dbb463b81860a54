"""The front of memory and time around a result: its points, and where the chosen plan lies."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.models.base.errors import CapabilityError

if TYPE_CHECKING:
    from planner.models.hierarchical_sharding.instance import HierarchicalSharding
    from planner.models.hierarchical_sharding.runners_up import Candidate
    from planner.results.result import Result

SAME = 1e-9
"""Figures within this relative distance are equal."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the plan of a result costs."""

    memory: float
    time: float

    def is_at(self, memory: float, time: float) -> bool:
        """Return whether a point of the front is this plan's, but for rounding."""
        return abs(memory - self.memory) <= SAME * self.memory and (
            abs(time - self.time) <= SAME * max(self.time, time)
        )


def front_of(instance: "HierarchicalSharding") -> "tuple[Candidate, ...]":
    """Return the front of uniform plans of any memory, memory rising and time falling.

    Raises `CapabilityError` where the plans are too many to look at, or there are none.
    """
    from planner.models.hierarchical_sharding.optimum import why_not
    from planner.models.hierarchical_sharding.runners_up import landscape

    seen = landscape(instance.view)
    if seen is None:
        message = f"the front of uniform plans is not known: {why_not(instance.view)}"
        raise CapabilityError(message)
    if not seen.front:
        raise CapabilityError("the policy allows no plan at all, so there is no front")
    return seen.front


def chosen_of(result: "Result", instance: "HierarchicalSharding") -> Chosen | None:
    """Return what the plan of a result costs, or `None` without one that fits the machine."""
    from planner.models.hierarchical_sharding.evaluate import evaluate
    from planner.models.hierarchical_sharding.plan import PLANS

    if not isinstance(result.plan, PLANS):
        return None
    time, memory = (found.value for found in evaluate(instance, result.plan).objectives)
    return None if time is None or memory is None else Chosen(memory, time)
