"""Collective operations as lists of steps: who sends how much to whom, and how often.

M is the size of the full buffer of a rank, N the number of ranks. The order of halving-doubling is
that of ASTRA-sim: neighbours first.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.flow_splitting.workload import Collective

Pattern = Literal["ring", "exchange", "all_pairs"]


@dataclass(frozen=True, slots=True)
class Phase:
    """Steps of one shape: `times` of them in a row."""

    pattern: Pattern
    times: int
    size: float
    """Size of each message."""
    distance: int = 0
    """Of an exchange: the partner of rank r is r xor `distance`."""

    @property
    def label(self) -> str:
        """What the steps are called in results."""
        if self.pattern == "exchange":
            return f"exchange at distance {self.distance}"
        return "ring" if self.pattern == "ring" else "all pairs"

    def targets(self, ranks: int) -> IntArray:
        """Return target[rank] of a pattern in which every rank sends one message."""
        rank = np.arange(ranks)
        return rank ^ self.distance if self.pattern == "exchange" else (rank + 1) % ranks


def phases(collective: Collective, ranks: int) -> tuple[Phase, ...]:
    """Return the steps of a collective over `ranks` ranks (at least 2), in order.

    * ring: N - 1 steps of M/N from rank r to r + 1; twice that for an all-reduce;
    * halving-doubling: exchanges at distance 2^t of M/2^(t+1), t = 0, 1, ... for a
      reduce-scatter, in the mirrored order for an all-gather, both for an all-reduce;
    * direct: one step in which every rank sends M/N to every other, two for an all-reduce.
    """
    rounds = 2 if collective.operation == "all_reduce" else 1
    share = collective.size / ranks
    if collective.algorithm == "direct":
        return (Phase("all_pairs", rounds, share),)
    if collective.algorithm == "ring":
        return (Phase("ring", rounds * (ranks - 1), share),)
    halving = tuple(
        Phase("exchange", 1, collective.size / 2 ** (t + 1), 2**t)
        for t in range(ranks.bit_length() - 1)
    )
    doubling = halving[::-1]
    if collective.operation == "all_reduce":
        return halving + doubling
    return halving if collective.operation == "reduce_scatter" else doubling


def distinct(collective: Collective, ranks: int) -> tuple[Phase, ...]:
    """Return the steps that are planned, equal ones put together, in order of appearance."""
    run = phases(collective, ranks)
    if collective.step is not None:
        ends = np.cumsum([part.times for part in run])
        picked = run[int(np.searchsorted(ends, collective.step, side="right"))]
        return (replace(picked, times=1),)
    times: dict[Phase, int] = {}
    for part in run:
        shape = replace(part, times=1)
        times[shape] = times.get(shape, 0) + part.times
    return tuple(replace(shape, times=count) for shape, count in times.items())
