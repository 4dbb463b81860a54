"""Demands one by one, each where it fits beside those before it: a schedule within moments."""

from collections.abc import Callable, Iterable

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.entanglement_scheduling.evaluation.assignment import name_qubits
from planner.models.entanglement_scheduling.evaluation.timetable import rigid_rows
from planner.models.entanglement_scheduling.reasons.insertion import find_starts
from planner.models.entanglement_scheduling.view import View
from planner.solvers.entanglement_scheduling.jobs import Job
from planner.solvers.entanglement_scheduling.model import Starts
from planner.solvers.entanglement_scheduling.sizes import refuses_table


class Room:
    """What a schedule leaves free; demands can be put in and taken out."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.free: IntArray = np.repeat(
            view.capacity.astype(np.int32)[:, None], view.hyperperiod, axis=1
        )
        self.starts: Starts = {}

    def insert(self, job: Job) -> bool:
        """Put a job where it fits, in the first of its ways that does; return whether it did."""
        for way in job.ways:
            shape = self.view.shapes[job.demand][way.alternative]
            found = find_starts(self.view, self.free, shape, job.period, job.jitter)
            if found is not None:
                self.put(job.demand, way.alternative, tuple(found.tolist()))
                if self.is_nameable():
                    return True
                self.remove(job.demand)
        return False

    def is_nameable(self) -> bool:
        """Return whether every qubit can be named; on a circle, counting them is not enough."""
        view = self.view
        if not view.wraps or not (view.capacity > 1).any():
            return True
        demand = sorted(self.starts)
        shapes = [view.shapes[each][self.starts[each][0]] for each in demand]
        times = [self.starts[each][1] for each in demand]
        start = np.array([time for own in times for time in own], dtype=np.int64)
        rows = rigid_rows(view, np.array(demand, dtype=np.int64), shapes, start)
        return name_qubits(view, rows) is not None

    def put(self, demand: int, alternative: int, times: tuple[int, ...]) -> None:
        """Add a demand with its starts."""
        self.starts[demand] = (alternative, times)
        self._hold(demand, 1)

    def remove(self, demand: int) -> None:
        """Take a demand out."""
        self._hold(demand, -1)
        del self.starts[demand]

    def _hold(self, demand: int, sign: int) -> None:
        alternative, times = self.starts[demand]
        shape = self.view.shapes[demand][alternative]
        first = np.array(times, dtype=np.int64)
        for pool, begin, end in zip(
            shape.pool.tolist(), shape.begin.tolist(), shape.end.tolist(), strict=True
        ):
            slots = (first[:, None] + np.arange(begin, end)).ravel() % self.view.hyperperiod
            # One segment never meets itself: a protocol ends before its next repetition starts.
            self.free[pool, slots] -= sign


def by_density(jobs: Iterable[Job]) -> list[Job]:
    """Return the jobs, mandatory ones first, then by worth per qubit-slot held."""

    def key(job: Job) -> tuple[bool, float, int]:
        density = max(
            way.value * job.period / max(1, sum(e - b for _, held in way.held for b, e in held))
            for way in job.ways
        )
        return not job.mandatory, -density, job.demand

    return sorted(jobs, key=key)


def by_period(jobs: Iterable[Job]) -> list[Job]:
    """Return the jobs, mandatory ones first, then those that repeat most often.

    They have the least choice of where to lie; as long as nothing else is there, they find it.
    """
    return sorted(by_density(jobs), key=lambda job: (not job.mandatory, job.period))


def first_schedule(view: View, jobs: Iterable[Job], is_over: Callable[[], object]) -> Starts:
    """Return a schedule of the jobs that fit, tried in their order; none where memory forbids.

    Jobs are left out from the moment on that `is_over` says anything true.
    """
    if refuses_table(view.instance) is not None:
        return {}
    room = Room(view)
    for job in jobs:
        if is_over():
            break
        room.insert(job)
    return room.starts
