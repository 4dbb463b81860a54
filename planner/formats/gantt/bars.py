"""The bars of a schedule, whatever its problem: who is busy with what, and when."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from planner.models.base.instance import Instance
    from planner.models.entanglement_scheduling.instance import EntanglementScheduling
    from planner.models.rcpsp.instance import Rcpsp
    from planner.results.result import Result

PROBLEMS = ("rcpsp", "entanglement_scheduling")


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that runs in [start, end) of a lane, in periods or slots."""

    lane: str
    """An activity, or a qubit."""
    start: int
    end: int
    group: str
    """What bars of one colour have in common: the activity itself, or the demand."""
    repetition: int = 0


def bars_of(result: "Result", instance: "Instance") -> tuple[list[str], list[Bar]]:
    """Return the lanes in the order of the chart, and the bars in order of start.

    Raises `CapabilityError` where there is no schedule.
    """
    if instance.problem == "rcpsp":
        return _activities(result, cast("Rcpsp", instance))
    return _qubits(result, cast("EntanglementScheduling", instance))


def _activities(result: "Result", instance: "Rcpsp") -> tuple[list[str], list[Bar]]:
    from planner.formats.projects.planned import planned_starts

    view, start = instance.view, planned_starts(result, instance)
    rows = zip(view.names, start.tolist(), (start + view.duration).tolist(), strict=True)
    bars = sorted((Bar(name, a, b, name) for name, a, b in rows), key=lambda bar: bar.start)
    return [bar.lane for bar in bars], bars


def _qubits(result: "Result", instance: "EntanglementScheduling") -> tuple[list[str], list[Bar]]:
    from planner.formats.quantum.events import qubit_names
    from planner.formats.quantum.planned import planned

    found = planned(result, instance)
    view, rows, held = found.view, found.rows, found.rows.held
    bars = []
    for place, lane in enumerate(qubit_names(found)):
        name = view.demands[int(rows.demand[int(held.row[place])])].name
        begin, end = int(held.begin[place]), int(held.end[place])
        shift = begin // view.hyperperiod * view.hyperperiod
        bars.append(Bar(lane, begin - shift, end - shift, name, int(held.repetition[place])))
    bars.sort(key=lambda bar: (bar.start, bar.lane))
    used = {bar.lane for bar in bars}
    order = [f"{pool}{q}" for pool, n in zip(view.pools, view.capacity.tolist(), strict=True)
             for q in ([""] if view.is_rigid else range(n))]  # fmt: skip
    return [lane for lane in order if lane in used], bars
