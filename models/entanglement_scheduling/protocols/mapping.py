"""The published mapping of a tree to qubits and slots: as soon as possible, then as late as useful.

Facts of the scheme are those of github.com/mdskrzypczyk/LinkScheduling (arXiv 2111.13124).
"""

from dataclasses import dataclass, field
from itertools import pairwise

from planner.models.entanglement_scheduling.plan import Protocol
from planner.models.entanglement_scheduling.protocols.chain import Chain
from planner.models.entanglement_scheduling.protocols.placing import Placing
from planner.models.entanglement_scheduling.protocols.tree import Task, Tree, lay_out


@dataclass(slots=True)
class Placed:
    """A task on its slots, and on one qubit per half that it makes, measures or keeps."""

    task: Task
    start: int
    duration: int
    qubits: tuple["Qubit", ...]
    """All that it occupies while it runs."""
    stored: tuple[bool, bool] = (True, True)
    """Of a link: whether the halves at its first and second node move to storage."""
    swapped_inputs: bool = False
    """Of a distillation: whether the better pair stays in the qubits of the second input."""

    @property
    def finish(self) -> int:
        """Return the slot after its last."""
        return self.start + self.duration


@dataclass(slots=True, eq=False)
class Qubit:
    """One qubit while protocols are mapped: until when it is taken, and whether it keeps a half."""

    is_storage: bool
    free_from: int = 0
    keeps: bool = False
    users: list[Placed] = field(default_factory=list)


Ends = tuple[Qubit, Qubit]
"""The qubits of a pair at its first and second node."""


class Unmappable(Exception):
    """The qubits of a node do not suffice for a tree, in the order in which it is mapped."""


def map_tree(chain: Chain, tree: Tree) -> list[Placed]:
    """Return the operations of a tree with starts and qubits, inputs before what uses them.

    Generations are placed as soon as possible, the longest chain of operations first; then moved
    as late as the next use of their qubits allows, which shortens waiting; swaps and distillations
    run as soon as the halves they act on are ready.

    Raises
    ------
    Unmappable
        If a generation finds all communication qubits of a node keeping halves.

    """
    tasks = lay_out(tree)
    mapper = _Mapper(chain, tasks)
    placed = mapper.as_soon_as_possible()
    _as_late_as_useful(placed)
    return placed


def latency(placed: list[Placed]) -> int:
    """Return the slots from the first start to the last end."""
    return max(item.finish for item in placed) - min(item.start for item in placed)


def protocol_of(chain: Chain, placed: list[Placed]) -> Protocol:
    """Return mapped operations as a protocol of the chain's own network."""
    placing = Placing(chain)
    for item in placed:
        task = item.task
        match task.kind:
            case "link":
                placing.link(task.begin, task.setting, item.start, item.stored)
            case "swap":
                placing.swap(task.inputs[0], task.inputs[1], item.start)
            case "distil":
                kept, spent = task.inputs[::-1] if item.swapped_inputs else task.inputs
                placing.distil(kept, spent, item.start, task.scheme)
    return placing.protocol


class _Mapper:
    """Places the tasks of one tree; nothing is put before what already uses its qubits."""

    def __init__(self, chain: Chain, tasks: list[Task]) -> None:
        self.chain = chain
        self.tasks = tasks
        # A tree never uses more qubits of a kind at a node than it has generations.
        most = sum(task.kind == "link" for task in tasks)
        self.communication = [
            [Qubit(False) for _ in range(min(n, most))] for n in chain.communication
        ]
        self.storage = [[Qubit(True) for _ in range(min(n, most))] for n in chain.storage]
        self.placed: list[Placed | None] = [None] * len(tasks)
        self.ends: list[Ends | None] = [None] * len(tasks)

    def as_soon_as_possible(self) -> list[Placed]:
        for place in self.order():
            match self.tasks[place].kind:
                case "link":
                    self.place_link(place)
                case "swap":
                    self.place_swap(place)
                case "distil":
                    self.place_distil(place)
        return [item for item in self.placed if item is not None]

    def order(self) -> list[int]:
        """Return the tasks, inputs first, of two inputs the one that takes longer first."""
        found: list[int] = []
        waiting = [(len(self.tasks) - 1, False)]
        while waiting:
            place, expanded = waiting.pop()
            task = self.tasks[place]
            if expanded or not task.inputs:
                found.append(place)
                continue
            waiting.append((place, True))
            key = [(self.tasks[i].path_time, self.tasks[i].name, i) for i in task.inputs]
            waiting += [(i, False) for _, _, i in sorted(key)]
        return found

    def place_link(self, place: int) -> None:
        task = self.tasks[place]
        duration = self.chain.settings[task.begin][task.setting].slots
        best: tuple[int, Ends] | None = None
        for first in _distinct(self.communication[task.begin]):
            for second in _distinct(self.communication[task.end]):
                start = self.link_start(task, first, second)
                if best is None or start < best[0]:
                    best = (start, (first, second))
        if best is None:
            raise Unmappable
        start, channel = best
        memories = [self.memory(task.begin), self.memory(task.end)]
        held = [
            memory if memory is not None and memory.free_from <= start else qubit
            for memory, qubit in zip(memories, channel, strict=True)
        ]
        qubits = tuple(dict.fromkeys((*channel, *held)))
        stored = (held[0].is_storage, held[1].is_storage)
        self.occupy(place, Placed(task, start, duration, qubits, stored))
        for qubit in held:
            qubit.keeps = True
        self.ends[place] = (held[0], held[1])

    def link_start(self, task: Task, first: Qubit, second: Qubit) -> int:
        """Return the first slot in which two communication qubits can make a pair.

        On fresh communication qubits it starts at once, stored or not; otherwise it waits for
        storage as well.
        """
        if not first.users and not second.users:
            return 0
        memories = (self.memory(task.begin), self.memory(task.end))
        return max(
            first.free_from,
            second.free_from,
            *(memory.free_from for memory in memories if memory is not None),
        )

    def memory(self, node: int) -> Qubit | None:
        """Return the storage qubit of a node that is free first, if one is free at all."""
        return min(
            (qubit for qubit in self.storage[node] if not qubit.keeps),
            key=lambda qubit: qubit.free_from,
            default=None,
        )

    def place_swap(self, place: int) -> None:
        task = self.tasks[place]
        (left, inner), (facing, right) = sorted_ends(self, task)
        start = max(inner.free_from, facing.free_from)
        self.occupy(place, Placed(task, start, self.chain.physics.swap_slots, (inner, facing)))
        inner.keeps = facing.keeps = False
        self.ends[place] = (left, right)

    def place_distil(self, place: int) -> None:
        task = self.tasks[place]
        first, second = (self.pair(i) for i in task.inputs)
        qubits = (*first, *second)
        start = max(qubit.free_from for qubit in qubits)
        # The better pair stays where more of it is in storage.
        swapped = sum(q.is_storage for q in second) > sum(q.is_storage for q in first)
        item = Placed(task, start, self.chain.physics.distil_slots, qubits, swapped_inputs=swapped)
        self.occupy(place, item)
        kept, spent = (second, first) if swapped else (first, second)
        for qubit in spent:
            qubit.keeps = False
        self.ends[place] = kept

    def pair(self, place: int) -> Ends:
        ends = self.ends[place]
        if ends is None:
            raise ValueError("a task is placed before its inputs")
        return ends

    def occupy(self, place: int, item: Placed) -> None:
        self.placed[place] = item
        for qubit in item.qubits:
            qubit.free_from = item.finish
            qubit.users.append(item)


def _distinct(qubits: list[Qubit]) -> list[Qubit]:
    """Return the qubits that keep nothing, the first of those that are alike."""
    found: dict[tuple[bool, int], Qubit] = {}
    for qubit in qubits:
        if not qubit.keeps:
            found.setdefault((bool(qubit.users), qubit.free_from), qubit)
    return list(found.values())


def sorted_ends(mapper: _Mapper, task: Task) -> tuple[Ends, Ends]:
    """Return the pairs that a swap joins, the one nearer to the first node first."""
    first, second = task.inputs
    if mapper.tasks[first].begin != task.begin:
        first, second = second, first
    return mapper.pair(first), mapper.pair(second)


def _as_late_as_useful(placed: list[Placed]) -> None:
    """Move generations up to the next use of their qubits, the rest back to their inputs' end."""
    before, after = _neighbours(placed)
    for item in sorted(placed, key=lambda item: -item.start):
        following = [later.start for later in after[id(item)]]
        if following:
            item.start = max(item.start, min(following) - item.duration)
    first = min(item.start for item in placed)
    for item in sorted(placed, key=lambda item: item.start):
        item.start -= first
        if item.task.kind != "link":
            item.start = max(other.finish for other in before[id(item)])


_Others = dict[int, list[Placed]]
"""Operations by the identity of another one."""


def _neighbours(placed: list[Placed]) -> tuple[_Others, _Others]:
    """Return what uses the qubits of each operation right before it, and right after it."""
    before: _Others = {id(item): [] for item in placed}
    after: _Others = {id(item): [] for item in placed}
    for qubit in {id(qubit): qubit for item in placed for qubit in item.qubits}.values():
        for earlier, later in pairwise(qubit.users):
            after[id(earlier)].append(later)
            before[id(later)].append(earlier)
    return before, after
