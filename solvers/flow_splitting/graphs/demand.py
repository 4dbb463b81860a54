"""What every source of a graph sends to every node, all flows of a pair together."""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import ArcNetwork
from planner.models.flow_splitting.grouping import sum_by
from planner.models.flow_splitting.traffic import Flows


@dataclass(frozen=True, eq=False)
class Demand:
    """The commodities of a network: pairs of a source and a node it sends to."""

    network: ArcNetwork
    sources: IntArray
    """Node[row]: the nodes that send anything."""
    amount: FloatArray
    """Amount[row, node]."""

    def bound(self, distance: FloatArray, length: FloatArray) -> float:
        """Return the metric bound of distance[row, node] by length[arc], not rounded."""
        reached = np.where(self.amount > 0, distance, 0.0)
        return float((self.amount * reached).sum() / (length @ self.network.rate))


def demand_of(network: ArcNetwork, flows: Flows) -> Demand:
    """Sum the flows of each pair of different nodes."""
    crossing = flows.crosses
    sources, row = np.unique(flows.source[crossing], return_inverse=True)
    place = row * network.nodes + flows.target[crossing]
    amount = sum_by(place, flows.size[crossing], len(sources), network.nodes)
    return Demand(network, sources, amount)
