"""In which order repetitions are placed: earliest deadline first, among those released so far."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence

from planner.solvers.entanglement_scheduling.baselines.admission import hyperperiod
from planner.solvers.entanglement_scheduling.baselines.periodic import Periodic


class Releases:
    """The queue of released repetitions of some tasks, as the published code fills it.

    Schedules are built repetition by repetition, not slot by slot, so there is no clock that says
    what is released. A repetition counts as released once one before it in the schedule holds a
    qubit that both use up to its release or later; where nothing is, those released next are taken.
    Equal deadlines are ordered by `Periodic.rank`.
    """

    def __init__(self, tasks: Sequence[Periodic]) -> None:
        """Begin before anything is released."""
        self._tasks = tasks
        total = hyperperiod(tasks)
        self._count = [total // task.period for task in tasks]
        self._next = [0] * len(tasks)
        self._queue: list[tuple[int, tuple[str, int], int, int]] = []
        # What is not released yet, by release: of the whole component, and of each qubit's users.
        # Entries whose repetition was released in the meantime are skipped when they come up.
        self._coming = [(0, place, 0) for place in range(len(tasks))]
        self._users: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for place, task in enumerate(tasks):
            for qubit in task.qubits:
                self._users[qubit].append((0, place, 0))

    def pop(self) -> tuple[int, int] | None:
        """Return the next (place of the task, repetition), or `None` after the last."""
        while not self._queue and self._coming:
            self._put(self._due(self._coming, self._coming[0][0]))
        if not self._queue:
            return None
        _, _, place, repetition = heapq.heappop(self._queue)
        return place, repetition

    def held(self, until: Iterable[tuple[int, int]]) -> None:
        """Release what waits for qubits; `until` names each with the slot it is held until.

        Of each task one repetition is released at a time.
        """
        touched: set[int] = set()
        for qubit, end in until:
            users = self._users[qubit]
            if users and users[0][0] <= end:
                touched |= self._due(users, end)
        self._put(touched)

    def _due(self, coming: list[tuple[int, int, int]], until: int) -> set[int]:
        """Take the entries up to a slot from a queue, and return whose are still to be released."""
        found = set()
        while coming and coming[0][0] <= until:
            _, place, repetition = heapq.heappop(coming)
            if self._next[place] == repetition:
                found.add(place)
        return found

    def _put(self, places: Iterable[int]) -> None:
        for place in places:
            task, repetition = self._tasks[place], self._next[place]
            release = (repetition + 1) * task.period
            heapq.heappush(self._queue, (release, task.rank, place, repetition))
            self._next[place] += 1
            if self._next[place] < self._count[place]:
                entry = (release, place, repetition + 1)
                heapq.heappush(self._coming, entry)
                for qubit in task.qubits:
                    heapq.heappush(self._users[qubit], entry)
