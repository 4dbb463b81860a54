"""The workload as arrays: distinct steps, each with its flows."""

import functools
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.grouping import sum_by


@dataclass(frozen=True, eq=False)
class Flows:
    """Listed flows. All arrays have one entry per flow."""

    source: IntArray
    """Leaf (or node of a graph) the flow starts at."""
    target: IntArray
    """Leaf (or node of a graph) the flow ends at."""
    size: FloatArray
    """Bytes, or the normalised unit."""
    source_host: IntArray
    """Host the flow starts at; -1 where it starts at a leaf as a whole."""
    target_host: IntArray
    """Host the flow ends at; -1 where it ends at a leaf as a whole."""
    names: tuple[str, ...] | None = None
    """Names the user gave."""

    def __len__(self) -> int:
        return len(self.size)

    @functools.cached_property
    def crosses(self) -> IntArray:
        """Numbers of the flows that leave their leaf."""
        return np.flatnonzero(self.source != self.target)

    @functools.cached_property
    def equal_size(self) -> float | None:
        """The size of every flow that leaves its leaf, where they are all equal."""
        sizes = self.size[self.crosses]
        return float(sizes[0]) if len(sizes) and bool((sizes == sizes[0]).all()) else None


@dataclass(frozen=True, eq=False)
class AllPairs:
    """Every rank sends `size` to every other rank; never listed when that is too long.

    Flow numbers follow `list_flows`: by source rank, then by target rank, oneself left out.
    """

    host: IntArray
    """Host[rank]; no host twice."""
    leaf: IntArray
    """Leaf[rank]."""
    size: float

    def __len__(self) -> int:
        return len(self.host) * (len(self.host) - 1)

    def ranks_per_leaf(self, leaves: int) -> IntArray:
        """Return the number of ranks below each leaf."""
        return np.bincount(self.leaf, minlength=leaves)

    def ranks_of(self, flow: int) -> tuple[int, int]:
        """Return the sending and the receiving rank of a flow."""
        source, place = divmod(flow, len(self.host) - 1)
        return source, place + (place >= source)

    def list_flows(self) -> Flows:
        """List every flow, sources first; for small numbers of ranks only."""
        ranks = len(self.host)
        source, target = np.divmod(np.arange(ranks * ranks), ranks)
        keep = source != target
        source, target = source[keep], target[keep]
        return Flows(
            source=self.leaf[source],
            target=self.leaf[target],
            size=np.full(len(source), self.size),
            source_host=self.host[source],
            target_host=self.host[target],
        )


Traffic = Flows | AllPairs

LISTABLE = 4_000_000
"""All-pairs steps of at most this many flows may be listed; longer ones never are."""


@dataclass(frozen=True, eq=False)
class Step:
    """Flows that start together; `repeat` steps of the workload look exactly like this one."""

    label: str
    repeat: int
    traffic: Traffic


def leaf_demand(traffic: Traffic, leaves: int) -> FloatArray:
    """Return amount[source leaf, target leaf]; the diagonal is zero."""
    if isinstance(traffic, AllPairs):
        ranks = traffic.ranks_per_leaf(leaves).astype(float)
        demand: FloatArray = np.outer(ranks, ranks) * traffic.size
    else:
        pair = traffic.source * leaves + traffic.target
        demand = sum_by(pair, traffic.size, leaves, leaves)
    np.fill_diagonal(demand, 0.0)
    return demand


def nic_load(traffic: Traffic, hosts: int) -> float:
    """Return the most bytes that one host sends or receives, below its own leaf included."""
    if isinstance(traffic, AllPairs):
        return (len(traffic.host) - 1) * traffic.size
    return float(max(load.max(initial=0.0) for load in host_loads(traffic, hosts)))


def host_loads(flows: Flows, hosts: int) -> tuple[FloatArray, FloatArray]:
    """Return the bytes that each host sends, and those it receives."""
    sent, received = (
        np.bincount(end[end >= 0], flows.size[end >= 0], hosts).astype(np.float64)
        for end in (flows.source_host, flows.target_host)
    )
    return sent, received
