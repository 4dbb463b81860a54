"""Why a demand was not admitted, and the least that would admit it beside the given schedule."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.base.evaluation import Reason
from planner.models.entanglement_scheduling.evaluation.reading import read
from planner.models.entanglement_scheduling.evaluation.timetable import occupation
from planner.models.entanglement_scheduling.evaluation.usage import pool_field
from planner.models.entanglement_scheduling.plan import EntanglementPlan
from planner.models.entanglement_scheduling.proofs.conflicts import Conflicts
from planner.models.entanglement_scheduling.reasons.beside import FIGURES, Beside
from planner.models.entanglement_scheduling.reasons.why import why_unserved
from planner.models.entanglement_scheduling.shape import Shape
from planner.models.entanglement_scheduling.view import View, Want


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
    period: int | None
    """Shortest of the longer periods tried at which it would fit, in slots."""
    rate: float | None
    """Its rate, in pairs per second."""
    min_fidelity: float | None
    """Highest of the lower fidelities, by steps of 0.05, at which it would fit."""
    qubit: int | None
    """A pool in which one more qubit would do."""
    rules: tuple[str, ...]
    """Settings of `protocols` that would do, each alone."""
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
    beside = Beside(view, free, want, shapes)
    found = Rejection(demand, None, None, None, beside.fits(shapes), None, None, None, None, (), "")
    if not found.fits:
        period = beside.longer_period()
        found = replace(
            found,
            period=period,
            rate=None if period is None else 1 / (period * view.slot),
            min_fidelity=beside.lower_fidelity(),
        )
    if not shapes:
        return replace(found, message=why_unserved(view, demand) + _ways(view, want, found))
    pool, least = _bottleneck(view, free, shapes, want.period)
    room = float(view.capacity[pool] * view.hyperperiod)
    used = (room - float(free[pool].sum())) / room
    found = replace(
        found,
        pool=pool,
        utilisation=used,
        with_demand=used + least / float(view.capacity[pool]),
        qubit=None if found.fits else beside.one_more(pool),
        rules=() if found.fits else beside.other_rules(),
    )
    return replace(found, message=_message(view, want, found))


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
    none = (
        " None of the lower rates and fidelities tried admits it with the others as they are, "
        "and no single qubit more."
    )
    return told + (_ways(view, want, found) or none)


def _ways(view: View, want: Want, found: Rejection) -> str:
    """Return the relaxations in one sentence, empty where there are none."""
    ways = []
    if found.period is not None:
        rate = f"{found.rate:.6g} pairs per second"
        ways.append(f"with a period of {found.period} slots ({rate})" if view.is_rigid
                    else f"at {rate}")  # fmt: skip
    if found.min_fidelity is not None:
        ways.append(f"with `min_fidelity` {found.min_fidelity:g}")
    if found.qubit is not None:
        ways.append(f"with one more qubit in {view.pools[found.qubit]}")
    ways += [f"with {text}" for text in found.rules]
    if not ways:
        return ""
    tried = "strictly periodic starts" if want.jitter else "all starts"
    return f" Beside the others as they are it fits {' or '.join(ways)} ({tried} were tried)."
