"""The front of uniform plans, and plans almost as fast as the fastest, with their shardings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.hierarchical_sharding.costs import Numbers
from planner.models.hierarchical_sharding.front import TIE, Front, empty
from planner.models.hierarchical_sharding.optimum import find_optimum, why_not, why_not_each
from planner.models.hierarchical_sharding.plan import UniformPlan
from planner.models.hierarchical_sharding.search import Space
from planner.models.hierarchical_sharding.view import View

WITHIN = 0.02
"""Runner-ups are slower than the fastest plan by at most this share."""
MOST = 20
"""Most runner-ups that are listed."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plan with what it costs."""

    memory: float
    """Bytes per device."""
    time: float
    """Seconds, of the objective."""
    plan: UniformPlan | None
    """`None` on a front that was found level by level, where only the fastest that fits is told."""


@dataclass(frozen=True, slots=True)
class Landscape:
    """What there is to choose from among uniform plans."""

    front: tuple[Candidate, ...]
    """None is better in both memory and time; memory rises, time falls."""
    near: tuple[Candidate, ...] | None
    """Plans that fit and are almost as fast as the fastest, by time, then memory; no two of them
    agree in both. The fastest comes first. `None` where there are too many plans to look at."""
    near_count: int
    """How many there are; at most `MOST` are listed."""


@dataclass(slots=True)
class _Rows:
    """Plans as columns."""

    memory: FloatArray
    time: FloatArray
    plan: IntArray
    variant: IntArray

    def pick(self, rows: IntArray) -> "_Rows":
        return _Rows(self.memory[rows], self.time[rows], self.plan[rows], self.variant[rows])


def landscape(view: View) -> Landscape | None:
    """Return the front and the runner-ups, or `None` where the front is not known."""
    if why_not(view) is not None:
        return None
    if why_not_each(view) is not None:
        return _by_levels(view)
    space, front, pool = Space(view), empty(), list[_Rows]()
    best = np.inf
    limit = np.inf if view.memory is None else view.memory * (1 + TIE)
    for first, block in space.blocks():
        for place, variant in enumerate(space.variants):
            memory, time = space.costs(block, variant)
            front = front.merge(memory, time, first, place)
            fitting = np.where(memory <= limit, time, np.inf)
            best = min(best, float(fitting.min()))
            rows = np.flatnonzero(fitting <= best * (1 + WITHIN) * (1 + TIE))
            rows = rows[np.isfinite(fitting[rows])]
            pool.append(_Rows(memory[rows], time[rows], first + rows, np.full(len(rows), place)))
    near = _distinct(_join(pool), best)
    listed = near.pick(np.arange(min(len(near.plan), MOST + 1)))
    plans = _plans(space, [_of_front(front), listed])
    return Landscape(plans[0], plans[1], len(near.plan))


def _by_levels(view: View) -> Landscape | None:
    found = find_optimum(view)
    if found is None:
        return None
    rows = zip(found.front.memory.tolist(), found.front.time.tolist(), strict=True)
    front = tuple(
        Candidate(memory, time, found.plan(place) if place == found.place else None)
        for place, (memory, time) in enumerate(rows)
    )
    return Landscape(front, None, 0)


def _of_front(front: Front) -> _Rows:
    return _Rows(front.memory, front.time, front.plan, front.variant)


def _join(pool: Sequence[_Rows]) -> _Rows:
    names = ("memory", "time", "plan", "variant")
    return _Rows(*[np.concatenate([getattr(rows, name) for rows in pool]) for name in names])


def _distinct(rows: _Rows, best: float) -> _Rows:
    """Return one row for each pair of time and memory among those near the best time."""
    rows = rows.pick(np.flatnonzero(rows.time <= best * (1 + WITHIN) * (1 + TIE)))
    time, memory = _clusters(rows.time), _clusters(rows.memory)
    order = np.lexsort((rows.variant, rows.plan, memory, time))
    pairs = np.stack([time[order], memory[order]], axis=1)
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
    return rows.pick(order[fresh])


def _clusters(values: FloatArray) -> IntArray:
    """Return the rank of each value, the same for values that are equal but for noise."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    steps = np.zeros(len(values), dtype=np.int64)
    steps[1:] = ordered[1:] > ordered[:-1] * (1 + TIE)
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[order] = np.cumsum(steps)
    return ranks


def _plans(space: Space, tables: Iterable[_Rows]) -> list[tuple[Candidate, ...]]:
    """Return the plans of several tables, in one pass over all plans."""
    tables = list(tables)
    wanted = np.unique(np.concatenate([rows.plan for rows in tables]))
    found: dict[int, Numbers] = {}
    for first, block in space.blocks():
        low, high = np.searchsorted(wanted, [first, first + len(block)])
        for number in wanted[low:high].tolist():
            row = slice(number - first, number - first + 1)
            found[number] = block.take(row)
    return [
        tuple(_candidate(space, found, rows, place) for place in range(len(rows.plan)))
        for rows in tables
    ]


def _candidate(space: Space, found: dict[int, Numbers], rows: _Rows, place: int) -> Candidate:
    variant = space.variants[int(rows.variant[place])]
    plan = space.plan_of(found[int(rows.plan[place])], variant)
    return Candidate(float(rows.memory[place]), float(rows.time[place]), plan)
