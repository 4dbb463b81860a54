"""The best plan of one branch: an integer programme over the options that can still matter."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.hierarchical_sharding.front import TIE
from planner.models.hierarchical_sharding.mixed import budget
from planner.models.hierarchical_sharding.options import Options
from planner.models.hierarchical_sharding.plan import MixedPlan, Share
from planner.solvers.contract import Run, StopReason
from planner.solvers.engines.outcome import Status
from planner.solvers.hierarchical_sharding.mixing.branches import (
    Branch,
    Branches,
    columns_of,
    total_time,
)
from planner.solvers.hierarchical_sharding.mixing.groups import groups_of
from planner.solvers.hierarchical_sharding.mixing.programme import Programme, columns

FEW_COLUMNS = 24
"""Options of all classes in a first programme, which brings a good plan quickly."""
MOST_COLUMNS = 6_000
"""Most options of all classes in one programme; the cheapest under the prices come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the programme of a branch showed."""

    bound: float
    """Seconds that no plan of the branch beats, by the word of the backend."""
    time: float | None = None
    plan: MixedPlan | None = None
    stopped_by: StopReason | None = None
    backends: Mapping[str, str]


def solve_branch(
    branches: Branches, branch: Branch, upper: float | None, run: Run, backend: str
) -> Found:
    """Return the best plan of a branch that takes less than `upper` seconds, if there is one."""
    first = _solve(branches, branch, upper, run, (backend, FEW_COLUMNS))
    times = [time for time in (upper, first.time) if time is not None]
    if times and first.bound >= min(times) * (1 - run.budget.gap):
        return first
    found = _solve(branches, branch, min(times, default=None), run, (backend, MOST_COLUMNS))
    if first.time is not None and (found.time is None or first.time <= found.time):
        return replace(found, time=first.time, plan=first.plan)
    return found


def _solve(
    branches: Branches, branch: Branch, upper: float | None, run: Run, how: tuple[str, int]
) -> Found:
    """Return what the programme over some of the options shows, given the backend and how many."""
    from planner.solvers.engines.pulp_engine import solve_pulp

    (backend, most), view = how, branches.view
    chosen, omitted = _choose(branches, branch, upper, most)
    classes = [
        columns(options, rows, _groups(options, rows, is_limited=view.communicators is not None))
        for options, rows in zip(branches.pool, chosen, strict=True)
    ]
    unit = max(branch.bound, branches.unit)
    programme = Programme(view, branch, classes, unit, whole=True)
    outcome = solve_pulp(programme.problem, run=run, backend=backend)
    beyond, bound = branch.bound + omitted, branch.bound
    if outcome.status is Status.INFEASIBLE:
        bound = beyond
    elif outcome.bound is not None:
        bound = max(bound, min(outcome.bound * unit * (1 - TIE), beyond))
    found = Found(bound=bound, stopped_by=outcome.stopped_by, backends=outcome.backends)
    if not outcome.has_solution:
        return found
    counts = programme.counts()
    if outcome.status is Status.OPTIMAL:
        counts = _smallest(programme, counts, run, backend)
    best = programme.totals(counts)
    if not _fits(branches, branch, best):
        return found
    return replace(
        found,
        time=total_time(view, branch, best),
        plan=_plan(branches.pool, chosen, counts, branch.schedule),
    )


def _smallest(
    programme: Programme, counts: list[IntArray], run: Run, backend: str
) -> list[IntArray]:
    """Return the counts of least memory among those that are as fast."""
    from planner.solvers.engines.pulp_engine import solve_pulp

    def time(each: list[IntArray]) -> float:
        return total_time(programme.view, programme.branch, programme.totals(each))

    programme.prefer_memory(time(counts))
    if not solve_pulp(programme.problem, run=run, backend=backend).has_solution:
        return counts
    smaller = programme.counts()
    is_smaller = programme.totals(smaller)[3] < programme.totals(counts)[3]
    return smaller if is_smaller and time(smaller) <= time(counts) * (1 + TIE) else counts


def _groups(options: Options, rows: IntArray, *, is_limited: bool) -> list[frozenset[Hashable]]:
    return [groups_of(options, row) for row in rows.tolist()] if is_limited else []


def _fits(branches: Branches, branch: Branch, totals: FloatArray) -> bool:
    view = branches.view
    if view.memory is None:
        return True
    return float(totals[3]) <= budget(view, view.schedules[branch.schedule], branch.case)


def _choose(
    branches: Branches, branch: Branch, upper: float | None, most: int
) -> tuple[list[IntArray], float]:
    """Return the options that can be part of a better plan, and the least cost of one left out.

    A plan with an option of reduced cost r takes at least r more than the bound of the branch.
    """
    view = branches.view
    slack = np.inf if upper is None else max(upper - branch.bound, 0.0) * (1 + TIE) + upper * TIE
    costs = branches.reduced_costs(branch)
    rows = [np.flatnonzero(np.isfinite(cost) & (cost <= slack)) for cost in costs]
    if view.communicators is None:
        best = [columns_of(view, branch, options) for options in branches.pool]
        rows = [np.intersect1d(row, each) for row, each in zip(rows, best, strict=True)]
    ranked = np.sort(np.concatenate([cost[row] for cost, row in zip(costs, rows, strict=True)]))
    if len(ranked) <= most:
        return rows, slack
    limit = float(ranked[most])
    return [row[cost[row] <= limit] for cost, row in zip(costs, rows, strict=True)], limit


def _plan(
    options: list[Options],
    chosen: list[IntArray],
    counts: list[IntArray],
    schedule: int,
) -> MixedPlan:
    shares = [
        Share(
            layer=each.layer.name, count=int(count[place]), sharding=each.sharding(int(rows[place]))
        )
        for each, rows, count in zip(options, chosen, counts, strict=True)
        for place in np.flatnonzero(count).tolist()
    ]
    return MixedPlan(shares=tuple(shares), schedule=schedule)
