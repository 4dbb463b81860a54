"""The exact optimum and Pareto front of uniform plans, by looking at every one of them."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.hierarchical_sharding.communicators import communicator_counts
from planner.models.hierarchical_sharding.costs import CostTables, Numbers, communication, step
from planner.models.hierarchical_sharding.frameworks import expressible
from planner.models.hierarchical_sharding.front import Front, empty
from planner.models.hierarchical_sharding.lattice import Lattice, plan_count
from planner.models.hierarchical_sharding.plan import Precisions, Sharding, UniformPlan
from planner.models.hierarchical_sharding.training import Schedule
from planner.models.hierarchical_sharding.view import COLLECTIVES, View

MOST_PLANS = 10_000_000
"""Most plans (times schedules and keeping of gathers) that are looked at one by one."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What is chosen besides the vectors."""

    schedule: int
    keep: bool


def variants(view: View) -> tuple[Variant, ...]:
    """Return every schedule with every keeping of gathers.

    Plans that replicate the parameters gather nothing, so they come without keeping even where
    gathers must be kept.
    """
    choices = itertools.product(range(len(view.schedules)), sorted({False, *view.keeps}))
    return tuple(Variant(schedule, keep) for schedule, keep in choices)


def has_uniform_plans(view: View) -> bool:
    """Return whether one sharding can serve every class of layers."""
    return len({layer.fanout for layer in view.layers}) == 1


def size(view: View) -> int:
    """Return how many plans there are, schedules and keeping of gathers included."""
    fanout = view.layers[0].fanout
    return plan_count(fanout, secondary=view.secondary) * len(variants(view))


class Space:
    """All uniform plans of an instance with their costs."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.tables = CostTables(view, view.layers)
        self.lattice = Lattice(self.tables.vectors, secondary=view.secondary)
        self.variants = variants(view)

    def blocks(self) -> Iterator[tuple[int, Numbers]]:
        """Yield blocks of plans with the number of their first."""
        first = 0
        for block in self.lattice.blocks():
            yield first, block
            first += len(block)

    def costs(self, plans: Numbers, variant: Variant) -> tuple[FloatArray, FloatArray]:
        """Return memory and time of plans; those that are not allowed take infinite time."""
        allowed = self._allowed(plans, variant.keep)
        if allowed.all():
            return self._costs(plans, variant)
        # Few plans keep their gathers: the others are not worth a look.
        memory, time = np.zeros(len(plans)), np.full(len(plans), np.inf)
        if allowed.any():
            memory[allowed], time[allowed] = self._costs(plans.take(allowed), variant)
        return memory, time

    def _costs(self, plans: Numbers, variant: Variant) -> tuple[FloatArray, FloatArray]:
        view, schedule = self.view, self.view.schedules[variant.schedule]
        durations = self.tables.durations(plans, variant.keep)
        if view.is_step:
            time = step(durations, schedule, view.overlap)
        else:
            time = communication(durations, schedule)
        memory = self.tables.memory(plans, variant.keep) + self.tables.buffers(plans, variant.keep)
        return memory + schedule.activations + view.reserve, time

    def _allowed(self, plans: Numbers, keep: bool) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        view = self.view
        allowed = np.ones(len(plans), dtype=bool)
        if keep:
            allowed &= (plans.parameters > 0) & (plans.secondary == plans.parameters)
        elif False not in view.keeps:
            allowed &= plans.parameters == 0
        if "any" not in view.frameworks:
            allowed &= expressible(view.frameworks, self.tables.vectors, plans, keep)
        if view.communicators is not None:
            used = communicator_counts(self.tables.vectors, plans, keep)
            allowed &= used <= view.communicators
        return allowed

    def plan(self, number: int, variant: Variant) -> UniformPlan:
        """Return a plan by its number."""
        for first, block in self.blocks():
            if number < first + len(block):
                found = block.take(slice(number - first, number - first + 1))
                return UniformPlan(
                    sharding=sharding(self.tables, found, variant.keep), schedule=variant.schedule
                )
        raise IndexError(number)


def sharding(tables: CostTables, plan: Numbers, keep: bool) -> Sharding:
    """Return the sharding of a single plan, with the fastest bits allowed."""
    bits = tables.durations(plan, keep).bits
    states = ("parameters", "secondary", "gradients", "optimizer")
    vectors = {name: tables.vectors.vector(int(getattr(plan, name)[0])) for name in states}
    chosen = Precisions.model_validate({name: int(bits[name][0]) for name in COLLECTIVES})
    return Sharding(**vectors, keep=keep, bits=chosen)


def pareto_front(space: Space, stop: Callable[[], bool] = lambda: False) -> Front | None:
    """Return the front of all plans of any memory, or `None` if told to stop before the end."""
    front = empty()
    for first, block in space.blocks():
        if stop():
            return None
        for place, variant in enumerate(space.variants):
            memory, time = space.costs(block, variant)
            front = front.merge(memory, time, first, place)
    return front


def schedule_of(view: View, plan: UniformPlan) -> Schedule | None:
    """Return the schedule a plan names, or `None` if there is none of that number."""
    return view.schedules[plan.schedule] if plan.schedule < len(view.schedules) else None
