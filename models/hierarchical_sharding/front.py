"""Pareto fronts of memory and time, merged block by block."""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray

TIE = 1e-9
"""Values within this relative distance are equal; floating noise must not decide."""


@dataclass(frozen=True, slots=True)
class Front:
    """Plans of which none is better in both memory and time; memory rises, time falls."""

    memory: FloatArray
    """Bytes per device."""
    time: FloatArray
    """Seconds."""
    plan: IntArray
    """Number of each plan."""
    variant: IntArray
    """Which schedule and keeping of gathers."""

    def __len__(self) -> int:
        return len(self.memory)

    def within(self, memory: float | None) -> int | None:
        """Return the place of the fastest plan that fits, the smallest among equals."""
        if not len(self) or memory is None:
            return len(self) - 1 if len(self) else None
        fitting = int(np.searchsorted(self.memory, memory * (1 + TIE), side="right"))
        return fitting - 1 if fitting else None

    def merge(self, memory: FloatArray, time: FloatArray, first: int, variant: int) -> "Front":
        """Return the front with plans `first`, `first + 1`, ... taken in."""
        keep = np.flatnonzero(time < self._time_at(memory))
        if not len(keep):
            return self
        plan = np.concatenate([self.plan, first + keep])
        kind = np.concatenate([self.variant, np.full(len(keep), variant)])
        memory = np.concatenate([self.memory, memory[keep]])
        time = np.concatenate([self.time, time[keep]])
        order = np.argsort(memory)
        memory, time = memory[order], time[order]
        chosen = _undominated(memory, time)
        return Front(memory[chosen], time[chosen], plan[order][chosen], kind[order][chosen])

    def _time_at(self, memory: FloatArray) -> FloatArray:
        """Return the time that a plan of so much memory has to beat."""
        place = np.searchsorted(self.memory, memory * (1 + TIE), side="right")
        return np.concatenate(([np.inf], self.time * (1 - TIE)))[place]


def empty() -> Front:
    """Return the front of no plans."""
    none, nothing = np.zeros(0), np.zeros(0, dtype=np.int64)
    return Front(none, none, nothing, nothing)


def _undominated(memory: FloatArray, time: FloatArray) -> IntArray:
    """Return the places of a front, given rows in order of memory.

    A row stays if it is faster than all before it; of rows with equal memory the fastest stays.
    """
    best = np.minimum.accumulate(time)
    faster = np.flatnonzero(np.concatenate(([True], time[1:] < best[:-1])))
    chosen: list[int] = []
    for row in faster.tolist():
        if chosen and time[row] >= time[chosen[-1]] * (1 - TIE):
            continue
        while chosen and memory[row] <= memory[chosen[-1]] * (1 + TIE):
            chosen.pop()
        chosen.append(row)
    return np.array(chosen, dtype=np.int64)
