"""RCPSP-NP-EDF and RCPSP-NP-FPR: earliest deadline first on every qubit, without preemption.

Both place one repetition after the other at the earliest slot from its release on at which all it
holds is free. The first reserves each qubit when the protocol holds it, the second every qubit that
it ever holds from its first slot to its last. (arXiv 2111.13124.)
"""

from collections.abc import Sequence

from planner.solvers.entanglement_scheduling.baselines.admission import Tick
from planner.solvers.entanglement_scheduling.baselines.occupation import Occupation
from planner.solvers.entanglement_scheduling.baselines.periodic import Periodic, Span
from planner.solvers.entanglement_scheduling.baselines.releases import Releases


def np_edf(tasks: Sequence[Periodic], tick: Tick) -> dict[int, list[int]] | None:
    """Return the starts of each repetition, or `None` where one misses its deadline."""
    return _place(tasks, [task.spans for task in tasks], tick)


def np_fpr(tasks: Sequence[Periodic], tick: Tick) -> dict[int, list[int]] | None:
    """Return the starts with every qubit reserved for the whole length, or `None`."""
    return _place(tasks, [task.whole_length for task in tasks], tick)


def _place(
    tasks: Sequence[Periodic], spans: Sequence[tuple[Span, ...]], tick: Tick
) -> dict[int, list[int]] | None:
    occupation, releases = Occupation(), Releases(tasks)
    starts: dict[int, list[int]] = {task.place: [] for task in tasks}
    while (job := releases.pop()) is not None:
        tick()
        place, repetition = job
        task, release = tasks[place], repetition * tasks[place].period
        last = release + task.period - task.length
        start = occupation.earliest(spans[place], release, last)
        if start is None:
            return None
        occupation.take(spans[place], start)
        starts[task.place].append(start)
        releases.held([(qubit, start + end) for qubit, _, end in spans[place]])
    return starts
