"""PTS-PB: one processor, earliest deadline first, with pauses between operations up to a budget.

Repetitions that have begun stand in a line, and the head of the line runs. Wherever it may pause,
the released repetition that is due first may begin in one of two ways: at the head, to run to its
end, or for its first piece only, to wait at the end of the line with the rest. Either way all in
line must bear the wait, within their deadlines and with no more than `budget` slots of pauses each,
and no one may need a qubit that holds a pair of somebody who waits. (Limited preemption after arXiv
2111.13124. The published code keeps no fixed order among those that wait.)
"""

import heapq
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from planner.solvers.entanglement_scheduling.baselines.admission import (
    Scheduler,
    Tick,
    hyperperiod,
)
from planner.solvers.entanglement_scheduling.baselines.periodic import Periodic
from planner.solvers.entanglement_scheduling.baselines.pieces import Course, Piece, cut, joined


@dataclass(slots=True)
class Active:
    """A repetition that is released: how far it is, and how long it may still be kept waiting."""

    task: Periodic
    pieces: tuple[Piece, ...]
    deadline: int
    budget: int
    starts: list[int] = field(default_factory=list)
    """First slot of each piece that has run."""

    @property
    def next_piece(self) -> Piece:
        """The piece that runs next."""
        return self.pieces[len(self.starts)]

    @property
    def left(self) -> int:
        """Slots that it still has to run."""
        return self.task.length - self.next_piece.begin

    @property
    def kept(self) -> frozenset[int]:
        """Qubits that hold its pairs while it waits."""
        return frozenset(self.pieces[len(self.starts) - 1].kept) if self.starts else frozenset()

    @property
    def needed(self) -> frozenset[int]:
        """Qubits that its remaining pieces hold."""
        rest = self.pieces[len(self.starts) :]
        return frozenset(qubit for piece in rest for qubit, _, _ in piece.reserved)


def limited(budget: int) -> Scheduler[Course]:
    """Return the scheduler that lets every repetition pause for `budget` slots in all."""

    def schedule(tasks: Sequence[Periodic], tick: Tick) -> dict[int, list[Course]] | None:
        return _Processor(tasks, budget, tick).run()

    return schedule


class _Processor:
    def __init__(self, tasks: Sequence[Periodic], budget: int, tick: Tick) -> None:
        self._tasks, self._budget, self._tick = tasks, budget, tick
        self._pieces = [cut(task, "shape") for task in tasks]
        self._total, self._now = hyperperiod(tasks), 0
        self._waiting = [(0, task.period, place) for place, task in enumerate(tasks)]
        heapq.heapify(self._waiting)
        self._ready: list[tuple[int, tuple[str, int], int]] = []
        self._line: list[Active] = []
        self._found: dict[int, list[Course]] = {task.place: [] for task in tasks}

    def run(self) -> dict[int, list[Course]] | None:
        """Return what each repetition does, or `None` where one misses its deadline."""
        while self._waiting or self._ready or self._line:
            self._tick()
            if not self._ready and not self._line:
                self._now = max(self._now, self._waiting[0][0])
            while self._waiting and self._waiting[0][0] <= self._now:
                _, deadline, place = heapq.heappop(self._waiting)
                heapq.heappush(self._ready, (deadline, self._tasks[place].rank, place))
            if self._ready and not self._begin():
                return None
            elif self._line:
                self._run_piece(self._line[0])
        return self._found

    def _begin(self) -> bool:
        """Let the repetition that is due first begin, if it may; return whether it can in time."""
        deadline, _, place = self._ready[0]
        newcomer = Active(self._tasks[place], self._pieces[place], deadline, self._budget)
        if self._now + newcomer.left > deadline:
            return False
        if self._bears(newcomer.left) and not self._kept() & newcomer.needed:
            self._line.insert(0, newcomer)
        elif self._may_wait(newcomer):
            self._line.append(newcomer)
            self._run_piece(newcomer)
        else:
            return True
        heapq.heappop(self._ready)
        if deadline < self._total:
            period = self._tasks[place].period
            heapq.heappush(self._waiting, (deadline, deadline + period, place))
        return True

    def _may_wait(self, newcomer: Active) -> bool:
        """Return whether it may run its first piece now and the rest after all in line."""
        first, ahead = newcomer.next_piece, sum(each.left for each in self._line)
        if len(newcomer.pieces) == 1 or ahead > newcomer.budget:
            return False
        if self._now + ahead + newcomer.left > newcomer.deadline or not self._bears(first.length):
            return False
        held = {qubit for qubit, _, _ in first.reserved}
        needed = frozenset[int]().union(*(each.needed for each in self._line))
        return not self._kept() & held and not needed & set(first.kept)

    def _bears(self, slots: int) -> bool:
        """Return whether all in line can wait that long, and for those ahead of them."""
        ends = itertools.accumulate((each.left for each in self._line), initial=slots)
        return all(
            wait <= each.budget and self._now + wait + each.left <= each.deadline
            for wait, each in zip(ends, self._line, strict=False)
        )

    def _kept(self) -> frozenset[int]:
        return frozenset[int]().union(*(each.kept for each in self._line))

    def _run_piece(self, active: Active) -> None:
        piece = active.next_piece
        active.starts.append(self._now)
        self._now += piece.length
        for each in self._line:
            if each is not active:
                each.budget -= piece.length
        if len(active.starts) == len(active.pieces):
            self._line.remove(active)
            self._found[active.task.place].append(joined(active.pieces, active.starts))
