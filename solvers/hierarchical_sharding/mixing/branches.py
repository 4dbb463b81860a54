"""Branches of the search for mixed plans: a schedule and a case of buffer sizes, with a bound."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.hierarchical_sharding.certificate import MixedCertificate, Multipliers
from planner.models.hierarchical_sharding.mixed import (
    Case,
    bounds,
    budget,
    cases,
    constant,
    is_hidden,
    minima,
    prices,
    rest_bound,
)
from planner.models.hierarchical_sharding.options import Options, unbeaten
from planner.models.hierarchical_sharding.skyline import skyline
from planner.models.hierarchical_sharding.view import View

SAME = 1e-12
"""Relative difference of terms that are the same up to rounding."""


@dataclass(slots=True)
class Branch:
    """A schedule, a case of buffer sizes, and the best prices found for it."""

    schedule: int
    case: Case
    multipliers: Multipliers
    bound: float
    is_refined: bool = False
    """Whether the prices are those of the relaxation."""


class Branches:
    """All branches of an instance; together they cover every mixed plan."""

    def __init__(self, view: View, options: Sequence[Options]) -> None:
        self.view, self.options = view, options
        self.rest = rest_bound(view)
        """Seconds that no plan of a framework that splits all layers alike beats."""
        self.reduced = [unbeaten(each, SAME) for each in options]
        """Options that may be best under some prices."""
        self.pool = self.reduced if view.communicators is None else list(options)
        """Options that may be part of a best plan; where groups count, all of them."""
        self.all = [
            Branch(schedule, case, _free(case), -math.inf)
            for schedule, case in itertools.product(range(len(view.schedules)), cases(view))
        ]
        self.offer(_free(self.all[0].case))
        self.unit = max(min(branch.bound for branch in self.all), 1e-9 * self._longest())
        """A time of the right size to measure others by, in seconds."""
        self._close_impossible()

    def offer(self, offered: Multipliers) -> None:
        """Let every branch take over prices that are better than its own."""
        rows = [
            [_moved(offered, branch.case) for branch in self._of(schedule)]
            for schedule in range(len(self.view.schedules))
        ]
        found = np.concatenate(bounds(self.view, self.reduced, rows))
        moved = itertools.chain.from_iterable(rows)
        for branch, value, each in zip(self.all, found.tolist(), moved, strict=True):
            if value > branch.bound:
                branch.bound, branch.multipliers = value, each

    def lowest(self) -> Branch:
        """Return the branch with the lowest bound."""
        return min(self.all, key=lambda branch: branch.bound)

    def certificate(self) -> MixedCertificate:
        """Return the prices of all branches and what they prove, over all options."""
        rows = tuple(
            tuple(branch.multipliers for branch in self._of(schedule))
            for schedule in range(len(self.view.schedules))
        )
        found = bounds(self.view, self.options, rows)
        value = min(self.rest, *(float(row.min()) for row in found))
        return MixedCertificate(value=value, schedules=rows)

    def reduced_costs(self, branch: Branch) -> list[FloatArray]:
        """Return by how many seconds each option of `pool` exceeds the cheapest under the prices.

        Infinite for options that the branch forbids.
        """
        schedule, case = self.view.schedules[branch.schedule], branch.case
        priced, found = prices(schedule, branch.multipliers), []
        for options in self.pool:
            value = options.terms @ priced
            allowed = np.isin(
                options.kind, options.kinds_within(case.gather_unit, case.scatter_unit)
            )
            value = np.where(allowed, value, np.inf)
            found.append(value - value.min() if allowed.any() else value)
        return found

    def _of(self, schedule: int) -> list[Branch]:
        return [branch for branch in self.all if branch.schedule == schedule]

    def _close_impossible(self) -> None:
        """Give branches that hold no plan prices that prove it."""
        if self.view.memory is None:
            return
        longest = self._longest()
        only_memory = np.array([[0.0], [0.0], [0.0], [1.0]])
        least = [minima(options, only_memory)[:, 0] for options in self.reduced]
        for branch in self.all:
            case = branch.case
            need = sum(
                options.layer.count
                * float(each[options.kinds_within(case.gather_unit, case.scatter_unit)].min())
                for options, each in zip(self.reduced, least, strict=True)
            )
            schedule = self.view.schedules[branch.schedule]
            missing = need - budget(self.view, schedule, case)
            if missing > 0:
                branch.bound, branch.is_refined = math.inf, True
                if math.isfinite(missing):
                    price = 2 * longest / missing
                    branch.multipliers = branch.multipliers.model_copy(update={"memory": price})

    def _longest(self) -> float:
        """Return a time that no plan exceeds."""
        found = 0.0
        for schedule in self.view.schedules:
            free = prices(schedule, _free(Case(0.0, 0.0)))
            hidden = self.view.is_step * schedule.microbatches
            total = hidden * (schedule.forward + schedule.backward)
            for options in self.reduced:
                total += options.layer.count * float((options.terms @ free).max(initial=0.0))
            found = max(found, total)
        return found or 1.0


def total_time(view: View, branch: Branch, terms: FloatArray) -> float:
    """Return the objective of summed terms (of all layers) in a branch."""
    schedule = view.schedules[branch.schedule]
    passes = schedule.microbatches
    forward, backward, once = (float(term) for term in terms[:3])
    if is_hidden(view):
        longer = max(schedule.forward, forward) + max(schedule.backward, backward)
        return passes * longer + once
    return constant(view, schedule, _free(branch.case)) + passes * (forward + backward) + once


def columns_of(view: View, branch: Branch, options: Options) -> IntArray:
    """Return the options of a class that a branch allows and no other beats in it."""
    case, passes = branch.case, view.schedules[branch.schedule].microbatches
    rows = np.flatnonzero(
        np.isin(options.kind, options.kinds_within(case.gather_unit, case.scatter_unit))
    )
    terms = options.terms[rows]
    if not is_hidden(view):
        time = passes * (terms[:, 0] + terms[:, 1]) + terms[:, 2]
        terms = np.stack([time, terms[:, 3]], axis=1)
    return rows[skyline(terms, SAME)]


def _free(case: Case) -> Multipliers:
    return Multipliers(gather_unit=case.gather_unit, scatter_unit=case.scatter_unit, memory=0.0)


def _moved(offered: Multipliers, case: Case) -> Multipliers:
    return offered.model_copy(
        update={"gather_unit": case.gather_unit, "scatter_unit": case.scatter_unit}
    )
