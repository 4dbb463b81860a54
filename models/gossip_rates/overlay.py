"""The complete overlay: every pair of workers may exchange, routed over the links that there are.

A pair goes the way of least latency, of those the one with the fewest links. It gets the least
bandwidth on the way over the number of its links, and the sum of their latencies (Marfoq, Xu,
Neglia and Vidal 2020, arXiv 2010.12229, take the networks between silos to be so).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.errors import Issue
from planner.models.gossip_rates.network import EdgeList

if TYPE_CHECKING:
    from planner.models.gossip_rates.instance import GossipRates

MOST_NODES = 1_000
"""Workers of a complete overlay, as of a clique."""
TIE = 1e-9
"""Latency that a way has on top for every link, relative to the slowest link, so that of ways of
equal latency that with the fewest links is the shortest, and each node farther than the one before
it, whatever rounding does."""


def overlay_faults(instance: "GossipRates") -> Iterator[Issue]:
    """Yield what keeps every pair of a network from exchanging: its size, rates of single links."""
    if instance.overlay == "given":
        return
    topology, loc = instance.topology, ("overlay",)
    if len(topology.names()) > MOST_NODES:
        message = f"the pairs of {len(topology.names()):,} workers are too many to be planned"
        fix = f"Leave `overlay` out, or keep to {MOST_NODES:,} workers."
        yield Issue(code="overlay-size", loc=loc, message=message, fix=fix)
    for place, edge in enumerate(topology.edges if isinstance(topology, EdgeList) else ()):
        if edge.min_rate > 0 or edge.max_rate is not None:
            message = "this rate is one of a link, and a complete overlay has rates of pairs"
            fix = "Leave `min_rate` and `max_rate` out; a link that may not be used as well."
            where = ("topology", "edges", place)
            yield Issue(code="overlay-rate", loc=where, message=message, fix=fix)


def routed(nodes: int, ends: IntArray, columns: dict[str, FloatArray]) -> dict[str, Any]:
    """Return all pairs that a way joins, with `ends`, `cost`, `latency` and `bandwidth`.

    `columns` has the same three figures for every link between `ends` (k, 2), loops and repeats
    dropped. Costs add up along the way unless all are 1: then a pair's average is one message.
    """
    cost, latency, rate = (columns[name] for name in ("cost", "latency", "bandwidth"))
    order, before = _ways(nodes, ends, latency)
    link = np.full((nodes, nodes), -1, dtype=np.int64)
    link[ends[:, 0], ends[:, 1]] = link[ends[:, 1], ends[:, 0]] = np.arange(len(ends))
    hops, slow, wide, paid = (np.zeros((nodes, nodes)) for _ in range(4))
    wide += np.inf
    source = np.arange(nodes)
    for place in range(1, nodes):
        # In order of distance: the node before is done when its followers are.
        row = source[before[source, order[:, place]] >= 0]
        node = order[row, place]
        last = before[row, node]
        over = link[last, node]
        hops[row, node] = hops[row, last] + 1
        slow[row, node] = slow[row, last] + latency[over]
        wide[row, node] = np.minimum(wide[row, last], rate[over])
        paid[row, node] = paid[row, last] + cost[over]
    a, b = np.triu_indices(nodes, 1)
    joined = hops[a, b] > 0
    a, b = a[joined], b[joined]
    return {
        "ends": np.stack([a, b], axis=1),
        "cost": np.ones(len(a)) if (cost == 1).all() else paid[a, b],
        "latency": slow[a, b],
        "bandwidth": wide[a, b] / hops[a, b],
    }


def _ways(nodes: int, ends: IntArray, latency: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the nodes in order of their distance from each source, and the node before each."""
    from scipy import sparse
    from scipy.sparse import csgraph

    slowest = float(latency.max(initial=0.0))
    weight = latency + (TIE * slowest if slowest > 0 else 1.0)
    graph = sparse.csr_array((weight, (ends[:, 0], ends[:, 1])), shape=(nodes, nodes))
    distance, before = csgraph.dijkstra(graph, directed=False, return_predecessors=True)
    return np.argsort(distance, axis=1, kind="stable"), before.astype(np.int64)
