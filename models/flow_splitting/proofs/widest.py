"""How long a whole flow needs at least: as long as the slowest arc of its widest path."""

import numpy as np

from planner.models.base.rounding import lower
from planner.models.flow_splitting.fabric import ArcNetwork
from planner.models.flow_splitting.proofs.metric import distances
from planner.models.flow_splitting.traffic import Flows

LEVELS = 64
"""Most rates that are tried; with more distinct ones the bound is weaker, never wrong."""


def widest_time(network: ArcNetwork, traffic: Flows) -> float:
    """Return the most any whole flow takes on the slowest arc of its widest path, rounded down.

    A flow that is not connected by the arcs of at least a rate takes an arc that is slower.
    """
    rates = np.unique(network.rate)
    chosen = np.unique(np.linspace(1, len(rates) - 1, LEVELS).astype(np.int64))
    if len(rates) < 2:
        return 0.0
    crossing = traffic.crosses
    sources, row = np.unique(traffic.source[crossing], return_inverse=True)
    target, size = traffic.target[crossing], traffic.size[crossing]
    time = 0.0
    for level in chosen.tolist():
        fast = network.rate >= rates[level]
        wide = ArcNetwork(
            network.nodes,
            network.tail[fast],
            network.head[fast],
            network.rate[fast],
            network.latency[fast],
        )
        reached = distances(wide, sources, np.ones(int(fast.sum())))[row, target]
        cut_off = size[np.isinf(reached)]
        time = max(time, float(cut_off.max(initial=0.0)) / float(rates[level - 1]))
    return lower(time, 2)
