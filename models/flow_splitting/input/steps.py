"""From the workload as written to the steps that are planned."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import host_leaves
from planner.models.flow_splitting.input.collectives import Phase, distinct
from planner.models.flow_splitting.input.tables import Rows, holds_matrix, read_matrix, read_rows
from planner.models.flow_splitting.traffic import AllPairs, Flows, Step
from planner.models.flow_splitting.workload import Collective, Demands
from planner.models.topologies.leaf_spine import LeafSpine

if TYPE_CHECKING:
    from planner.models.flow_splitting.instance import FlowSplitting


def compile_steps(instance: "FlowSplitting") -> tuple[Step, ...]:
    """Return the distinct steps of the workload; equal steps are one with a `repeat`.

    The instance has passed its cross-check. Flows and demands are a single step. Zero entries and
    the diagonal of a demand matrix are no flows.
    """
    workload = instance.workload
    if workload.collective is not None:
        return _collective_steps(instance, workload.collective)
    if workload.flows:
        traffic = _listed(instance)
    elif workload.flow_table is not None:
        traffic = _tabled(instance)
    elif workload.demands is not None:
        traffic = _demanded(instance, workload.demands)
    else:
        raise ValueError("the workload is empty; run cross_check first")
    return (Step(label="demands" if workload.demands else "flows", repeat=1, traffic=traffic),)


def rank_hosts(collective: Collective, topology: LeafSpine) -> IntArray:
    """Return host[rank]: the named hosts, or a number of them by the rule of `placement`."""
    if isinstance(collective.ranks, tuple):
        names = topology.host_names()
        return np.array([_found(names.find(name)) for name in collective.ranks], dtype=np.int64)
    leaf = host_leaves(topology)
    hosts = np.arange(len(leaf))
    if collective.placement == "striped":
        place = hosts - np.searchsorted(leaf, leaf)
        hosts = np.lexsort((leaf, place))
    return hosts[: collective.ranks]


def _collective_steps(instance: "FlowSplitting", collective: Collective) -> tuple[Step, ...]:
    topology = instance.topology
    if not isinstance(topology, LeafSpine):
        raise ValueError("collectives need hosts; run cross_check first")
    hosts = rank_hosts(collective, topology)
    leaf = host_leaves(topology)[hosts]

    def traffic(phase: Phase) -> Flows | AllPairs:
        if phase.pattern == "all_pairs":
            return AllPairs(host=hosts, leaf=leaf, size=phase.size)
        target = phase.targets(len(hosts))
        sizes = np.full(len(hosts), phase.size)
        return Flows(leaf, leaf[target], sizes, source_host=hosts, target_host=hosts[target])

    run = distinct(collective, len(hosts))
    return tuple(Step(phase.label, phase.times, traffic(phase)) for phase in run)


def _listed(instance: "FlowSplitting") -> Flows:
    flows = instance.workload.flows
    find = _end_finder(instance)
    ends = np.array([(*find(flow.source), *find(flow.target)) for flow in flows], dtype=np.int64)
    named = any(flow.name for flow in flows)
    names = tuple(flow.name or f"flow{number}" for number, flow in enumerate(flows))
    return Flows(
        source=ends[:, 0],
        target=ends[:, 2],
        size=np.array([flow.size for flow in flows]),
        source_host=ends[:, 1],
        target_host=ends[:, 3],
        names=names if named else None,
    )


def _end_finder(instance: "FlowSplitting") -> Callable[[str], tuple[int, int]]:
    """Return a function from a name to its leaf (or node) and its host (or -1)."""
    topology = instance.topology
    if not isinstance(topology, LeafSpine):
        nodes = topology.node_names()
        return lambda name: (_found(nodes.find(name)), -1)
    hosts, leaves = topology.host_names(), topology.leaf_names()
    leaf = host_leaves(topology)

    def find(name: str) -> tuple[int, int]:
        host = hosts.find(name)
        return (int(leaf[host]), host) if host is not None else (_found(leaves.find(name)), -1)

    return find


def _tabled(instance: "FlowSplitting") -> Flows:
    car, topology = instance.workload.flow_table, instance.topology
    if car is None:
        raise ValueError("the workload has no flow table")
    names = topology.host_names() if isinstance(topology, LeafSpine) else topology.node_names()
    loc = ("workload", "flow_table")
    rows = read_rows(car, loc, names, "host", normalised=instance.is_normalised)
    if not isinstance(topology, LeafSpine):
        return _between_nodes(rows.source, rows.target, rows.size)
    leaf = host_leaves(topology)
    return Flows(leaf[rows.source], leaf[rows.target], rows.size, rows.source, rows.target)


def _demanded(instance: "FlowSplitting", demands: Demands) -> Flows:
    topology = instance.topology
    is_fabric = isinstance(topology, LeafSpine)
    names = topology.leaf_names() if isinstance(topology, LeafSpine) else topology.node_names()
    if demands.pairs:
        ends = [(_found(names.find(d.source)), _found(names.find(d.target))) for d in demands.pairs]
        source, target = np.array(ends, dtype=np.int64).T
        size = np.array([d.size if d.size is not None else d.rate for d in demands.pairs])
        return _between_nodes(source, target, size.astype(np.float64))
    if demands.table is not None:
        loc, kind = ("workload", "demands", "table"), "leaf" if is_fabric else "node"
        if not holds_matrix(demands.table):
            rows = read_rows(demands.table, loc, names, kind, normalised=instance.is_normalised)
            return _between_rows(rows)
        matrix = read_matrix(demands.table, loc, len(names), normalised=instance.is_normalised)
    elif demands.matrix is not None:
        matrix = np.array(demands.matrix, dtype=np.float64)
    else:
        matrix = np.full((len(names), len(names)), demands.uniform or 0.0)
    return _between_matrix(matrix)


def _between_matrix(matrix: FloatArray) -> Flows:
    amounts = matrix.copy()
    np.fill_diagonal(amounts, 0.0)
    source, target = np.nonzero(amounts)
    return _between_nodes(source, target, amounts[source, target])


def _between_rows(rows: Rows) -> Flows:
    keep = (rows.size > 0) & (rows.source != rows.target)
    return _between_nodes(rows.source[keep], rows.target[keep], rows.size[keep])


def _between_nodes(source: IntArray, target: IntArray, size: FloatArray) -> Flows:
    nowhere = np.full(len(size), -1)
    return Flows(source, target, size, source_host=nowhere, target_host=nowhere)


def _found(position: int | None) -> int:
    if position is None:
        raise ValueError("the workload names a node that does not exist; run cross_check first")
    return position
