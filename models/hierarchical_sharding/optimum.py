"""The optimum of uniform plans, however it is found without a solver."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from planner.models.base.rounding import lower
from planner.models.hierarchical_sharding.certificate import EnumerationCertificate
from planner.models.hierarchical_sharding.floor import ROUNDINGS
from planner.models.hierarchical_sharding.front import Front
from planner.models.hierarchical_sharding.level_search import LevelSpace
from planner.models.hierarchical_sharding.levels import why_no_levels
from planner.models.hierarchical_sharding.plan import UniformPlan
from planner.models.hierarchical_sharding.search import (
    MOST_PLANS,
    Space,
    Variant,
    has_uniform_plans,
    pareto_front,
    size,
)
from planner.models.hierarchical_sharding.view import View

MANY_PLANS = 1_000_000
"""From so many plans on, building them up level by level is faster where it applies."""
NO_UNIFORM = "classes share their state over different devices, so no uniform plan serves them all"


class Plans(Protocol):
    """Plans by number, however their front was found."""

    variants: tuple[Variant, ...]

    def plan(self, number: int, variant: Variant) -> UniformPlan:
        """Return a plan of the front."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """The front of all uniform plans, and the fastest that fits."""

    front: Front
    place: int | None
    """Place of the fastest plan that fits in the front; `None` if none fits."""
    space: Plans

    @property
    def time(self) -> float:
        """Seconds of the fastest plan that fits."""
        assert self.place is not None
        return float(self.front.time[self.place])

    @property
    def memory(self) -> float:
        """Bytes of that plan."""
        assert self.place is not None
        return float(self.front.memory[self.place])

    def plan(self, place: int) -> UniformPlan:
        """Return a plan of the front."""
        variant = self.space.variants[int(self.front.variant[place])]
        return self.space.plan(int(self.front.plan[place]), variant)


def why_not(view: View) -> str | None:
    """Return why no method without a solver finds the optimum, or `None`."""
    reason = why_not_each(view)
    if reason is None or not has_uniform_plans(view):
        return reason
    levels = why_no_levels(view)
    return None if levels is None else f"{reason}; {levels}"


def why_not_each(view: View) -> str | None:
    """Return why the plans cannot be looked at one by one, or `None`."""
    if not has_uniform_plans(view):
        return NO_UNIFORM
    if size(view) > MOST_PLANS:
        return f"there are {size(view):,} plans, more than {MOST_PLANS:,}"
    return None


def why_not_levels(view: View) -> str | None:
    """Return why the plans cannot be built up level by level, or `None`."""
    if not has_uniform_plans(view):
        return NO_UNIFORM
    return why_no_levels(view)


def prefers_levels(view: View) -> bool:
    """Return whether there are so many plans that they are better built up level by level."""
    return size(view) > MANY_PLANS and why_no_levels(view) is None


def find_optimum(
    view: View, stop: Callable[[], bool] = lambda: False, *, by_levels: bool | None = None
) -> Optimum | None:
    """Return the optimum of all plans, or `None` if told to stop before the end.

    `by_levels` says whether plans are built up level by level; see `prefers_levels`.
    """
    if by_levels is None:
        by_levels = prefers_levels(view)
    space: LevelSpace | Space
    if by_levels:
        space = LevelSpace(view)
        front = space.front(stop)
    else:
        space = Space(view)
        front = pareto_front(space, stop)
    return None if front is None else Optimum(front, front.within(view.memory), space)


def certify(found: Optimum) -> EnumerationCertificate:
    """Return the certificate of an optimum that fits."""
    return EnumerationCertificate(
        value=lower(found.time, ROUNDINGS),
        memory=lower(found.memory, ROUNDINGS),
        front_memory=found.front.memory,
        front_time=found.front.time,
    )
