"""Shortest paths on a graph as arc lists."""

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.flow_splitting.fabric import ArcNetwork
from planner.models.flow_splitting.proofs.metric import distances


class ShortestPaths:
    """Shortest paths from one source; every target asked for can be reached."""

    def __init__(self, network: ArcNetwork, source: int, length: FloatArray) -> None:
        """Compute the distances by `length`, each above zero."""
        self._network, self._source = network, source
        distance = distances(network, np.array([source]), length)[0]
        with np.errstate(invalid="ignore"):
            slack = distance[network.tail] + length - distance[network.head]
        self._slack = np.where(np.isfinite(slack), slack, np.inf)

    def to(self, target: int) -> tuple[int, ...]:
        """Return the arcs of a shortest path to `target`."""
        arcs: list[int] = []
        node = target
        while node != self._source:
            entering = np.flatnonzero(self._network.head == node)
            arc = int(entering[self._slack[entering].argmin()])
            arcs.append(arc)
            node = int(self._network.tail[arc])
        return tuple(reversed(arcs))
