"""The exact front of uniform plans from the least time for every chain of totals."""

import functools
from collections.abc import Callable

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.hierarchical_sharding.costs import CostTables, Numbers
from planner.models.hierarchical_sharding.front import Front, empty
from planner.models.hierarchical_sharding.levels import Bits, Levels, bit_choices
from planner.models.hierarchical_sharding.menus import Regime
from planner.models.hierarchical_sharding.plan import UniformPlan
from planner.models.hierarchical_sharding.search import Variant, variants
from planner.models.hierarchical_sharding.view import View


class LevelSpace:
    """Uniform plans by their totals: for each chain of totals the fastest plan."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.variants = variants(view)

    def front(self, stop: Callable[[], bool] = lambda: False) -> Front | None:
        """Return the front of all plans of any memory, or `None` if told to stop."""
        front = empty()
        for keep in sorted({variant.keep for variant in self.variants}):
            for passes in sorted({schedule.microbatches for schedule in self.view.schedules}):
                levels = Levels(self.view, passes=passes, keep=keep)
                time = _least(levels, stop)
                if time is None:
                    return None
                front = self._merge(front, levels, time)
        return front

    def _merge(self, front: Front, levels: Levels, time: FloatArray) -> Front:
        view = self.view
        memory = self._memory(levels.totals, levels.keep)
        time = np.where(_allowed(view, levels.totals, levels.keep), time, np.inf)
        for place, variant in enumerate(self.variants):
            schedule = view.schedules[variant.schedule]
            if (schedule.microbatches, variant.keep) != (levels.passes, levels.keep):
                continue
            compute = (
                levels.passes * (schedule.forward + schedule.backward) if view.is_step else 0.0
            )
            held = memory + schedule.activations + view.reserve
            front = front.merge(held, time + compute, 0, place)
        return front

    def _memory(self, totals: IntArray, keep: bool) -> FloatArray:
        """Return bytes of states and buffers for chains of totals."""
        view, (p, q, g, o) = self.view, totals.T.astype(np.float64)
        unit = max(layer.unit for layer in view.layers)
        weights = view.parameter_bytes * view.parameters
        held = weights / p + np.where(q != p, weights / q, 0.0)
        held = held + view.gradient_bytes * view.parameters / g
        held = held + view.optimizer_bytes * view.parameters / o
        gathers = weights if keep else np.where(p > 1, 2 * view.parameter_bytes * unit, 0.0)
        result: FloatArray = held + gathers + np.where(g > 1, view.gradient_bytes * unit, 0.0)
        return result

    def plan(self, number: int, variant: Variant) -> UniformPlan:
        """Return the fastest plan with the totals of a row."""
        levels = self._levels(variant)
        tables, bits = self._best(variant, number)
        path = levels.trace(tables, number, bits)
        costs = CostTables(self.view, self.view.layers)
        p, q, g, o = (path[:, column] for column in range(4))
        found = [costs.vectors.number(vector.tolist()) for vector in (p, q, g, o, o // g, o // p)]
        numbers = Numbers(*[np.array([number]) for number in found])
        chosen = Regime(self.view).sharding(costs, numbers, variant.keep)
        return UniformPlan(sharding=chosen, schedule=variant.schedule)

    def _levels(self, variant: Variant) -> Levels:
        passes = self.view.schedules[variant.schedule].microbatches
        return Levels(self.view, passes=passes, keep=variant.keep)

    def _best(self, variant: Variant, row: int) -> tuple[list[FloatArray], Bits]:
        """Return the tables with the bits that are fastest for a row."""
        levels, best = self._levels(variant), None
        for bits in bit_choices(self.view):
            tables = levels.solve(bits)
            assert tables is not None
            time = float(tables[-1][row, 0] + levels.kernels(bits)[row])
            if best is None or time < best[0]:
                best = (time, tables, bits)
        assert best is not None
        return best[1], best[2]


def _least(levels: Levels, stop: Callable[[], bool]) -> FloatArray | None:
    """Return the least time of communication for each chain of totals."""
    found = []
    for bits in bit_choices(levels.view):
        tables = levels.solve(bits, stop)
        if tables is None:
            return None
        found.append(tables[-1][:, 0] + levels.kernels(bits))
    return functools.reduce(np.minimum, found)


def _allowed(
    view: View, totals: IntArray, keep: bool
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which chains of totals the policy on keeping gathers allows."""
    gathered = totals[:, 0] > 1
    if keep:
        return gathered
    return gathered | True if False in view.keeps else ~gathered
