"""What flows, links and steps are called in violations, metrics and reasons."""

from typing import TYPE_CHECKING

from planner.models.flow_splitting.traffic import AllPairs, Traffic
from planner.models.topologies.leaf_spine import LeafSpine

if TYPE_CHECKING:
    from planner.models.flow_splitting.instance import FlowSplitting


class Labels:
    """The names of one instance's entities."""

    def __init__(self, instance: "FlowSplitting") -> None:
        topology = instance.topology
        self._steps = instance.view.steps
        self._lanes = 1 if instance.view.fabric is None else instance.view.fabric.lanes
        if isinstance(topology, LeafSpine):
            self.ends, self.hosts = topology.leaf_names(), topology.host_names()
            self.spines = topology.spine_names()
        else:
            self.ends = self.hosts = self.spines = topology.node_names()

    def step(self, step: int) -> str:
        """Return a step by its place and label."""
        return f"step {step} ({self._steps[step].label})"

    def flow(self, step: int, flow: int) -> str:
        """Return a flow by its number, name and ends."""
        traffic = self._steps[step].traffic
        name = f"flow {flow}"
        if not isinstance(traffic, AllPairs) and traffic.names is not None:
            name = f"flow {traffic.names[flow]}"
        return f"{self.step(step)}, {name} ({self.flow_ends(traffic, flow)})"

    def flow_ends(self, traffic: Traffic, flow: int) -> str:
        """Return `from -> to` of a flow: hosts where they are known, else leaves or nodes."""
        if isinstance(traffic, AllPairs):
            return " -> ".join(
                self.hosts[int(traffic.host[rank])] for rank in traffic.ranks_of(flow)
            )
        ends = []
        for host, end in (
            (traffic.source_host[flow], traffic.source[flow]),
            (traffic.target_host[flow], traffic.target[flow]),
        ):
            ends.append(self.hosts[int(host)] if host >= 0 else self.ends[int(end)])
        return " -> ".join(ends)

    def pair(self, step: int, source: int, target: int) -> str:
        """Return an ordered pair of leaves in one step."""
        return f"{self.step(step)}, {self.ends[source]} -> {self.ends[target]}"

    def uplink(self, leaf: int, spine: int, lane: int = 0) -> str:
        """Return the link from a leaf to a spine."""
        return f"{self.ends[leaf]} -> {self.spines[spine]}{self._lane(lane)}"

    def downlink(self, leaf: int, spine: int, lane: int = 0) -> str:
        """Return the link from a spine to a leaf."""
        return f"{self.spines[spine]} -> {self.ends[leaf]}{self._lane(lane)}"

    def _lane(self, lane: int) -> str:
        return f" lane {lane}" if self._lanes > 1 else ""
