"""What every link carries under a plan, step by step."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from planner.formats.format import Format
from planner.formats.options import Options
from planner.models.base.errors import CapabilityError

if TYPE_CHECKING:
    from planner.formats.plans.parts import FabricPlan
    from planner.models.flow_splitting.instance import FlowSplitting
    from planner.models.flow_splitting.plan import AggregatedArcsPlan, ExplicitPathsPlan
    from planner.results.result import Result

FORMAT = Format(
    name="link-loads",
    summary="Planned load, rate and load over rate of every link that is up, per step.",
    problems=("flow_splitting",),
    suffixes=(".csv",),
    write="planner.formats.link_loads:write",
)

Row = tuple[int, str, str, int, float, float]
"""Step, both ends of a link, its place among parallel ones, load and rate."""


def write(result: "Result", instance: "FlowSplitting", path: Path, options: Options) -> list[Path]:
    """Write the table: bytes and bytes per second, or normalised; the ratio is the time needed."""
    from planner.models.flow_splitting.plan import PLANS, AggregatedArcsPlan, ExplicitPathsPlan

    if not isinstance(result.plan, PLANS):
        raise CapabilityError("the result holds no plan, so there is nothing to export")
    if isinstance(result.plan, ExplicitPathsPlan | AggregatedArcsPlan):
        rows = list(_arc_rows(instance, result.plan))
    else:
        rows = list(_fabric_rows(instance, result.plan))
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("step", "from", "to", "lane", "load", "rate", "load_over_rate"))
        for *link, load, rate in rows:
            table.writerow((*link, repr(load), repr(rate), repr(load / rate)))
    return [path]


def _fabric_rows(instance: "FlowSplitting", plan: "FabricPlan") -> Iterator[Row]:
    import numpy as np

    from planner.formats.plans.link_loads import fabric_loads
    from planner.models.topologies.leaf_spine import LeafSpine

    fabric, topology = instance.view.fabric, instance.topology
    loads = fabric_loads(instance.view, plan)
    if fabric is None or not isinstance(topology, LeafSpine):
        raise CapabilityError("this is a plan for a leaf-spine fabric, and the instance a graph")
    leaves, spines = topology.leaf_names(), topology.spine_names()
    for step, both in enumerate(loads):
        for load, rate, is_up in ((both.up, fabric.up, True), (both.down, fabric.down, False)):
            for leaf, spine, lane in np.argwhere(rate > 0).tolist():
                at = (leaf, spine, lane)
                ends = (leaves[leaf], spines[spine])
                source, target = ends if is_up else ends[::-1]
                yield step, source, target, lane, float(load[at]), float(rate[at])


def _arc_rows(
    instance: "FlowSplitting", plan: "ExplicitPathsPlan | AggregatedArcsPlan"
) -> Iterator[Row]:
    from planner.formats.plans.link_loads import arc_loads
    from planner.models.topologies.graph import Graph

    loads = arc_loads(instance.view, plan)
    network, topology = instance.view.network, instance.topology
    if network is None or not isinstance(topology, Graph):
        raise CapabilityError("this is a plan for a graph, and the instance a leaf-spine fabric")
    nodes, seen = topology.node_names(), dict[tuple[int, int], int]()
    for arc, load in enumerate(loads.tolist()):
        ends = int(network.tail[arc]), int(network.head[arc])
        lane = seen[ends] = seen.get(ends, -1) + 1
        yield 0, nodes[ends[0]], nodes[ends[1]], lane, load, float(network.rate[arc])
