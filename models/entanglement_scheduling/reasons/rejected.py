"""Why a demand was not admitted, and the least that would admit it beside the given schedule."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.base.evaluation import Reason
from planner.models.entanglement_scheduling.evaluation.reading import read
from planner.models.entanglement_scheduling.evaluation.timetable import occupation
from planner.models.entanglement_scheduling.evaluation.usage import pool_field
from planner.models.entanglement_scheduling.plan import EntanglementPlan
from planner.models.entanglement_scheduling.proofs.conflicts import Conflicts
from planner.models.entanglement_scheduling.reasons.insertion import find_starts
from planner.models.entanglement_scheduling.reasons.relaxations import (
    longer_periods,
    lower_fidelities,
    shapes_for,
)
from planner.models.entanglement_scheduling.reasons.why import why_unserved
from planner.models.entanglement_scheduling.shape import Shape
from planner.models.entanglement_scheduling.view import View, Want

FIGURES = 20_000_000
"""Largest table of pools and slots that is made; nothing is said of larger schedules."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """What keeps one demand out of a schedule; every other demand stays as it is.

    A relaxation is `None` where none of those tried admits the demand.
    """

    demand: int
    pool: int | None
    """The busiest pool among those that it needs; `None` where nothing serves the demand."""
    utilisation: float | None
    """Share of that pool's qubit-slots that the schedule holds."""
    with_demand: float | None
    """The same with the demand, by the protocol that needs least of the pool."""
    fits: bool
    """Whether it fits into the free slots as it is."""
    rate: float | None
    """Highest of the lower rates that keep the hyperperiod at which it would fit, in pairs/s."""
    min_fidelity: float | None
    """Highest of the lower fidelities, by steps of 0.05, at which it would fit."""
    qubit: int | None
    """A pool in which one more qubit would do."""
    message: str


def rejections(view: View, plan: EntanglementPlan) -> list[Rejection]:
    """Return one record per demand that a plan does not admit, in their order.

    Empty where the plan cannot be read, or where its table of slots is beyond `FIGURES`.
    """
    rows = read(view, plan).rows
    if rows is None or len(view.capacity) * view.hyperperiod > FIGURES:
        return []
    free = view.capacity[:, None] - occupation(view, rows)
    admitted = set(rows.demand.tolist())
    known = Conflicts(view)
    return [_reject(view, known, free, j) for j in range(len(view.demands)) if j not in admitted]


def rejection_reasons(view: View, plan: EntanglementPlan) -> list[Reason]:
    """Return why each demand was not admitted, in words."""
    return [
        Reason(
            code="demand-rejected",
            constraint=view.demands[each.demand].field
            if each.pool is None
            else pool_field(view, each.pool),
            where=view.demands[each.demand].name,
            message=each.message,
        )
        for each in rejections(view, plan)
    ]


def _reject(view: View, known: Conflicts, free: IntArray, demand: int) -> Rejection:
    want = view.demands[demand]
    shapes = [view.shapes[demand][place] for place in known.usable(demand)]
    if not shapes:
        rate, fidelity = _lower_rate(view, free, want), _lower_fidelity(view, free, want)
        message = why_unserved(view, demand) + _ways(want, rate, fidelity, None)
        return Rejection(demand, None, None, None, False, rate, fidelity, None, message)
    pool, least = _bottleneck(view, free, shapes, want.period)
    room = float(view.capacity[pool] * view.hyperperiod)
    used = (room - float(free[pool].sum())) / room
    fits = _fits(view, free, shapes, want.period, want)
    rate = None if fits else _lower_rate(view, free, want)
    fidelity = None if fits else _lower_fidelity(view, free, want)
    qubit = None if fits else _one_more(view, free, shapes, want, pool)
    found = Rejection(demand, pool, used, used + least / float(view.capacity[pool]), fits, rate,
                      fidelity, qubit, "")  # fmt: skip
    return Rejection(demand, pool, used, found.with_demand, fits, rate, fidelity, qubit,
                     _message(view, want, found))  # fmt: skip


def _bottleneck(
    view: View, free: IntArray, shapes: Sequence[Shape], period: int
) -> tuple[int, float]:
    """Return the pool that all shapes need and that has least left, and their least share of it."""
    busy = np.stack([shape.busy(len(view.capacity)) for shape in shapes]) / period
    needed = busy.min(axis=0)
    if not (needed > 0).any():
        needed = busy[0]
    left = free.mean(axis=1) - needed
    pool = int(np.argmin(np.where(needed > 0, left / view.capacity, np.inf)))
    return pool, float(needed[pool])


def _fits(view: View, free: IntArray, shapes: Sequence[Shape], period: int, want: Want) -> bool:
    return any(find_starts(view, free, shape, period, want.jitter) is not None for shape in shapes)


def _one_more(
    view: View, free: IntArray, shapes: Sequence[Shape], want: Want, first: int
) -> int | None:
    """Return a pool in which one more qubit admits a demand, the bottleneck before all others."""
    others = {int(pool) for shape in shapes for pool in shape.pool} - {first}
    for pool in (first, *sorted(others)):
        free[pool] += 1
        fits = _fits(view, free, shapes, want.period, want)
        free[pool] -= 1
        if fits:
            return pool
    return None


def _lower_rate(view: View, free: IntArray, want: Want) -> float | None:
    for period in longer_periods(view, want):
        if _fits(view, free, shapes_for(view, want, period, want.min_fidelity), period, want):
            return 1 / (period * view.slot)
    return None


def _lower_fidelity(view: View, free: IntArray, want: Want) -> float | None:
    if view.is_rigid:
        return None
    for fidelity in lower_fidelities(want):
        if _fits(view, free, shapes_for(view, want, want.period, fidelity), want.period, want):
            return fidelity
    return None


def _message(view: View, want: Want, found: Rejection) -> str:
    """Return the bottleneck and what would admit the demand, in words."""
    assert found.pool is not None
    assert found.utilisation is not None
    assert found.with_demand is not None
    name = view.pools[found.pool]
    told = (
        f"{name} is held {found.utilisation:.1%} of the time, "
        f"with this demand it would be {found.with_demand:.1%}."
    )
    if found.fits:
        return f"It fits into the slots that the schedule leaves free. {told}"
    more = None if found.qubit is None else view.pools[found.qubit]
    ways = _ways(want, found.rate, found.min_fidelity, more)
    none = " No lower rate or fidelity and no single qubit more admits it beside the others."
    return told + (ways or none)


def _ways(want: Want, rate: float | None, fidelity: float | None, pool: str | None) -> str:
    """Return the relaxations in one sentence, empty where there are none."""
    ways = []
    if rate is not None:
        ways.append(f"at {rate:.6g} pairs per second")
    if fidelity is not None:
        ways.append(f"with `min_fidelity` {fidelity:g}")
    if pool is not None:
        ways.append(f"with one more qubit in {pool}")
    if not ways:
        return ""
    tried = "strictly periodic starts" if want.jitter else "all starts"
    return f" Beside the others as they are it fits {' or '.join(ways)} ({tried} were tried)."
