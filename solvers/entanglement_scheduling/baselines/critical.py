"""RCPSP-CEDF: earliest deadline first with look-ahead on every qubit, without preemption.

Each qubit has a critical queue of the repetitions that will use it, the one with the first latest
start ahead. A repetition is delayed behind the critical one of a qubit of its own if that could
still start in time, but not after it. Every qubit is reserved from the first slot of a protocol to
the last. (arXiv 2111.13124.)
"""

import heapq
from collections.abc import Sequence

from planner.solvers.entanglement_scheduling.baselines.admission import Tick, hyperperiod
from planner.solvers.entanglement_scheduling.baselines.occupation import Occupation
from planner.solvers.entanglement_scheduling.baselines.periodic import Periodic
from planner.solvers.entanglement_scheduling.baselines.pts import Pending, pending

Entry = tuple[tuple[int, int], tuple[str, int], int, Pending]
"""What to order by, the rank, and how often the repetition had moved when this was entered."""


def cedf(tasks: Sequence[Periodic], tick: Tick) -> dict[int, list[int]] | None:
    """Return the starts of each repetition, or `None` where one misses its deadline."""
    return _CriticalQueues(tasks, tick).run()


class _CriticalQueues:
    """The next repetition of every task, in the orders in which they are looked for.

    Entries from before a repetition moved or was placed are skipped when they come up.
    """

    def __init__(self, tasks: Sequence[Periodic], tick: Tick) -> None:
        self._total, self._tick = hyperperiod(tasks), tick
        self._occupation = Occupation()
        self._queue: dict[int, Pending] = {}
        self._by_deadline: list[Entry] = []
        self._by_release: list[Entry] = []
        self._critical: dict[int, list[Entry]] = {
            qubit: [] for task in tasks for qubit in task.qubits
        }
        for task in tasks:
            self._add(pending(task, 0))

    def run(self) -> dict[int, list[int]] | None:
        """Place repetition after repetition; after a delay the one that is released first."""
        starts: dict[int, list[int]] = {place: [] for place in self._queue}
        delayed = False
        while self._queue:
            self._tick()
            own = self._first(self._by_release if delayed else self._by_deadline)
            start = self._start(own)
            delayed = self._delays(own, start)
            if delayed:
                continue
            if start is None:
                return None
            self._occupation.take(own.task.whole_length, start)
            starts[own.task.place].append(start)
            del self._queue[own.task.place]
            if own.deadline < self._total:
                self._add(pending(own.task, own.repetition + 1))
        return starts

    def _add(self, each: Pending) -> None:
        self._queue[each.task.place] = each
        self._enter(each)

    def _enter(self, each: Pending) -> None:
        rest = (each.task.rank, each.moves, each)
        heapq.heappush(self._by_deadline, ((each.deadline, each.release), *rest))
        heapq.heappush(self._by_release, ((each.release, each.deadline), *rest))
        for qubit in each.task.qubits:
            heapq.heappush(self._critical[qubit], ((each.critical, each.deadline), *rest))

    def _first(self, entries: list[Entry]) -> Pending:
        """Return the first repetition of an order."""
        while True:
            _, _, moves, each = entries[0]
            if moves == each.moves and self._queue.get(each.task.place) is each:
                return each
            heapq.heappop(entries)

    def _start(self, each: Pending) -> int | None:
        """Return the earliest start of a repetition, if one keeps its deadline."""
        return self._occupation.earliest(each.task.whole_length, each.earliest, each.latest)

    def _delays(self, own: Pending, start: int | None) -> bool:
        """Move a repetition behind the critical one that starts first, if it must wait for it."""
        others = {self._first(self._critical[qubit]).task.place for qubit in own.task.qubits}
        found = []
        for place in others - {own.task.place}:
            other = self._queue[place]
            other_start = self._start(other)
            if other_start is not None:
                other.earliest = other_start
                found.append((other_start, other.latest, other.task.rank))
        if not found:
            return False
        other_start, _, (_, place) = min(found)
        other = self._queue[place]
        behind = other_start + other.task.length
        in_time = start is not None and start + own.task.length <= other.latest
        if in_time or behind <= own.earliest:
            return False
        if own.earliest + own.task.length > own.latest:
            own.critical = own.earliest + own.task.length
        own.earliest = own.release = behind
        own.moves += 1
        self._enter(own)
        return True
