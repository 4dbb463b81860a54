"""The whole instance as arrays, compiled once."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from planner.models.flow_splitting.fabric import (
    ArcNetwork,
    Fabric,
    compile_fabric,
    compile_network,
)
from planner.models.flow_splitting.traffic import Step
from planner.models.topologies.graph import Graph
from planner.models.topologies.leaf_spine import LeafSpine

if TYPE_CHECKING:
    from planner.models.flow_splitting.instance import FlowSplitting


@dataclass(frozen=True, eq=False)
class View:
    """What evaluators, checks and methods compute with. Exactly one network is given."""

    fabric: Fabric | None
    network: ArcNetwork | None
    steps: tuple[Step, ...]
    """Distinct steps; a graph has exactly one."""
    splitting: Literal["free", "equal", "whole"]
    unit: str
    """Unit of the objective: `s`, or `1` for normalised instances and rates on graphs."""


def compile_view(instance: "FlowSplitting") -> View:
    """Compile the topology and the workload of an instance that has passed its cross-check."""
    from planner.models.flow_splitting.input.steps import compile_steps

    topology = instance.topology
    return View(
        fabric=compile_fabric(topology) if isinstance(topology, LeafSpine) else None,
        network=compile_network(topology) if isinstance(topology, Graph) else None,
        steps=compile_steps(instance),
        splitting=instance.workload.splitting,
        unit="1" if instance.is_normalised or instance.workload.is_steady else "s",
    )
