"""Admission in order of arrival: whoever comes is tried with all who were admitted before.

A demand is turned away if some qubit would be wanted more than all the time; otherwise the
scheduler runs anew on all admitted demands and the newcomer, which stays if no deadline is missed.
Only the connected component of tasks and qubits that the newcomer joins is scheduled anew: the
schedulers are deterministic and the others know nothing of it.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from planner.solvers.contract import Run, StopReason
from planner.solvers.entanglement_scheduling.baselines.periodic import Periodic

T = TypeVar("T")

Tick = Callable[[], None]
"""Called for every repetition; raises `Stopped` where the time is up."""
Found = Mapping[int, Sequence[T]]
"""Place of the demand -> what each repetition does within the hyperperiod of the component."""
Scheduler = Callable[[Sequence[Periodic], Tick], Found[T] | None]
"""Returns the schedule of some tasks, or `None` where a deadline is missed."""


class Stopped(Exception):
    """The run was asked to stop."""


@dataclass(frozen=True, eq=False)
class Component(Generic[T]):
    """Admitted tasks that share qubits, directly or through others."""

    tasks: tuple[Periodic, ...]
    qubits: frozenset[int]
    found: Found[T]

    @property
    def hyperperiod(self) -> int:
        """Slots after which its schedule repeats."""
        return hyperperiod(self.tasks)


@dataclass(frozen=True)
class Admitted(Generic[T]):
    """All components, and whether time ran out before everyone was tried."""

    components: tuple[Component[T], ...]
    stopped_by: StopReason | None


def hyperperiod(tasks: Sequence[Periodic]) -> int:
    """Return the least common multiple of the periods."""
    return math.lcm(*(task.period for task in tasks))


def admit(
    tasks: Sequence[Periodic], schedule: Scheduler[T], run: Run, *, together: bool = False
) -> Admitted[T]:
    """Return who is admitted of tasks in order of arrival, and their schedules.

    Parameters
    ----------
    together
        Whether all tasks form one component: one processor serves the whole network.

    """

    def tick() -> None:
        if run.stopping() is not None:
            raise Stopped

    components: list[Component[T]] = []
    use = _Use(hyperperiod(tasks))
    try:
        for task in tasks:
            tick()
            if not use.fits(task):
                continue
            met = [each for each in components if together or each.qubits & task.qubits]
            members = sorted((*(m for each in met for m in each.tasks), task), key=_arrival)
            found = schedule(members, tick)
            if found is not None:
                use.add(task)
                qubits = task.qubits.union(*(each.qubits for each in met))
                components = [each for each in components if each not in met]
                components.append(Component(tuple(members), qubits, found))
    except Stopped:
        return Admitted(tuple(components), run.stopping())
    return Admitted(tuple(components), None)


def _arrival(task: Periodic) -> int:
    return task.place


class _Use:
    """How many slots of a hyperperiod the admitted tasks hold each qubit."""

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._held: defaultdict[int, int] = defaultdict(int)

    def fits(self, task: Periodic) -> bool:
        wanted = self._wanted(task)
        return all(self._held[qubit] + more <= self._slots for qubit, more in wanted.items())

    def add(self, task: Periodic) -> None:
        for qubit, more in self._wanted(task).items():
            self._held[qubit] += more

    def _wanted(self, task: Periodic) -> dict[int, int]:
        wanted: defaultdict[int, int] = defaultdict(int)
        for qubit, begin, end in task.spans:
            wanted[qubit] += (end - begin) * (self._slots // task.period)
        return wanted
