"""Groups of flows that share links: what leaves a leaf, enters a leaf, or runs between two.

Each argument of `counting` and `part_count` looks at one group: these flows, on these links.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.grouping import order_by
from planner.models.flow_splitting.traffic import AllPairs, Flows
from planner.models.flow_splitting.view import View


@dataclass(frozen=True, eq=False, slots=True)
class Group:
    """Flows that must all use one set of links, each a whole flow one link of it."""

    count: int
    """Number of flows."""
    sizes: FloatArray
    """Sizes in descending order; a single entry where all are equal."""
    rates: FloatArray
    """Rates of the links, those that are down left out."""

    @property
    def is_equal(self) -> bool:
        """Whether all flows have one size."""
        return len(self.sizes) == 1

    @property
    def key(self) -> tuple[int, bytes, bytes]:
        """What groups have in common that need the same time."""
        return self.count, self.sizes.tobytes(), np.sort(self.rates).tobytes()


def end_groups(view: View, traffic: Flows | AllPairs, side: str) -> Iterator[Group]:
    """Yield the group of each leaf (or node) that sends (`out`) or receives (`in`) anything."""
    rates = _rates(view, side)
    size = traffic.size if isinstance(traffic, AllPairs) else traffic.equal_size
    if size is not None:
        counts = _counts(traffic, side, len(rates))
        for end in np.flatnonzero(counts).tolist():
            yield Group(int(counts[end]), np.array([size]), rates[end])
        return
    if isinstance(traffic, AllPairs):
        return
    ends, sizes = _ends(traffic, side), traffic.size[traffic.crosses]
    order = order_by(-sizes, ends)
    ends, sizes = ends[order], sizes[order]
    bounds = np.flatnonzero(np.diff(ends, prepend=-1, append=-1))
    for start, stop in itertools.pairwise(bounds):
        yield group_of(sizes[start:stop], rates[ends[start]])


def _ends(traffic: Flows, side: str) -> IntArray:
    """Return the source or the target of each flow that leaves its leaf."""
    return (traffic.source if side == "out" else traffic.target)[traffic.crosses]


def _counts(traffic: Flows | AllPairs, side: str, nodes: int) -> IntArray:
    """Return how many flows each leaf or node sends or receives."""
    if isinstance(traffic, AllPairs):
        ranks = traffic.ranks_per_leaf(nodes)
        return ranks * (len(traffic.host) - ranks)
    return np.bincount(_ends(traffic, side), minlength=nodes)


def group_of(sizes: FloatArray, rates: FloatArray) -> Group:
    """Return the group of flows with `sizes` in descending order."""
    equal = len(sizes) > 0 and sizes[0] == sizes[-1]
    return Group(len(sizes), sizes[:1] if equal else sizes, rates)


def _rates(view: View, side: str) -> list[FloatArray]:
    """Return the rates of the links that are up, by leaf or node."""
    if view.fabric is not None:
        links = view.fabric.up if side == "out" else view.fabric.down
        return [rates[rates > 0] for rates in links.reshape(view.fabric.leaves, -1)]
    network = view.network
    if network is None:
        raise ValueError("the view has no network")
    end: IntArray = network.tail if side == "out" else network.head
    return [network.rate[end == node] for node in range(network.nodes)]
