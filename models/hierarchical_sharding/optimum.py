"""The optimum of uniform plans, however it is found without a solver."""

from collections.abc import Callable
from dataclasses import dataclass

from planner.models.base.rounding import lower
from planner.models.hierarchical_sharding.certificate import EnumerationCertificate
from planner.models.hierarchical_sharding.floor import ROUNDINGS
from planner.models.hierarchical_sharding.front import Front
from planner.models.hierarchical_sharding.plan import UniformPlan
from planner.models.hierarchical_sharding.search import (
    MOST_PLANS,
    Space,
    has_uniform_plans,
    pareto_front,
    size,
)
from planner.models.hierarchical_sharding.view import View


@dataclass(frozen=True, slots=True)
class Optimum:
    """The front of all uniform plans, and the fastest that fits."""

    front: Front
    place: int | None
    """Place of the fastest plan that fits in the front; `None` if none fits."""
    space: Space

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
    """Return why the plans cannot be looked at one by one, or `None`."""
    if not has_uniform_plans(view):
        return "classes share their state over different devices; allow mixed plans"
    if size(view) > MOST_PLANS:
        return f"there are {size(view):,} plans, more than {MOST_PLANS:,}"
    return None


def find_optimum(view: View, stop: Callable[[], bool] = lambda: False) -> Optimum | None:
    """Return the optimum by looking at every plan, or `None` if told to stop before the end."""
    space = Space(view)
    front = pareto_front(space, stop)
    if front is None:
        return None
    return Optimum(front, front.within(view.memory), space)


def certify(found: Optimum) -> EnumerationCertificate:
    """Return the certificate of an optimum that fits."""
    return EnumerationCertificate(
        value=lower(found.time, ROUNDINGS),
        memory=lower(found.memory, ROUNDINGS),
        front_memory=found.front.memory,
        front_time=found.front.time,
    )
