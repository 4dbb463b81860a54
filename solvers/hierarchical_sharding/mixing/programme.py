"""Mixed plans of one branch as a readable integer programme in PuLP.

minimise    forward + backward + once
such that   sum over options of x(class, option) = layers of the class           (assignment)
            sum of x * bytes <= memory left                                      (memory)
            forward >= micro-batches * sum of x * seconds, backward alike        (passes)
            forward >= micro-batches * compute time, where communication hides behind it
            x(class, option) <= layers * u(group) for each group of the option,
            sum of u <= communicators, where their number is limited             (communicators)
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.hierarchical_sharding.front import TIE
from planner.models.hierarchical_sharding.mixed import budget, is_hidden
from planner.models.hierarchical_sharding.options import Options
from planner.models.hierarchical_sharding.view import View
from planner.solvers.hierarchical_sharding.mixing.branches import Branch

FINE = 1e4
"""Rows count in this many parts of their limit, so that a backend's tolerance is below ties."""
ROUNDING = TIE / 2
"""What sums may exceed their limit by, relative, for plans that just fit to fit."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The options of one class that take part."""

    layers: int
    terms: FloatArray
    """Shape (n, 4)."""
    groups: Sequence[frozenset[Hashable]]
    """Groups of more than one device by option; empty where their number is not limited."""


def columns(options: Options, rows: IntArray, groups: Sequence[frozenset[Hashable]]) -> Columns:
    """Return the columns of some options of a class."""
    return Columns(options.layer.count, options.terms[rows], groups)


class Programme:
    """The programme of a branch; times are relative to `unit`, in seconds."""

    def __init__(
        self, view: View, branch: Branch, classes: Sequence[Columns], unit: float, *, whole: bool
    ) -> None:
        from pulp import LpMinimize, LpProblem, lpSum

        self.view, self.branch, self.classes, self.unit = view, branch, classes, unit
        self.problem = LpProblem("mixed_sharding", LpMinimize)
        self.x = [
            [
                self.problem.add_variable(
                    f"x_{place}_{option}", 0, each.layers, cat="Integer" if whole else "Continuous"
                )
                for option in range(len(each.terms))
            ]
            for place, each in enumerate(classes)
        ]
        for place, each in enumerate(classes):
            self.problem += lpSum(self.x[place]) == each.layers, f"assignment_{place}"
        self._add_memory()
        self.time = self._add_passes() + self._sum(2, 1 / unit)
        self.problem += self.time
        if view.communicators is not None and whole:
            self._add_communicators(view.communicators)

    def _sum(self, term: int, factor: float) -> Any:
        from pulp import LpAffineExpression

        pairs = [
            (variable, float(value) * factor)
            for each, variables in zip(self.classes, self.x, strict=True)
            for variable, value in zip(variables, each.terms[:, term], strict=True)
            if value
        ]
        return LpAffineExpression(pairs)

    def _add_memory(self) -> None:
        if self.view.memory is None:
            return
        schedule = self.view.schedules[self.branch.schedule]
        left = budget(self.view, schedule, self.branch.case)
        # Part of what makes memories equal is left to the tolerance of the backend.
        limit = FINE * (left - ROUNDING * self.view.memory) / left
        self.problem += self._sum(3, FINE / left) <= limit, "memory"

    def _add_passes(self) -> Any:
        """Return the seconds of all micro-batches."""
        schedule = self.view.schedules[self.branch.schedule]
        factor = schedule.microbatches / self.unit
        if not is_hidden(self.view):
            compute = schedule.forward + schedule.backward if self.view.is_step else 0.0
            return self._sum(0, factor) + self._sum(1, factor) + compute * factor
        passes = []
        for term, name in enumerate(("forward", "backward")):
            least = getattr(schedule, name) * factor
            passes.append(self.problem.add_variable(name, least))
            self.problem += passes[-1] >= self._sum(term, factor), f"pass_{name}"
        return passes[0] + passes[1]

    def _add_communicators(self, limit: int) -> None:
        from pulp import lpSum

        used: dict[Hashable, Any] = {}
        for place, each in enumerate(self.classes):
            for option, groups in enumerate(each.groups):
                for group in groups:
                    if group not in used:
                        used[group] = self.problem.add_variable(f"u_{len(used)}", cat="Binary")
                    row = self.x[place][option] <= each.layers * used[group]
                    self.problem += row
        self.problem += lpSum(used.values()) <= limit, "communicators"

    def prefer_memory(self, time: float) -> None:
        """Look for the least memory among plans that take no longer than `time` seconds."""
        limit = FINE * time / self.unit * (1 + ROUNDING)
        self.problem += FINE * self.time <= limit, "time"
        largest = max(float(each.terms[:, 3].max()) * each.layers for each in self.classes)
        self.problem.setObjective(self._sum(3, 1 / largest))

    def counts(self) -> list[IntArray]:
        """Return how many layers take each option, by class."""
        return [
            np.array([round(variable.varValue) for variable in variables], dtype=np.int64)
            for variables in self.x
        ]

    def totals(self, counts: Sequence[IntArray]) -> FloatArray:
        """Return the terms summed over all layers, 4 entries."""
        found = [each.terms.T @ count for each, count in zip(self.classes, counts, strict=True)]
        total: FloatArray = np.sum(found, axis=0)
        return total
