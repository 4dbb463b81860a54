"""What is in an instance, counted in one line."""

from typing import TYPE_CHECKING

from planner.models.topologies.leaf_spine import LeafSpine

if TYPE_CHECKING:
    from planner.models.flow_splitting.instance import FlowSplitting


def summarise(instance: "FlowSplitting") -> str:
    """Return for example `16 leaves, 16 spines, 256 hosts; 256 flows in 1 step`."""
    topology, steps = instance.topology, instance.view.steps
    if isinstance(topology, LeafSpine):
        sizes = [
            _count(len(topology.leaf_names()), "leaf", "leaves"),
            _count(len(topology.spine_names()), "spine"),
        ]
        # Without hosts the workload is between leaves as a whole.
        if len(topology.host_names()):
            sizes.append(_count(len(topology.host_names()), "host"))
    else:
        arcs = 2 * len(topology.links) + len(topology.arcs)
        sizes = [_count(len(topology.node_names()), "node"), _count(arcs, "arc")]
    if topology.failed_links:
        sizes.append(_count(len(topology.failed_links), "failed link"))
    flows = sum(step.repeat * len(step.traffic) for step in steps)
    times = _count(sum(step.repeat for step in steps), "step")
    return f"{', '.join(sizes)}; {_count(flows, 'flow')} in {times}"


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
