"""Windows in which a schedule holds pairs, and the requests that reserve them."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.base.errors import CapabilityError

if TYPE_CHECKING:
    from planner.formats.quantum.planned import Planned
    from planner.models.entanglement_scheduling.view import View

PICOSECONDS = 10**12
ISSUE_GAP = PICOSECONDS // 100
"""Between two requests, longer than signals need: each is decided before the next is made."""


@dataclass(frozen=True, slots=True)
class Window:
    """Slots [begin, end) in which two nodes hold one pair for a demand."""

    a: int
    b: int
    begin: int
    end: int
    fidelity: float
    demand: str
    repetition: int


def link_windows(found: "Planned") -> tuple[list[Window], IntArray]:
    """Return a window per generated pair, and the memories of each node: its qubits.

    A pair counts while both its halves are held. Where every half is stored, communication qubits
    hold none. Raises `CapabilityError` for schedules with pauses.
    """
    from planner.models.entanglement_scheduling.plan import Link, SchedulePlan
    from planner.models.entanglement_scheduling.protocols.trail import Trail, follow

    if not isinstance(found.plan, SchedulePlan):
        raise CapabilityError("protocols that pause have no windows per link; reserve protocols")
    network = found.view.network
    memories = network.storage.copy()
    pairs: dict[int, list[tuple[int, int, int, int, float]]] = {}
    for row, protocol in enumerate(found.protocols):
        want = found.view.demands[int(found.rows.demand[row])]
        assert want.source is not None
        assert want.target is not None
        trail = follow(network, protocol, want.source, want.target)
        assert isinstance(trail, Trail)
        pairs[row] = []
        links = [each for each in protocol.operations if isinstance(each, Link)]
        halves = iter(trail.halves)
        for link, a, b in zip(links, halves, halves, strict=True):
            assert a.end is not None
            assert b.end is not None
            for half in (a, b):
                if not half.stored:
                    qubits = network.storage[half.node] + network.communication[half.node]
                    memories[half.node] = qubits
            fidelity = network.settings[link.link][link.setting].fidelity
            pairs[row].append((a.node, b.node, link.start, min(a.end, b.end), fidelity))
    windows = [
        Window(a, b, start + begin, start + end, fidelity, want.name, repetition)
        for row, want, repetition, start, _ in found.repetitions()
        for a, b, begin, end, fidelity in pairs[row]
    ]
    return windows, memories


def protocol_windows(found: "Planned") -> tuple[list[Window], IntArray]:
    """Return a window per repetition, from its start to its end, and the memories that needs.

    Every node of a protocol is counted with two memories for the whole window, which is what
    SeQUeNCe reserves at routers on the way. Raises `CapabilityError` for tasks without ends.
    """
    windows = []
    for _, want, repetition, start, end in found.repetitions():
        if want.source is None or want.target is None:
            raise CapabilityError(f"`{want.name}` does not say which nodes it joins")
        fidelity = want.min_fidelity or 0.5
        pair = (want.source, want.target)
        windows.append(Window(*pair, start, end, fidelity, want.name, repetition))
    return windows, _peaks(found)


def requests(view: "View", windows: list[Window], times: int) -> list[dict[str, Any]]:
    """Return the requests in the order of their windows, each issued after the one before."""
    slot = Fraction(repr(view.slot)) * PICOSECONDS
    shifted = [
        (time * view.hyperperiod + each.begin, time * view.hyperperiod + each.end, each)
        for time in range(times)
        for each in windows
    ]
    shifted.sort(key=lambda entry: (entry[0], entry[1], entry[2].a, entry[2].b))
    opening = ISSUE_GAP * (len(shifted) + 1)
    return [
        {
            "issue_ps": ISSUE_GAP * number,
            "initiator": view.network.names[each.a],
            "responder": view.network.names[each.b],
            "start_ps": opening + int(begin * slot),
            "end_ps": opening + int(end * slot) - 1,
            "memory_size": 1,
            "fidelity": each.fidelity,
            "demand": each.demand,
            "repetition": each.repetition,
        }
        for number, (begin, end, each) in enumerate(shifted)
    ]


def _peaks(found: "Planned") -> IntArray:
    """Return twice the number of windows that pass through each node at once, at the most."""
    span = int(found.rows.end.max(initial=0)) + 1
    nodes = len(found.view.network.names)
    change = np.zeros((nodes, span + 1), dtype=np.int64)
    for row, _, _, start, end in found.repetitions():
        touched = found.nodes(row)
        change[touched, start] += 2
        change[touched, end] -= 2
    peak: IntArray = change.cumsum(axis=1).max(axis=1)
    memories: IntArray = np.maximum(
        peak, found.view.network.storage + found.view.network.communication
    )
    return memories
