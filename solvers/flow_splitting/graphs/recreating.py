"""Ruin and recreate: take some flows out of a routing and put them back in another order.

Schrimpf, Schneider, Stamm-Wilbrandt, Dueck 2000. The flows taken out are some of the busiest arc
and others at random; a routing that is no worse replaces the old one.
"""

from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import IntArray
from planner.solvers.contract import Run
from planner.solvers.flow_splitting.graphs.rerouting import Routing

MOST = 40
"""Most flows that are taken out at a time."""
TRIES = 150
"""Ends after so many tries in a row without a lower utilisation."""


def recreate(
    routing: Routing, floor: float, run: Run, *, seed: int, tries: float
) -> Iterator[Routing]:
    """Yield ever less utilised routings, down to `floor`, until so many `tries` in a row fail."""
    rng = np.random.default_rng(seed)
    current, best, failed = routing, routing.utilisation(), 0
    while best > floor and failed < tries and run.stopping() is None:
        trial = current.copy()
        flows = _chosen(trial, rng)
        for flow in flows.tolist():
            trial.put(flow, ())
        for flow in flows.tolist():
            trial.put(flow, trial.least_busy_path(flow)[1])
        trial.relieve(floor, run)
        failed += 1
        if trial.rank() <= current.rank():
            current = trial
        if trial.utilisation() < best * (1 - 1e-12):
            best, failed = trial.utilisation(), 0
            yield trial


def _chosen(routing: Routing, rng: np.random.Generator) -> IntArray:
    """Return flows of one of the busiest arcs and others, in random order."""
    busy = routing.flows_of_busiest(rng)
    count = int(rng.integers(2, MOST))
    taken = rng.permutation(busy)[: max(1, count // 2)]
    others = rng.permutation(routing.crossing)[: count - len(taken)]
    return rng.permutation(np.unique(np.concatenate([taken, others])))
