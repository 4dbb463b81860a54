"""Equal cuts on a graph: insertion within a time, and ruin and recreate.

A flow is cut into the fewest parts that keep the arcs of its paths within the time; flows for
which there was no room go first in the next round.
"""

from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import IntArray
from planner.solvers.contract import Run
from planner.solvers.flow_splitting.graphs.cut_routing import BELOW, CutRouting

ROUNDS = 5
"""Rounds of insertion within one time."""
NARROW = 2e-3
"""Relative width of the range of times at which the search for a lower one ends."""
MOST = 30
"""Most flows that are taken out at a time."""


def place(routing: CutRouting, run: Run) -> None:
    """Place every flow, the largest first, where it makes the busiest arc least busy.

    Flows for which the run leaves no time take the first path of their pair whole.
    """
    for flow in _largest_first(routing):
        routing.put(flow, (0,) if run.stopping() is not None else routing.least_busy(flow)[1])


def narrow(routing: CutRouting, floor: float, run: Run) -> None:
    """Insert all flows within times between `floor` and that of the routing, halving the range."""
    low, high, tried = floor, routing.utilisation(), floor * (2 - BELOW)
    best = routing.chosen.copy()
    while high > low * (1 + NARROW) and run.stopping() is None:
        if _insert(routing, tried, run):
            high, best = routing.utilisation(), routing.chosen.copy()
        else:
            low = tried
        tried = (low + high) / 2
    routing.restore(best)


def _insert(routing: CutRouting, time: float, run: Run) -> bool:
    """Insert all flows within a time; `False` where that fails or a limit is reached."""
    order = _largest_first(routing)
    for _ in range(ROUNDS):
        for flow in order:
            routing.put(flow, ())
        failed = []
        for flow in order:
            if run.stopping() is not None:
                return False
            chosen = routing.fewest_within(flow, time)
            routing.put(flow, chosen)
            if not chosen:
                failed.append(flow)
        if not failed:
            return True
        late = set(failed)
        order = failed + [flow for flow in order if flow not in late]
    return False


def recreate(
    routing: CutRouting, floor: float, run: Run, rng: np.random.Generator, tries: float
) -> Iterator[None]:
    """Take some flows out and place them anew until so many `tries` in a row fail.

    Yields after each lower utilisation of the routing, which is left at its best
    (Schrimpf et al. 2000).
    """
    best, kept, failed = routing.utilisation(), routing.chosen.copy(), 0
    while best > floor and failed < tries and run.stopping() is None:
        flows = _drawn(routing, rng)
        before = [routing.chosen[flow] for flow in flows]
        for flow in flows:
            routing.put(flow, ())
        for flow in flows:
            routing.put(flow, routing.least_busy(flow)[1])
        failed += 1
        value = routing.utilisation()
        if value > best / BELOW:
            for flow in flows:
                routing.put(flow, ())
            for flow, chosen in zip(flows, before, strict=True):
                routing.put(flow, chosen)
        elif value < best * BELOW:
            routing.relieve(floor, run)
            best, kept, failed = routing.utilisation(), routing.chosen.copy(), 0
            yield
    routing.restore(kept)


def save_parts(routing: CutRouting, run: Run) -> None:
    """Cut each flow that is cut into as few parts as the utilisation allows."""
    limit = routing.utilisation()
    for flow in sorted(routing.flows.crosses.tolist(), key=lambda flow: -len(routing.chosen[flow])):
        if len(routing.chosen[flow]) < 2 or run.stopping() is not None:
            return
        old = routing.chosen[flow]
        routing.put(flow, ())
        fewer = routing.fewest_within(flow, limit)
        routing.put(flow, fewer if 0 < len(fewer) < len(old) else old)


def _largest_first(routing: CutRouting) -> list[int]:
    crossing: IntArray = routing.flows.crosses
    order: list[int] = crossing[np.argsort(-routing.flows.size[crossing], kind="stable")].tolist()
    return order


def _drawn(routing: CutRouting, rng: np.random.Generator) -> list[int]:
    """Return flows of one of the busiest arcs and others, in random order."""
    count = int(rng.integers(1, MOST))
    busy = rng.permutation(routing.users_of_busiest(rng))[: max(1, count // 2)]
    others = rng.permutation(routing.flows.crosses)[: count - len(busy)]
    drawn: list[int] = rng.permutation(np.unique(np.concatenate([busy, others]))).tolist()
    return drawn
