"""The exact optimum and Pareto front of uniform plans, by looking at every one of them."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.hierarchical_sharding.communicators import communicator_counts
from planner.models.hierarchical_sharding.costs import CostTables, Numbers, communication, step
from planner.models.hierarchical_sharding.divisors import vectors_of
from planner.models.hierarchical_sharding.front import Front, empty
from planner.models.hierarchical_sharding.lattice import Lattice, plan_count
from planner.models.hierarchical_sharding.menus import Mask, regimes
from planner.models.hierarchical_sharding.plan import UniformPlan
from planner.models.hierarchical_sharding.view import View

MOST_PLANS = 10_000_000
"""Most plans (times schedules and keeping of gathers) that are looked at one by one."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What is chosen besides the vectors."""

    schedule: int
    keep: bool
    regime: int = 0
    """Which of the choices of bits of the frameworks."""


def variants(view: View) -> tuple[Variant, ...]:
    """Return every schedule with every keeping of gathers, and bits of the frameworks.

    Plans that replicate the parameters gather nothing, so they come without keeping even where
    gathers must be kept.
    """
    schedules, keeps = range(len(view.schedules)), sorted({False, *view.keeps})
    choices = itertools.product(schedules, keeps, range(len(regimes(view))))
    return tuple(itertools.starmap(Variant, choices))


def has_uniform_plans(view: View) -> bool:
    """Return whether one sharding can serve every class of layers."""
    return len({layer.fanout for layer in view.layers}) == 1


def size(view: View) -> int:
    """Return how many plans there are, schedules and keeping of gathers included."""
    fanout = view.layers[0].fanout
    choices = len(view.schedules) * len({False, *view.keeps})
    # With several bits to choose from, frameworks can express few of the plans.
    return plan_count(fanout, secondary=view.secondary) * choices


class Space:
    """All uniform plans of an instance with their costs."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.vectors = vectors_of(view.layers[0].fanout)
        self.regimes = regimes(view)
        self.tables = [CostTables(regime.view, view.layers) for regime in self.regimes]
        """Costs in each regime."""
        self.lattice = Lattice(self.vectors, secondary=view.secondary)
        self.variants = variants(view)

    def blocks(self) -> Iterator[tuple[int, Numbers]]:
        """Yield blocks of plans with the number of their first."""
        first = 0
        for block in self.lattice.blocks():
            yield first, block
            first += len(block)

    def costs(self, plans: Numbers, variant: Variant) -> tuple[FloatArray, FloatArray]:
        """Return memory and time of plans; those that are not allowed take infinite time."""
        allowed = self._allowed(plans, variant)
        if allowed.all():
            return self._costs(plans, variant)
        # Few plans keep their gathers: the others are not worth a look.
        memory, time = np.zeros(len(plans)), np.full(len(plans), np.inf)
        if allowed.any():
            memory[allowed], time[allowed] = self._costs(plans.take(allowed), variant)
        return memory, time

    def _costs(self, plans: Numbers, variant: Variant) -> tuple[FloatArray, FloatArray]:
        view, schedule = self.view, self.view.schedules[variant.schedule]
        tables = self.tables[variant.regime]
        durations = tables.durations(plans, variant.keep)
        if view.is_step:
            time = step(durations, schedule, view.overlap)
        else:
            time = communication(durations, schedule)
        memory = tables.memory(plans, variant.keep) + tables.buffers(plans, variant.keep)
        return memory + schedule.activations + view.reserve, time

    def _allowed(self, plans: Numbers, variant: Variant) -> Mask:
        view, keep = self.view, variant.keep
        allowed = self.regimes[variant.regime].allows(self.vectors, plans, keep)
        if keep:
            allowed &= (plans.parameters > 0) & (plans.secondary == plans.parameters)
        elif False not in view.keeps:
            allowed &= plans.parameters == 0
        if view.communicators is not None:
            used = communicator_counts(self.vectors, plans, keep)
            allowed &= used <= view.communicators
        return allowed

    def plan(self, number: int, variant: Variant) -> UniformPlan:
        """Return a plan by its number."""
        for first, block in self.blocks():
            if number < first + len(block):
                found = block.take(slice(number - first, number - first + 1))
                return self.plan_of(found, variant)
        raise IndexError(number)

    def plan_of(self, plan: Numbers, variant: Variant) -> UniformPlan:
        """Return a single plan, with the fastest bits of its regime."""
        regime, tables = self.regimes[variant.regime], self.tables[variant.regime]
        found = regime.sharding(tables, plan, variant.keep)
        return UniformPlan(sharding=found, schedule=variant.schedule)


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
