"""Draws the exchanges: plain gossip with Poisson clocks, and workers that are busy meanwhile.

All replicas run side by side, one row each; random numbers depend on the seed alone.
"""

import math
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.mean_square import Decay

BAND = 1.959963984540054
"""Standard deviations on either side that hold 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Poisson:
    """The rate at which the mean squared distance fell, with the 95 % band of its estimate."""

    rate: float
    low: float
    high: float
    horizon: float
    """Units of time that were simulated."""
    replicas: int
    events: int
    """Averages done in all replicas together."""


@dataclass(frozen=True, slots=True)
class Blocking:
    """What becomes of planned rates when an exchange occupies both its workers."""

    achieved: FloatArray
    """Exchanges of each edge per unit of time, shape (m,)."""
    lost: float
    """Share of the events that found a busy worker and were dropped; 0 where they wait."""
    mean_wait: float
    """Mean time from an event to its exchange; 0 where events are dropped."""
    horizon: float
    replicas: int

    def share(self, rate: FloatArray) -> float:
        """Return the achieved total rate over the planned one."""
        return float(self.achieved.sum() / rate.sum())


def simulate_poisson(
    ends: IntArray,
    rate: FloatArray,
    decay: Decay,
    *,
    replicas: int = 2000,
    seed: int = 0,
    horizon: float | None = None,
) -> Poisson:
    """Return the measured rate of plain gossip from states drawn with the slowest covariance.

    Their mean squared distance falls as exp(-rate t) from the start, so that the band of
    ln(E|x(0)|^2 / E|x(t)|^2) / t has to hold `decay.rate` in 95 of 100 runs. `horizon` is in units
    of time; if not given the distance falls by a factor of about e.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, 1]))
    end = 1 / decay.rate if horizon is None else horizon
    values, vectors = np.linalg.eigh(decay.covariance)
    roots = vectors * np.sqrt(np.clip(values, 0, None))
    state = rng.standard_normal((replicas, len(roots))) @ roots.T
    before = (state * state).sum(axis=1)
    # Given their number, the events of a Poisson process are independent draws of an edge.
    total = float(rate.sum())
    counts = rng.poisson(total * end, replicas)
    edges = np.searchsorted(np.cumsum(rate) / total, rng.random((int(counts.max()), replicas)))
    edges = np.minimum(edges, len(rate) - 1)
    for turn, drawn in enumerate(edges):
        rows = np.flatnonzero(counts > turn)
        i, j = ends[drawn[rows]].T
        state[rows, i] = state[rows, j] = (state[rows, i] + state[rows, j]) / 2
    after = (state * state).sum(axis=1)
    first, last = float(before.mean()), float(after.mean())
    measured = math.log(first / last) / end
    # The error of a ratio of means, to first order.
    error = float(np.std(after / last - before / first, ddof=1)) / math.sqrt(replicas) / end
    return Poisson(
        rate=measured,
        low=measured - BAND * error,
        high=measured + BAND * error,
        horizon=end,
        replicas=replicas,
        events=int(counts.sum()),
    )


def simulate_blocking(
    nodes: int,
    ends: IntArray,
    rate: FloatArray,
    duration: FloatArray,
    *,
    waits: bool = False,
    replicas: int = 64,
    events: int = 2000,
    seed: int = 0,
) -> Blocking:
    """Return the rates achieved when an exchange on e holds both ends for `duration[e]`.

    Events that find a busy end are lost, or wait for it in order of their coming if `waits`.
    `events` is their number per replica.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, 2]))
    total, row = float(rate.sum()), np.arange(replicas)
    limits = np.cumsum(rate) / total
    clock = np.zeros(replicas)
    free = np.zeros((replicas, nodes))
    done = np.zeros(len(rate))
    lost, waited, last = 0, 0.0, np.zeros(replicas)
    for _ in range(events):
        clock += rng.exponential(1 / total, replicas)
        edge = np.minimum(np.searchsorted(limits, rng.random(replicas)), len(rate) - 1)
        i, j = ends[edge].T
        ready = np.maximum(free[row, i], free[row, j])
        runs = np.full(replicas, True) if waits else ready <= clock
        begin = np.maximum(clock, ready)
        until = np.where(runs, begin + duration[edge], 0.0)
        free[row, i], free[row, j] = (
            np.maximum(free[row, i], until),
            np.maximum(free[row, j], until),
        )
        last = np.maximum(last, until)
        done += np.bincount(edge[runs], minlength=len(rate))
        lost += int((~runs).sum())
        waited += float((begin - clock)[runs].sum())
    # The last exchange ends after the last event, where events wait perhaps long after.
    span = np.maximum(last, clock)
    return Blocking(
        achieved=done / float(span.sum()),
        lost=lost / (events * replicas),
        mean_wait=waited / max(float(done.sum()), 1.0),
        horizon=float(span.mean()),
        replicas=replicas,
    )
