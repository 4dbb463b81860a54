"""The topology as arrays: what evaluators and methods compute with."""

import functools
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.topologies.graph import Graph
from planner.models.topologies.leaf_spine import LeafSpine


@dataclass(frozen=True, eq=False)
class Kinds:
    """Leaves that are alike."""

    first: IntArray
    """The first leaf of each kind."""
    of_leaf: IntArray
    """Kind[leaf]."""


@dataclass(frozen=True, eq=False)
class Fabric:
    """A leaf-spine fabric. Rates in byte/s (or normalised); 0 where a link is absent or down."""

    up: FloatArray
    """Rate[leaf, spine, lane] of the uplinks."""
    down: FloatArray
    """Rate[leaf, spine, lane] of the downlinks: from the spine to the leaf."""
    host_leaf: IntArray
    """Leaf[host]."""
    nic: float | None
    """Rate of a NIC per direction; `None` for no limit."""
    latency: float
    """Seconds per link."""

    @property
    def leaves(self) -> int:
        """Number of leaves."""
        return int(self.up.shape[0])

    @property
    def spines(self) -> int:
        """Number of spines."""
        return int(self.up.shape[1])

    @property
    def lanes(self) -> int:
        """Most parallel links between a leaf and a spine."""
        return int(self.up.shape[2])

    @functools.cached_property
    def up_total(self) -> FloatArray:
        """Rate[leaf, spine] upwards, all lanes together."""
        return np.asarray(self.up.sum(axis=2))

    @functools.cached_property
    def down_total(self) -> FloatArray:
        """Rate[leaf, spine] downwards, all lanes together."""
        return np.asarray(self.down.sum(axis=2))

    @functools.cached_property
    def up_kinds(self) -> Kinds:
        """Leaves with the same rates upwards, link by link."""
        return _kinds(self.up)

    @functools.cached_property
    def down_kinds(self) -> Kinds:
        """Leaves with the same rates downwards, link by link."""
        return _kinds(self.down)

    @functools.cached_property
    def host_place(self) -> IntArray:
        """Place[host] of each host below its leaf, counted from 0."""
        first = np.searchsorted(self.host_leaf, np.arange(self.leaves))
        return np.arange(len(self.host_leaf)) - first[self.host_leaf]

    @functools.cached_property
    def is_uniform(self) -> bool:
        """Whether every uplink and downlink has one and the same rate and none is down."""
        rate = float(self.up.flat[0])
        return rate > 0 and bool((self.up == rate).all() and (self.down == rate).all())


@dataclass(frozen=True, eq=False)
class ArcNetwork:
    """A general graph. Failed links are left out."""

    nodes: int
    tail: IntArray
    """Node[arc] an arc leaves."""
    head: IntArray
    """Node[arc] an arc enters."""
    rate: FloatArray
    """Rate[arc]."""
    latency: FloatArray
    """Seconds[arc]."""


def compile_fabric(topology: LeafSpine) -> Fabric:
    """Turn a leaf-spine topology into arrays.

    Failed parallel links are taken from the last lane of a bundle downwards.
    """
    leaves, spines = topology.leaf_names(), topology.spine_names()
    rate = np.zeros(len(spines))
    lanes = np.zeros((len(leaves), len(spines)), dtype=np.int64)
    if topology.spine_groups:
        counts = [group.count for group in topology.spine_groups]
        rate[:] = np.repeat([group.link_rate for group in topology.spine_groups], counts)
        lanes[:] = np.repeat([group.parallel_links for group in topology.spine_groups], counts)
    else:
        rate[:] = topology.link_rate or 0.0
        lanes[:] = topology.parallel_links
    up_rate = np.broadcast_to(rate, lanes.shape).copy()
    down_rate = up_rate.copy()
    for link in topology.link_overrides:
        at = _position(leaves.find(link.leaf)), _position(spines.find(link.spine))
        up_rate[at] = link.up_rate if link.up_rate is not None else up_rate[at]
        down_rate[at] = link.down_rate if link.down_rate is not None else down_rate[at]
        lanes[at] = link.parallel_links if link.parallel_links is not None else lanes[at]
    width = int(lanes.max(initial=1))
    for failed in topology.failed_links:
        at = _position(leaves.find(failed.leaf)), _position(spines.find(failed.spine))
        lanes[at] = max(0, lanes[at] - (failed.links or width))
    present = np.arange(width) < lanes[:, :, None]
    return Fabric(
        up=np.where(present, up_rate[:, :, None], 0.0),
        down=np.where(present, down_rate[:, :, None], 0.0),
        host_leaf=host_leaves(topology),
        nic=topology.nic_rate,
        latency=topology.latency,
    )


def compile_network(topology: Graph) -> ArcNetwork:
    """Turn a graph into arc arrays: links first (a to b, then b to a), then one-way arcs."""
    names = topology.node_names()
    down = {frozenset((edge.a, edge.b)) for edge in topology.failed_links}
    rows: list[tuple[int, int, float, float]] = []
    for link in topology.links:
        if frozenset((link.a, link.b)) not in down:
            a, b = _position(names.find(link.a)), _position(names.find(link.b))
            rate = link.rate or topology.link_rate or 0.0
            rows += [(a, b, rate, link.latency), (b, a, rate, link.latency)]
    for arc in topology.arcs:
        if frozenset((arc.source, arc.target)) not in down:
            ends = _position(names.find(arc.source)), _position(names.find(arc.target))
            rows.append((*ends, arc.rate or topology.link_rate or 0.0, arc.latency))
    table = np.array(rows, dtype=float).reshape(-1, 4)
    return ArcNetwork(
        nodes=len(names),
        tail=table[:, 0].astype(np.int64),
        head=table[:, 1].astype(np.int64),
        rate=table[:, 2],
        latency=table[:, 3],
    )


def _kinds(rates: FloatArray) -> Kinds:
    _, first, of_leaf = np.unique(
        rates.reshape(len(rates), -1), axis=0, return_index=True, return_inverse=True
    )
    return Kinds(first=first, of_leaf=of_leaf)


def host_leaves(topology: LeafSpine) -> IntArray:
    """Return leaf[host], in the order of the host names."""
    leaves = topology.leaf_names()
    if topology.hosts is None:
        return np.repeat(np.arange(len(leaves)), topology.hosts_per_leaf or 0)
    return np.repeat(np.arange(len(leaves)), [len(topology.hosts.get(leaf, ())) for leaf in leaves])


def _position(found: int | None) -> int:
    if found is None:
        raise ValueError("a link names a node that does not exist; run cross_check first")
    return found
