"""What nodes do when: every operation of a schedule at every node that takes part, with qubits."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.formats.quantum.planned import Planned
from planner.models.base.arrays import IntArray
from planner.models.base.errors import CapabilityError
from planner.models.entanglement_scheduling.network import Setting

if TYPE_CHECKING:
    from planner.models.entanglement_scheduling.plan import Operation, Protocol
    from planner.models.entanglement_scheduling.protocols.trail import Half, Step


@dataclass(frozen=True, slots=True)
class Event:
    """One node's part in an operation, or a qubit that it holds for a rigid task."""

    start: int
    """First slot within the hyperperiod."""
    end: int
    node: str
    operation: str
    """`link`, `swap`, `distil` or, where the operations are not known, `hold`."""
    partner: str | None
    """The other node of a link or distillation."""
    qubits: tuple[str, ...]
    demand: str
    repetition: int
    offset: int
    """Slots from the start of the repetition."""
    setting: Setting | None = None
    """How a generation drives its link."""


def events(found: Planned) -> list[Event]:
    """Return all events in order of start, node and qubits.

    Raises `CapabilityError` where the qubits of a circular schedule could not be told apart.
    """
    names = qubit_names(found)
    listed = _operations(found, names) if _is_told(found) else _holds(found, names)
    return sorted(listed, key=lambda each: (each.start, each.node, each.qubits, each.demand))


def qubit_names(found: Planned) -> list[str]:
    """Return the qubit of each held interval of a schedule, as `<node>-C0` or `<node>-S0`."""
    from planner.models.entanglement_scheduling.evaluation.assignment import name_qubits

    view, held = found.view, found.rows.held
    if view.is_rigid:
        return [view.pools[pool] for pool in held.pool.tolist()]
    qubit = name_qubits(view, found.rows)
    if qubit is None:
        raise CapabilityError("no naming of the qubits keeps them apart all around the circle")
    pairs = zip(held.pool.tolist(), qubit.tolist(), strict=True)
    return [f"{view.pools[pool]}{number}" for pool, number in pairs]


def _is_told(found: Planned) -> bool:
    """Return whether operations are known, and run without pauses."""
    from planner.models.entanglement_scheduling.plan import SchedulePlan

    return bool(found.protocols) and isinstance(found.plan, SchedulePlan)


def _holds(found: Planned, names: list[str]) -> Iterator[Event]:
    view, rows, held = found.view, found.rows, found.rows.held
    first = rows.count.cumsum() - rows.count
    for place, name in enumerate(names):
        row, repetition = int(held.row[place]), int(held.repetition[place])
        begin, end = int(held.begin[place]), int(held.end[place])
        node = view.network.names[int(view.pool_node[int(held.pool[place])])]
        demand = view.demands[int(rows.demand[row])].name
        offset = begin - int(rows.start[int(first[row]) + repetition])
        yield _event(found, begin, end, node, "hold", None, (name,), demand, repetition, offset)


def _operations(found: Planned, names: list[str]) -> Iterator[Event]:
    place = _first_intervals(found)
    for row, protocol in enumerate(found.protocols):
        parts = list(_parts(found, row, protocol))
        want = found.view.demands[int(found.rows.demand[row])]
        for repetition, start in enumerate(found.rows.starts(row).tolist()):
            base = int(place[row]) + repetition * len(found.rows.shapes[row].pool)
            for operation, node, partner, segments in parts:
                qubits = tuple(sorted({names[base + segment] for segment in segments}))
                begin = start + operation.start
                yield _event(
                    found, begin, begin + operation.duration, node, operation.kind, partner,
                    qubits, want.name, repetition, operation.start, _setting(found, operation),
                )  # fmt: skip


def _first_intervals(found: Planned) -> IntArray:
    """Return where the held intervals of each row begin; repetitions follow one another."""
    segments = [len(shape.pool) for shape in found.rows.shapes]
    sizes = found.rows.count * segments
    place: IntArray = sizes.cumsum() - sizes
    return place


def _parts(
    found: Planned, row: int, protocol: "Protocol"
) -> "Iterator[tuple[Operation, str, str | None, list[int]]]":
    """Yield operation, node, partner and segments of everything one repetition does."""
    from planner.models.entanglement_scheduling.protocols.occupy import half_segments
    from planner.models.entanglement_scheduling.protocols.trail import Trail, follow

    want, names = found.view.demands[int(found.rows.demand[row])], found.view.network.names
    assert want.source is not None
    assert want.target is not None
    trail = follow(found.view.network, protocol, want.source, want.target)
    assert isinstance(trail, Trail)
    segments = half_segments(trail)
    held = {id(half): segments[place] for place, half in enumerate(trail.halves)}
    for step in trail.steps:
        if step.operation.kind == "swap":
            acted = _measured(trail.steps, step)
            used = [held[id(half)][-1] for half in acted]
            yield step.operation, names[acted[0].node], None, used
            continue
        pairs = [step.pair]
        if step.operation.kind == "distil":
            pairs = [trail.steps[source].pair for source in step.operation.inputs]
        for end in (0, 1):
            near, far = step.pair[end], step.pair[1 - end]
            acted = [half for pair in pairs for half in pair if half.node == near.node]
            fresh = step.operation.kind == "link"
            used = [s for half in acted for s in (held[id(half)] if fresh else held[id(half)][-1:])]
            yield step.operation, names[near.node], names[far.node], used


def _setting(found: Planned, operation: "Operation") -> Setting | None:
    if operation.kind != "link":
        return None
    return found.view.network.settings[operation.link][operation.setting]


def _measured(steps: "list[Step]", step: "Step") -> "list[Half]":
    """Return the two halves that a swap measures: those it does not leave behind."""
    assert step.operation.kind == "swap"
    inputs = [half for source in step.operation.inputs for half in steps[source].pair]
    return [half for half in inputs if all(half is not kept for kept in step.pair)]


def _event(
    found: Planned,
    begin: int,
    end: int,
    node: str,
    operation: str,
    partner: str | None,
    qubits: tuple[str, ...],
    demand: str,
    repetition: int,
    offset: int,
    setting: Setting | None = None,
) -> Event:
    shift = begin // found.view.hyperperiod * found.view.hyperperiod
    return Event(begin - shift, end - shift, node, operation, partner, qubits, demand, repetition,
                 offset, setting)  # fmt: skip
