"""Follows the halves of all pairs of a protocol: who holds them, from when, until when.

What an operation needs are the halves it acts on, not the operations that made them: a swap
measures two halves at its node, a distillation acts on four at the two outer nodes. Operations on
different qubits commute (their corrections are Pauli operators, which are only kept in mind), so
that a swap may come before a swap below it, and a distillation before a swap inside its pairs.
"""

from dataclasses import dataclass
from typing import assert_never

from planner.models.entanglement_scheduling.network import Network
from planner.models.entanglement_scheduling.plan import Distil, Link, Operation, Protocol, Swap


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which operations are not a protocol."""

    code: str
    where: str
    """The operation, or the field of it."""
    detail: str


@dataclass(slots=True)
class Half:
    """One end of a pair, in one qubit from its generation until it is measured."""

    node: int
    stored: bool
    begin: int
    """First slot of its generation."""
    generated: int
    """Slot after its generation."""
    ready: int
    """Slot from which the next operation may act on it."""
    since: int
    """Slot up to which its waiting has been counted."""
    end: int | None = None
    """Slot from which its qubit is free; `None` while no operation has consumed it."""


Pair = tuple[Half, Half]
Waits = tuple[float, float]
"""Waiting of the two halves of a pair, each in units of its memory's depolarising time."""


@dataclass(slots=True)
class Step:
    """One operation as followed: the pair it leaves, and how long its inputs have waited."""

    operation: Operation
    pair: Pair
    waits: tuple[Waits, ...] = ()
    """Per input: since its halves were generated or last distilled; of a swap only the halves at
    its node have, the other one goes on waiting."""


@dataclass(slots=True)
class Trail:
    """A protocol that is one: its steps in the order of its operations."""

    steps: list[Step]
    halves: list[Half]
    length: int
    """Slots until the end of the operation that ends last."""
    last: Waits
    """Waiting of the end-to-end pair from its last use until the end of the protocol."""


def length_of(protocol: Protocol) -> int:
    """Return the slots from the start of a protocol to the end of what ends last."""
    return max(operation.start + operation.duration for operation in protocol.operations)


def follow(
    network: Network, protocol: Protocol, source: int, target: int
) -> Trail | tuple[Fault, ...]:
    """Follow every half through a protocol that is to join `source` and `target`.

    Nothing is taken for granted but the types of the fields.

    Returns
    -------
    Trail or tuple of Fault
        The trail, or at least one fault where the operations are no protocol of this network.

    """
    walk = _Walk(network)
    for place, operation in enumerate(protocol.operations):
        walk.take(place, operation)
    walk.finish(source, target)
    if walk.faults:
        return tuple(walk.faults)
    steps = [step for step in walk.steps if step is not None]
    length = length_of(protocol)
    first, second = steps[-1].pair
    for half in (first, second):
        half.end = length
    return Trail(steps, walk.halves, length, walk.waits((first, second), length))


class _Walk:
    """The state of following: what each operation left, and which pairs are gone."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.steps: list[Step | None] = []
        self.halves: list[Half] = []
        self.used: set[int] = set()
        self.faults: list[Fault] = []

    def fault(self, code: str, place: int, detail: str, field: str = "") -> None:
        where = f"operations[{place}]" + (f".{field}" if field else "")
        self.faults.append(Fault(code, where, detail))

    def take(self, place: int, operation: Operation) -> None:
        """Follow one operation; it leaves no step where it is at fault."""
        match operation:
            case Link():
                step = self.link(place, operation)
            case Swap():
                step = self.swap(place, operation)
            case Distil():
                step = self.distil(place, operation)
            case _:
                assert_never(operation)
        self.steps.append(step)

    def finish(self, source: int, target: int) -> None:
        """Check that all pairs are used but the last one, which joins the two nodes."""
        last = len(self.steps) - 1
        for place in range(last):
            if place not in self.used:
                self.fault("protocol-pair-unused", place, "no operation uses this pair")
        step = self.steps[last]
        if step is not None:
            ends = {half.node for half in step.pair}
            if ends != {source, target}:
                names = " and ".join(sorted(self.network.names[node] for node in ends))
                self.fault("protocol-wrong-ends", last, f"the last pair joins {names}")

    def link(self, place: int, operation: Link) -> Step | None:
        network = self.network
        if operation.link >= len(network.settings):
            self.fault("protocol-unknown-link", place, f"there is no link {operation.link}", "link")
            return None
        settings = network.settings[operation.link]
        if operation.setting >= len(settings):
            self.fault(
                "protocol-unknown-setting", place, f"the link has {len(settings)}", "setting"
            )
            return None
        self.check_duration(place, operation, settings[operation.setting].slots)
        end = operation.start + operation.duration
        halves = []
        for node, stored in zip(network.ends[operation.link], operation.stored, strict=True):
            if stored and network.storage[node] < 1:
                detail = f"{network.names[node]} has no storage qubit"
                self.fault("protocol-no-storage", place, detail, "stored")
            halves.append(Half(int(node), stored, operation.start, end, end, end))
        self.halves += halves
        return Step(operation, (halves[0], halves[1]))

    def inputs(self, place: int, operation: Swap | Distil) -> tuple[Step, Step] | None:
        """Return the two steps whose pairs an operation uses, and mark them as used."""
        found = []
        for source in operation.inputs:
            if source >= place:
                self.fault(
                    "protocol-input-order", place, f"{source} does not come before it", "inputs"
                )
                continue
            if source in self.used:
                self.fault("protocol-pair-reused", place, f"the pair of {source} is gone", "inputs")
                continue
            self.used.add(source)
            step = self.steps[source]
            if step is not None:
                found.append(step)
        return (found[0], found[1]) if len(found) == 2 else None

    def swap(self, place: int, operation: Swap) -> Step | None:
        steps = self.inputs(place, operation)
        self.check_duration(place, operation, self.network.physics.swap_slots)
        if steps is None:
            return None
        (left, right), (near, far) = steps[0].pair, steps[1].pair
        meeting = {left.node, right.node} & {near.node, far.node}
        if len(meeting) != 1:
            self.fault(
                "protocol-swap-ends", place, f"its pairs share {len(meeting)} ends, not 1", "inputs"
            )
            return None
        node = meeting.pop()
        outer, inner = (left, right) if right.node == node else (right, left)
        facing, beyond = (near, far) if near.node == node else (far, near)
        self.check_ready(place, operation, (inner, facing))
        waits = (
            (self.wait(inner, operation.start), 0.0),
            (self.wait(facing, operation.start), 0.0),
        )
        inner.end = facing.end = operation.start + operation.duration
        return Step(operation, (outer, beyond), waits)

    def distil(self, place: int, operation: Distil) -> Step | None:
        steps = self.inputs(place, operation)
        self.check_duration(place, operation, self.network.physics.distil_slots)
        if steps is None:
            return None
        kept, spent = steps[0].pair, steps[1].pair
        if {half.node for half in kept} != {half.node for half in spent}:
            self.fault(
                "protocol-distil-ends", place, "its pairs do not join the same nodes", "inputs"
            )
            return None
        if operation.scheme == "epl" and not all(self.is_bright(step) for step in steps):
            detail = "epl takes two fresh pairs of settings with a bright-state population"
            self.fault("protocol-distil-epl", place, detail, "scheme")
        self.check_ready(place, operation, kept + spent)
        waits = (self.waits(kept, operation.start), self.waits(spent, operation.start))
        end = operation.start + operation.duration
        for half in kept:
            half.ready, half.since = end, operation.start
        for half in spent:
            half.end = end
        return Step(operation, kept, waits)

    def is_bright(self, step: Step) -> bool:
        match step.operation:
            case Link(link=link, setting=setting):
                return self.network.settings[link][setting].bright is not None
            case _:
                return False

    def check_duration(self, place: int, operation: Operation, least: int) -> None:
        if operation.duration < least:
            self.fault("protocol-too-short", place, f"it takes {least} slots", "duration")

    def check_ready(self, place: int, operation: Swap | Distil, halves: tuple[Half, ...]) -> None:
        ready = max(half.ready for half in halves)
        if operation.start < ready:
            self.fault("protocol-too-early", place, f"its pairs are ready in slot {ready}", "start")

    def wait(self, half: Half, until: int) -> float:
        physics = self.network.physics
        memory = physics.storage_time if half.stored else physics.communication_time
        return max(0, until - half.since) * physics.slot / memory

    def waits(self, pair: Pair, until: int) -> Waits:
        return self.wait(pair[0], until), self.wait(pair[1], until)
