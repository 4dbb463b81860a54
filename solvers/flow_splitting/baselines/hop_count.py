"""Hop-count ECMP on graphs: every node splits traffic equally among its shortest next hops."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import ArcNetwork
from planner.models.flow_splitting.plan import AggregatedArcsPlan
from planner.models.flow_splitting.proofs.metric import distances
from planner.models.flow_splitting.traffic import Flows


def hop_count_plan(network: ArcNetwork, flows: Flows) -> tuple[AggregatedArcsPlan, float]:
    """Return the traffic of each source on each arc and the highest arc utilisation.

    Parallel arcs are separate next hops. Every target is reachable.
    """
    hops = distances(network, np.arange(network.nodes), np.ones(len(network.rate)))
    amount = np.zeros((len(network.rate), network.nodes))
    for target in np.unique(flows.target[flows.crosses]).tolist():
        to_target = flows.crosses[flows.target[flows.crosses] == target]
        _add_target(network, hops[:, target], flows, to_target, amount)
    arc, source = np.nonzero(amount)
    plan = AggregatedArcsPlan(source=source, arc=arc, size=amount[arc, source])
    load = amount.sum(axis=1)
    return plan, float((load / network.rate).max(initial=0.0))


def _add_target(
    network: ArcNetwork, hops: FloatArray, flows: Flows, flow: IntArray, amount: FloatArray
) -> None:
    """Add the traffic to one target, `hops` away from each node, to `amount[arc, source]`."""
    sources, column = np.unique(flows.source[flow], return_inverse=True)
    waiting = np.zeros((network.nodes, len(sources)))
    np.add.at(waiting, (flows.source[flow], column), flows.size[flow])
    is_next = hops[network.tail] == hops[network.head] + 1
    choices = np.bincount(network.tail[is_next], minlength=network.nodes)
    for distance in range(int(hops[sources].max()), 0, -1):
        arc = np.flatnonzero(is_next & (hops[network.tail] == distance))
        tail = network.tail[arc]
        share = waiting[tail] / choices[tail, None]
        np.add.at(waiting, network.head[arc], share)
        amount[arc[:, None], sources] += share
