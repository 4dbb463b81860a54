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


def arc_metric(network: ArcNetwork, traffic: Flows, length: FloatArray) -> float | None:
    """Return the metric bound on the utilisation of a graph, rounded down; see `fabric_metric`.

    `length` has one entry per arc, not negative.
    """
    scale = float(length.max(initial=0.0))
    if scale <= 0:
        return None
    length = length / scale
    volume = float((length * network.rate).sum())
    sources, row = np.unique(traffic.source, return_inverse=True)
    distance = distances(network, sources, length)[row, traffic.target]
    used = float((traffic.size * np.where(np.isinf(distance), 0.0, distance)).sum())
    return lower(used / volume, len(traffic) + len(length) + network.nodes + 8)


def distances(network: ArcNetwork, sources: IntArray, length: FloatArray) -> FloatArray:
    """Return distance[source, node] by arc lengths, infinite where there is no path.

    Bellman 1958, all sources at once; ends when no distance changes.
    """
    distance = np.full((len(sources), network.nodes), np.inf)
    distance[np.arange(len(sources)), sources] = 0.0
    if not len(length):
        return distance
    order = np.argsort(network.head, kind="stable")
    tail, length = network.tail[order], length[order]
    heads, first = np.unique(network.head[order], return_index=True)
    for _ in range(network.nodes):
        reached = np.minimum.reduceat(distance[:, tail] + length, first, axis=1)
        shorter = np.minimum(distance[:, heads], reached)
        if (shorter == distance[:, heads]).all():
            break
        distance[:, heads] = shorter
    return distance
