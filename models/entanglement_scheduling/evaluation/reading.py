"""From the columns of a plan to rows with shapes and held qubits, or what is wrong with them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.base.evaluation import Violation
from planner.models.entanglement_scheduling.evaluation.pauses import paused_rows
from planner.models.entanglement_scheduling.evaluation.timetable import Rows, rigid_rows
from planner.models.entanglement_scheduling.plan import (
    EntanglementPlan,
    PreemptedPlan,
    Protocol,
)
from planner.models.entanglement_scheduling.shape import Quality, Shape
from planner.models.entanglement_scheduling.view import View


@dataclass(frozen=True, slots=True)
class Reading:
    """A plan as read; without `rows` the violations say why it cannot be."""

    rows: Rows | None
    qualities: tuple[Quality, ...] = ()
    """Per row; none for rigid tasks."""
    protocols: tuple[Protocol, ...] = ()
    """Per row; none for rigid tasks."""
    violations: tuple[Violation, ...] = field(default=())


def read(view: View, plan: EntanglementPlan) -> Reading:
    """Return the rows of a plan of any kind.

    Violations have the codes `plan-shape`, `demand-unknown`, `demand-repeated`, `start-range`,
    `pieces-missing`, `pieces-overlapping` and those of `protocols.assess`.
    """
    faults = tuple(_column_faults(view, plan))
    if faults:
        return Reading(None, violations=faults)
    protocols = (
        () if plan.protocol is None else tuple(plan.protocols[p] for p in plan.protocol.tolist())
    )
    found = _tasks(view, plan) if plan.protocol is None else _served(view, plan, protocols)
    if isinstance(found, Violation):
        return Reading(None, violations=(found,))
    shapes, qualities = found
    if isinstance(plan, PreemptedPlan):
        paused = paused_rows(view, plan, shapes)
        if isinstance(paused, Violation):
            return Reading(None, violations=(paused,))
        return Reading(paused, qualities, protocols)
    repetitions = int((view.hyperperiod // view.period[plan.demand]).sum())
    if len(plan.start) != repetitions:
        where = f"{len(plan.start)} starts for {repetitions} repetitions"
        return Reading(None, violations=(_shape_fault("start", where),))
    return Reading(rigid_rows(view, plan.demand, shapes, plan.start), qualities, protocols)


def _column_faults(view: View, plan: EntanglementPlan) -> Iterator[Violation]:
    """Yield what makes the columns meaningless; the checks below rely on there being nothing."""
    demand = plan.demand
    unknown = demand[(demand < 0) | (demand >= len(view.demands))]
    if len(unknown):
        where = f"there is no demand {int(unknown[0])}"
        yield Violation(code="demand-unknown", constraint="plan.demand", where=where)
        return
    if (np.diff(demand) < 0).any():
        yield _shape_fault("demand", "the demands are not in ascending order")
    for repeated in demand[1:][np.diff(demand) == 0][:1].tolist():
        where = f"{view.demands[repeated].name} is admitted twice"
        yield Violation(code="demand-repeated", constraint="plan.demand", where=where)
    if view.is_rigid != (plan.protocol is None):
        told = "is the task's own" if view.is_rigid else "has to be given"
        yield _shape_fault("protocol", f"the protocol of every row {told}")
    if plan.protocol is not None:
        if len(plan.protocol) != len(demand):
            where = f"{len(plan.protocol)} protocols for {len(demand)} rows"
            yield _shape_fault("protocol", where)
        outside = (plan.protocol < 0) | (plan.protocol >= len(plan.protocols))
        if outside.any():
            where = f"there is no protocol {int(plan.protocol[outside][0])}"
            yield _shape_fault("protocol", where)
    latest = 2 * view.hyperperiod
    for start in plan.start[(plan.start < 0) | (plan.start >= latest)][:1].tolist():
        where = f"a start in slot {start}, beyond two hyperperiods of {view.hyperperiod} slots"
        yield Violation(code="start-range", constraint="plan.start", where=where)


def _shape_fault(column: str, where: str) -> Violation:
    return Violation(code="plan-shape", constraint=f"plan.{column}", where=where)


def _tasks(view: View, plan: EntanglementPlan) -> tuple[tuple[Shape, ...], tuple[Quality, ...]]:
    return tuple(view.shapes[demand][0] for demand in plan.demand.tolist()), ()


def _served(
    view: View, plan: EntanglementPlan, protocols: tuple[Protocol, ...]
) -> tuple[tuple[Shape, ...], tuple[Quality, ...]] | Violation:
    """Return shape and quality of each row's protocol, each distinct one followed once."""
    from planner.models.entanglement_scheduling.protocols.assess import assess
    from planner.models.entanglement_scheduling.protocols.occupy import shape_of

    known: dict[tuple[int, int, int], tuple[Shape, Quality]] = {}
    found = []
    places: IntArray = plan.demand if plan.protocol is None else plan.protocol
    for row, place in enumerate(places.tolist()):
        want = view.demands[int(plan.demand[row])]
        source, target = want.source, want.target
        assert source is not None
        assert target is not None
        key = (place, source, target)
        if key not in known:
            quality = assess(view.network, protocols[row], source, target)
            if not isinstance(quality, Quality):
                fault = quality[0]
                where = f"protocols[{place}].{fault.where} for {want.name}: {fault.detail}"
                return Violation(code=fault.code, constraint="plan.protocols", where=where)
            known[key] = shape_of(view.network, protocols[row], source, target), quality
        found.append(known[key])
    return tuple(shape for shape, _ in found), tuple(quality for _, quality in found)
