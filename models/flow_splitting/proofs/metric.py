"""The metric bound: any lengths of links prove that a step takes time.

If every link e has a length l_e >= 0, traffic D_ij uses up at least D_ij times the distance from i
to j, and in time theta the links offer theta times the sum of c_e l_e. So theta is at least
sum D_ij dist(i, j) / sum c_e l_e (the dual of the flow LP; docs/problems/flow_splitting.md).
"""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.rounding import lower
from planner.models.flow_splitting.fabric import ArcNetwork, Fabric
from planner.models.flow_splitting.grouping import sum_by
from planner.models.flow_splitting.traffic import Flows, Traffic, leaf_demand

SLACK = 1e-12
"""What misses a limit by this relative amount counts as within it."""
ROUNDS = 1_000
"""Steps upwards at most; stopping early leaves a weaker bound, never a wrong one."""
EXACT = 2.0**53
"""Whole numbers below this are summed without rounding."""
BLOCK = 4_000_000
"""Distances computed at a time, which bounds the memory."""


def fabric_metric(
    fabric: Fabric,
    traffic: Traffic,
    lengths: tuple[FloatArray, FloatArray],
    classes: tuple[IntArray, IntArray],
) -> float | None:
    """Return the metric bound on theta of a leaf-spine fabric, rounded down.

    Parameters
    ----------
    lengths
        Length[leaf class, spine class] of uplinks and of downlinks, not negative.
    classes
        Class[leaf] and class[spine]. A link that is down counts as there for the distances as long
        as one of its classes is up, which can only weaken the bound.

    Returns `None` where no link that is up has a length, which proves nothing.
    """
    leaf_class, spine_class = classes
    shape = lengths[0].shape
    link_class = leaf_class[:, None] * shape[1] + spine_class
    offered = [
        sum_by(link_class.ravel(), rate.ravel(), *shape)
        for rate in (fabric.up_total, fabric.down_total)
    ]
    present = [
        np.where(rate > 0, length, 0.0) for rate, length in zip(offered, lengths, strict=True)
    ]
    # Scaled lengths cannot overflow, and lengths of links that are down cannot drown the others.
    scale = max(float(length.max(initial=0.0)) for length in present)
    if scale <= 0:
        return None
    up, down = (length / scale for length in present)
    volume = float((offered[0] * up).sum() + (offered[1] * down).sum())
    demand = _class_demand(leaf_demand(traffic, fabric.leaves), leaf_class, shape[0])
    up, down = np.where(offered[0] > 0, up, np.inf), np.where(offered[1] > 0, down, np.inf)
    used = 0.0
    rows = max(1, BLOCK // shape[0])
    for row in range(0, shape[0], rows):
        distance = _shortest(up[row : row + rows], down)
        used += float((demand[row : row + rows] * distance).sum())
    listed = len(traffic) if isinstance(traffic, Flows) else 0
    terms = fabric.leaves**2 + 2 * fabric.leaves * fabric.spines + listed
    return lower(used / volume, terms + 8)


def _shortest(up: FloatArray, down: FloatArray) -> FloatArray:
    """Return distance[source class, target class] over the best spine, 0 where there is none."""
    best = np.full((len(up), len(down)), np.inf)
    for spine in range(up.shape[1]):
        np.minimum(best, up[:, spine, None] + down[None, :, spine], out=best)
    best[np.isinf(best)] = 0.0
    return best


def _class_demand(demand: FloatArray, leaf_class: IntArray, classes: int) -> FloatArray:
    pair = leaf_class[:, None] * classes + leaf_class
    return sum_by(pair.ravel(), demand.ravel(), classes, classes)


def arc_metric(
    network: ArcNetwork, traffic: Flows, length: FloatArray, *, whole: bool = False
) -> float | None:
    """Return the metric bound on the utilisation of a graph, rounded down; see `fabric_metric`.

    Parameters
    ----------
    length
        One per arc, not negative.
    whole
        Whether every flow takes one path. Loads are then multiples of the common unit g of the
        sizes, so that an arc offers g floor(T c_e / g) instead of T c_e; the least T at which
        these, times the lengths, are enough is at least the bound above.
    """
    scale = float(length.max(initial=0.0))
    if scale <= 0:
        return None
    length = length / scale
    volume = float((length * network.rate).sum())
    sources, row = np.unique(traffic.source, return_inverse=True)
    distance = distances(network, sources, length)[row, traffic.target]
    used = float((traffic.size * np.where(np.isinf(distance), 0.0, distance)).sum())
    terms = len(traffic) + len(length) + network.nodes + 8
    bound = lower(used / volume, terms)
    unit = _common_unit(traffic) if whole else None
    if unit is None:
        return bound
    return _time_of_units(bound, lower(used, 2 * terms) / unit, network.rate / unit, length)


def _common_unit(traffic: Flows) -> float | None:
    """Return what all sizes that cross are multiples of: their size, or a whole number."""
    sizes = traffic.size[traffic.crosses]
    if traffic.equal_size is not None:
        return traffic.equal_size
    if not len(sizes) or float(sizes.sum()) >= EXACT or not (sizes == np.floor(sizes)).all():
        return None
    return float(np.gcd.reduce(sizes.astype(np.int64)))


def _time_of_units(start: float, used: float, rate: FloatArray, length: FloatArray) -> float:
    """Return the least T from `start` on with sum of length floor(T rate) >= used."""
    rates, kind = np.unique(rate[length > 0], return_inverse=True)
    weight = sum_by(kind, length[length > 0], len(rates))
    time = start
    for _ in range(ROUNDS):
        room = np.floor(time * rates * (1 + SLACK))
        if float(room @ weight) * (1 + SLACK) >= used:
            break
        time = max(time, lower(float(((room + 1) / rates).min()), 4))
    return time


def distances(network: ArcNetwork, sources: IntArray, length: FloatArray) -> FloatArray:
    """Return distance[source, node] by arc lengths, infinite where there is no path."""
    return shortest_arcs(network, sources, length)[0]


def shortest_arcs(
    network: ArcNetwork, sources: IntArray, length: FloatArray
) -> tuple[FloatArray, IntArray]:
    """Return distance[row, node] and the arc[row, node] by which a shortest path enters a node.

    The arc is -1 at the source and where there is no path (Dijkstra 1959). Lengths are not
    negative; paths along arcs without length may use more arcs than needed.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    nodes = network.nodes
    if not len(sources):
        return np.zeros((0, nodes)), np.zeros((0, nodes), dtype=np.int64)
    pair = network.tail * nodes + network.head
    # Of parallel arcs only the shortest counts.
    order = np.lexsort((length, pair))
    pairs, first = np.unique(pair[order], return_index=True)
    arc = order[first]
    shape = (nodes, nodes)
    table = csr_array((length[arc], (network.tail[arc], network.head[arc])), shape=shape)
    distance, before = dijkstra(table, indices=sources, return_predecessors=True)
    entered = before.astype(np.int64) * nodes + np.arange(nodes)
    into = np.full(before.shape, -1, dtype=np.int64)
    into[before >= 0] = arc[np.searchsorted(pairs, entered[before >= 0])]
    return distance, into
