"""The parts of a plan with names in place of numbers: one row per part."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from planner.formats.plans.decompose import list_paths
from planner.formats.plans.parts import StepParts, list_parts
from planner.models.base.artefacts import Plan
from planner.models.base.errors import CapabilityError
from planner.models.flow_splitting.fabric import ArcNetwork
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.plan import (
    AggregatedArcsPlan,
    AggregatedPlan,
    ExplicitPathsPlan,
    ExplicitPlan,
    RulePlan,
)
from planner.models.flow_splitting.traffic import AllPairs, Flows
from planner.models.topologies.leaf_spine import LeafSpine


class PartRow(NamedTuple):
    """One part of one flow, all positions from 0."""

    step: int
    flow: int
    name: str
    """Name of the flow, empty where it has none."""
    part: int
    size: float
    """Bytes, bytes per second or the normalised unit; see `size_column`."""
    source: str
    """Host, or the leaf or node where the flow starts at no host."""
    target: str
    path: tuple[str, ...]
    """Names of the leaf, spine and leaf, or of every node."""
    path_number: int
    """Spine times parallel links plus uplink lane; on graphs the place of the part."""
    lanes: tuple[int, int]
    """Which of the parallel links are taken up and down."""


def part_rows(instance: FlowSplitting, plan: Plan | None) -> Iterator[PartRow]:
    """Yield every part that takes a path, by step, flow and part.

    Raises `CapabilityError` for plans that cannot be listed or do not fit the instance, before
    the first row.
    """
    if isinstance(plan, ExplicitPlan | AggregatedPlan | RulePlan):
        steps = list_parts(instance.view, plan)
        return (row for number, parts in enumerate(steps) for row in _rows(instance, number, parts))
    if isinstance(plan, ExplicitPathsPlan | AggregatedArcsPlan):
        return _path_rows(instance, plan)
    raise CapabilityError("the result holds no plan, so there is nothing to export")


def size_column(instance: FlowSplitting) -> str:
    """Return what the size of a part is called in a table."""
    if instance.is_normalised:
        return "amount"
    return "bytes_per_second" if instance.workload.is_steady else "bytes"


def _rows(instance: FlowSplitting, step: int, parts: StepParts) -> Iterator[PartRow]:
    topology, fabric, flows = instance.topology, instance.view.fabric, parts.flows
    if not isinstance(topology, LeafSpine) or fabric is None:
        raise CapabilityError("this is a plan for a leaf-spine fabric, and the instance a graph")
    leaves, spines = topology.leaf_names(), topology.spine_names()
    hosts = topology.host_names()
    columns = (parts.flow, parts.number_in_flow(), parts.size, parts.spine)
    lanes = (parts.up_lane, parts.down_lane)
    for flow, part, size, spine, up, down in zip(
        *(column.tolist() for column in (*columns, *lanes)), strict=True
    ):
        source, target = int(flows.source[flow]), int(flows.target[flow])
        yield PartRow(
            step=step,
            flow=flow,
            name=_name(flows, flow),
            part=part,
            size=size,
            source=_end(flows.source_host[flow], hosts, leaves[source]),
            target=_end(flows.target_host[flow], hosts, leaves[target]),
            path=(leaves[source], spines[spine], leaves[target]),
            path_number=spine * fabric.lanes + up,
            lanes=(up, down),
        )


def _path_rows(
    instance: FlowSplitting, plan: ExplicitPathsPlan | AggregatedArcsPlan
) -> Iterator[PartRow]:
    network, topology, flows = instance.view.network, instance.topology, None
    listed = list_paths(instance.view, plan)
    flows = instance.view.steps[0].traffic
    if network is None or isinstance(topology, LeafSpine) or isinstance(flows, AllPairs):
        raise CapabilityError("this is a plan for a graph, and the instance a leaf-spine fabric")
    nodes = topology.node_names()

    def rows() -> Iterator[PartRow]:
        previous, part = -1, 0
        for item in listed:
            part = part + 1 if item.flow == previous else 0
            previous = item.flow
            yield PartRow(
                step=0,
                flow=item.flow,
                name=_name(flows, item.flow),
                part=part,
                size=item.size,
                source=nodes[int(flows.source[item.flow])],
                target=nodes[int(flows.target[item.flow])],
                path=tuple(nodes[node] for node in _nodes(network, item.arcs)),
                path_number=part,
                lanes=(0, 0),
            )

    return rows()


def _nodes(network: ArcNetwork, arcs: tuple[int, ...]) -> list[int]:
    return [int(network.tail[arc]) for arc in arcs[:1]] + [int(network.head[arc]) for arc in arcs]


def _name(flows: Flows, flow: int) -> str:
    return flows.names[flow] if flows.names is not None else ""


def _end(host: int, hosts: Sequence[str], otherwise: str) -> str:
    return hosts[int(host)] if host >= 0 else otherwise
