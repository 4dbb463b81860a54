"""Flows that no path can carry, and what cuts them off."""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from planner.models.base.evaluation import Reason
from planner.models.flow_splitting.fabric import ArcNetwork, Fabric, compile_fabric
from planner.models.flow_splitting.proofs.metric import distances
from planner.models.flow_splitting.traffic import AllPairs, Step, leaf_demand
from planner.models.flow_splitting.view import View
from planner.models.topologies.graph import Graph
from planner.models.topologies.leaf_spine import LeafSpine

if TYPE_CHECKING:
    from planner.models.flow_splitting.instance import FlowSplitting

NAMED = 8
"""Names listed in a reason; the others are counted."""
REASONS = 10
"""Reasons given at most."""


def find_unreachable(view: View) -> tuple[int, int] | None:
    """Return the first step and flow that no path can carry, or `None`."""
    for number, step in enumerate(view.steps):
        source, target = np.nonzero(unreachable_pairs(view, step))
        if len(source):
            return number, _a_flow(step, int(source[0]), int(target[0]))
    return None


def is_unreachable(view: View, step: Step, flow: int) -> bool:
    """Return whether no path can carry one flow of a step."""
    traffic = step.traffic
    if isinstance(traffic, AllPairs):
        source, target = (int(traffic.leaf[rank]) for rank in traffic.ranks_of(flow))
    else:
        source, target = int(traffic.source[flow]), int(traffic.target[flow])
    return bool(unreachable_pairs(view, step)[source, target])


def unreachable_pairs(view: View, step: Step) -> NDArray[np.bool_]:
    """Return whether [source, target] has traffic in the step but no path; leaves or nodes."""
    if view.fabric is not None:
        joined = _joined(view.fabric)
        if joined.all():
            return np.logical_not(joined)
        return (leaf_demand(step.traffic, view.fabric.leaves) > 0) & ~joined
    network = view.network
    if network is None:
        raise ValueError("the view has no network")
    if _is_one_component(network):
        return np.zeros((network.nodes, network.nodes), dtype=bool)
    far = distances(network, np.arange(network.nodes), np.ones(len(network.rate)))
    return (leaf_demand(step.traffic, network.nodes) > 0) & np.isinf(far)


def explain_unreachable(instance: "FlowSplitting") -> tuple[Reason, ...]:
    """Return who is cut off from whom and which links would mend it.

    One reason per leaf or node that is cut off altogether, else per pair, at most `REASONS`.
    """
    view, topology = instance.view, instance.topology
    pairs = np.any([unreachable_pairs(view, step) for step in view.steps], axis=0)
    if isinstance(topology, LeafSpine):
        reasons = _leaf_reasons(topology, compile_fabric(topology), pairs)
    else:
        reasons = _node_reasons(topology, pairs)
    return tuple(itertools.islice(reasons, REASONS))


def _is_one_component(network: ArcNetwork) -> bool:
    """Return whether every node reaches every other (Tarjan 1972)."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    entries = np.ones(len(network.tail)), (network.tail, network.head)
    table = csr_array(entries, shape=(network.nodes, network.nodes))
    count, _ = connected_components(table, directed=True, connection="strong")
    return bool(count == 1)


def _joined(fabric: Fabric) -> NDArray[np.bool_]:
    """Return whether [source, target] have a spine with both links up."""
    kinds = fabric.up_kinds, fabric.down_kinds
    up, down = fabric.up_total[kinds[0].first] > 0, fabric.down_total[kinds[1].first] > 0
    joined = up.astype(np.float32) @ down.T.astype(np.float32) > 0
    return joined[np.ix_(kinds[0].of_leaf, kinds[1].of_leaf)]


def _a_flow(step: Step, source: int, target: int) -> int:
    traffic = step.traffic
    if isinstance(traffic, AllPairs):
        sender = int(np.flatnonzero(traffic.leaf == source)[0])
        receiver = int(np.flatnonzero(traffic.leaf == target)[0])
        return sender * (len(traffic.host) - 1) + receiver - (receiver > sender)
    return int(np.flatnonzero((traffic.source == source) & (traffic.target == target))[0])


def _leaf_reasons(
    topology: LeafSpine, fabric: Fabric, pairs: NDArray[np.bool_]
) -> Iterator[Reason]:
    leaves, spines = topology.leaf_names(), topology.spine_names()
    both = (fabric.up_total > 0) & (fabric.down_total > 0)
    alone = np.logical_not(both.any(axis=1))
    concerned = alone & (pairs.any(axis=0) | pairs.any(axis=1))
    for leaf in np.flatnonzero(concerned).tolist():
        link = f"`{leaves[leaf]}`-`{spines[0]}`"
        message = f"no link of {leaves[leaf]} is up; bring one back, such as {link}"
        yield _reason(_below(topology, fabric, leaf), message)
    for source, target in np.argwhere(pairs & ~alone[:, None] & ~alone[None, :]).tolist():
        where = f"{_below(topology, fabric, source)} to {_below(topology, fabric, target)}"
        leaf, spine = _mending_link(fabric, source, target)
        message = (
            f"{leaves[source]} and {leaves[target]} have no spine in common; "
            f"bring back a link, such as `{leaves[leaf]}`-`{spines[spine]}`"
        )
        yield _reason(where, message)


def _mending_link(fabric: Fabric, source: int, target: int) -> tuple[int, int]:
    """Return a link (leaf, spine) whose repair joins two leaves that both have links."""
    up = np.flatnonzero(fabric.up_total[source] > 0)
    return target, int(up[0])


def _below(topology: LeafSpine, fabric: Fabric, leaf: int) -> str:
    """Return the hosts below a leaf by name, or the leaf where it has none."""
    hosts, name = topology.host_names(), topology.leaf_names()[leaf]
    below = [hosts[int(host)] for host in np.flatnonzero(fabric.host_leaf == leaf)]
    return f"{_listed(below)} ({name})" if below else name


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:NAMED])
    return shown if len(names) <= NAMED else f"{shown} and {len(names) - NAMED} more"


def _node_reasons(topology: Graph, pairs: NDArray[np.bool_]) -> Iterator[Reason]:
    names = topology.node_names()
    field, fix = (
        ("failed_links", "bring back a link") if topology.failed_links else ("links", "add one")
    )
    for source in np.flatnonzero(pairs.any(axis=1)).tolist():
        targets = _listed([names[target] for target in np.flatnonzero(pairs[source]).tolist()])
        message = f"no path leads from {names[source]} to {targets}; {fix}"
        yield _reason(f"{names[source]} to {targets}", message, field)


def _reason(where: str, message: str, field: str = "failed_links") -> Reason:
    return Reason(code="unreachable", constraint=f"topology.{field}", where=where, message=message)
