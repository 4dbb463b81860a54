"""PTS-NP-EDF and PTS-CEDF: the whole network as one processor, one protocol at a time.

The first runs what is released and due first. The second looks ahead: it delays a repetition if
running it now would make the most critical one, whose latest start comes first, miss that start
(critical-queue earliest deadline first; arXiv 2111.13124).
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from planner.solvers.entanglement_scheduling.baselines.admission import Tick, hyperperiod
from planner.solvers.entanglement_scheduling.baselines.periodic import Periodic


def np_edf(tasks: Sequence[Periodic], tick: Tick) -> dict[int, list[int]] | None:
    """Return the starts of each repetition, or `None` where one misses its deadline."""
    total, now = hyperperiod(tasks), 0
    waiting = [(0, task.period, place) for place, task in enumerate(tasks)]
    heapq.heapify(waiting)
    ready: list[tuple[int, tuple[str, int], int]] = []
    starts: dict[int, list[int]] = {task.place: [] for task in tasks}
    while waiting or ready:
        tick()
        now = now if ready else max(now, waiting[0][0])
        while waiting and waiting[0][0] <= now:
            _, deadline, place = heapq.heappop(waiting)
            heapq.heappush(ready, (deadline, tasks[place].rank, place))
        deadline, _, place = heapq.heappop(ready)
        task = tasks[place]
        if now + task.length > deadline:
            return None
        starts[task.place].append(now)
        if deadline < total:
            heapq.heappush(waiting, (deadline, deadline + task.period, place))
        now += task.length
    return starts


@dataclass(slots=True, eq=False)
class Pending:
    """The next repetition of a task, for look-ahead."""

    task: Periodic
    repetition: int
    release: int
    """Slot at which it is considered again; delays move it."""
    earliest: int
    """Slot before which it is known not to start."""
    critical: int
    """Its place in the critical queue: the latest start, or later if that cannot be met."""
    moves: int = 0
    """How often it was delayed."""

    @property
    def deadline(self) -> int:
        """Slot by which it must have ended."""
        return (self.repetition + 1) * self.task.period

    @property
    def latest(self) -> int:
        """Last slot at which it may start."""
        return self.deadline - self.task.length


def pending(task: Periodic, repetition: int) -> Pending:
    """Return a repetition as it is before any delay."""
    latest = (repetition + 1) * task.period - task.length
    release = repetition * task.period
    return Pending(task, repetition, release, release, latest)


def most_critical(each: Pending) -> tuple[int, tuple[str, int]]:
    """Order the critical queue."""
    return each.critical, each.task.rank


def cedf(tasks: Sequence[Periodic], tick: Tick) -> dict[int, list[int]] | None:
    """Return the starts with look-ahead, or `None` where a repetition misses its deadline."""
    total, now = hyperperiod(tasks), 0
    queue = {task.place: pending(task, 0) for task in tasks}
    starts: dict[int, list[int]] = {task.place: [] for task in tasks}
    while queue:
        tick()
        now = max(now, min(each.release for each in queue.values()))
        released = [each for each in queue.values() if each.release <= now]
        own = min(released, key=lambda each: (each.deadline, each.task.rank))
        other = min(queue.values(), key=most_critical)
        if other is not own and now <= other.latest < now + own.task.length:
            if now + own.task.length > own.latest:
                own.critical = now + own.task.length
            own.release = now + other.task.length
            continue
        if now > own.latest:
            return None
        starts[own.task.place].append(now)
        now += own.task.length
        del queue[own.task.place]
        if own.deadline < total:
            queue[own.task.place] = pending(own.task, own.repetition + 1)
    return starts
