"""What two leaves can exchange over all spines: rates of pairs, and whole flows by counting."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.rounding import lower
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.proofs.counting import ROUNDS, SLACK, group_time
from planner.models.flow_splitting.proofs.groups import group_of
from planner.models.flow_splitting.traffic import AllPairs, Flows, Traffic, leaf_demand

LOOKED_AT = 64
"""How many of the busiest pairs are counted one by one where sizes differ."""


def pair_cuts(fabric: Fabric) -> FloatArray:
    """Return rate[source leaf, target leaf]: the sum over spines of the slower of the two links."""
    up, down = fabric.up_kinds, fabric.down_kinds
    sums = _sum_of_smaller(fabric.up_total[up.first], fabric.down_total[down.first])
    return sums[np.ix_(up.of_leaf, down.of_leaf)]


def pair_time(fabric: Fabric, traffic: Traffic, start: float) -> float:
    """Return a lower bound on the time of whole flows, from each pair of leaves by itself.

    At least `start`, which must be a valid bound itself.
    """
    size = traffic.size if isinstance(traffic, AllPairs) else traffic.equal_size
    if size is not None:
        return _equal_time(fabric, traffic, size, start)
    return _unequal_time(fabric, traffic, start) if isinstance(traffic, Flows) else start


def _sum_of_smaller(ups: FloatArray, downs: FloatArray) -> FloatArray:
    """Return sum over k of min(ups[a, k], downs[b, k]), by a and b."""
    sums = np.zeros((len(ups), len(downs)))
    for up, down in zip(ups.T, downs.T, strict=True):
        sums += np.minimum(up[:, None], down[None, :])
    return sums


def _equal_time(fabric: Fabric, traffic: Traffic, size: float, time: float) -> float:
    """Count on each spine the flows that fit upwards and downwards, lane by lane."""
    counts = _flow_counts(traffic, fabric.leaves)
    up, down = fabric.up[fabric.up_kinds.first], fabric.down[fabric.down_kinds.first]
    need = _highest_by_kind(counts, fabric.up_kinds.of_leaf, fabric.down_kinds.of_leaf)
    up_fit, down_fit = _fit(up, size, time), _fit(down, size, time)
    room = _sum_of_smaller(up_fit[0], down_fit[0])
    reachable = _sum_of_smaller(up.sum(axis=2), down.sum(axis=2)) > 0
    a, b = np.nonzero((room < need) & reachable)
    for _ in range(ROUNDS):
        if not len(a):
            break
        more = np.minimum(up_fit[1][a], down_fit[1][b])
        time = max(time, lower(float(more.max()), 4))
        up_fit, down_fit = _fit(up, size, time), _fit(down, size, time)
        short = np.minimum(up_fit[0][a], down_fit[0][b]).sum(axis=1) < need[a, b]
        a, b = a[short], b[short]
    return time


def _highest_by_kind(counts: IntArray, source: IntArray, target: IntArray) -> IntArray:
    """Return the highest count[kind, kind] of the rows and columns of each kind."""
    for axis, kind in ((0, source), (1, target)):
        order = np.argsort(kind, kind="stable")
        first = np.searchsorted(kind[order], np.arange(int(kind.max()) + 1))
        counts = np.maximum.reduceat(counts.take(order, axis), first, axis=axis)
    return counts


def _fit(rate: FloatArray, size: float, time: float) -> tuple[FloatArray, FloatArray]:
    """Return flows[leaf class, spine] that fit into `time`, and by leaf class when more do."""
    fit = np.floor(time * rate / size * (1 + SLACK))
    more = np.divide((fit + 1) * size, rate, out=np.full_like(rate, np.inf), where=rate > 0)
    return fit.sum(axis=2), np.asarray(more.min(axis=(1, 2)))


def _flow_counts(traffic: Traffic, leaves: int) -> IntArray:
    """Return the number of flows[source leaf, target leaf], those below a leaf left out."""
    if isinstance(traffic, AllPairs):
        ranks = traffic.ranks_per_leaf(leaves)
        counts = np.outer(ranks, ranks)
    else:
        pair = traffic.source * leaves + traffic.target
        counts = np.bincount(pair, minlength=leaves * leaves).reshape(leaves, leaves)
    np.fill_diagonal(counts, 0)
    return counts


def _unequal_time(fabric: Fabric, traffic: Flows, time: float) -> float:
    demand, cuts = leaf_demand(traffic, fabric.leaves), pair_cuts(fabric)
    times = np.divide(demand, cuts, out=np.zeros_like(demand), where=cuts > 0).ravel()
    pair = traffic.source * fabric.leaves + traffic.target
    for busy in np.argsort(-times, kind="stable")[:LOOKED_AT]:
        if times[busy] == 0:
            break
        sizes = np.sort(traffic.size[pair == busy])[::-1]
        rates = _narrow_links(fabric, *divmod(int(busy), fabric.leaves))
        time = group_time(group_of(sizes, rates), time)
    return time


def _narrow_links(fabric: Fabric, source: int, target: int) -> FloatArray:
    """Return the links of a pair: on each spine those of the side with the lower rate in all."""
    up, down = fabric.up[source], fabric.down[target]
    both = (up.sum(axis=1) > 0) & (down.sum(axis=1) > 0)
    upwards = up.sum(axis=1) <= down.sum(axis=1)
    links: FloatArray = np.where(upwards[:, None], up, down)[both].ravel()
    return links[links > 0]
