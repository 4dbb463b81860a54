"""An instance compiled to the figures that the formulas use."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.models.hierarchical_sharding.experts import expert_split
from planner.models.hierarchical_sharding.machine import MachineArrays, compile_machine
from planner.models.hierarchical_sharding.training import Precision, Schedule
from planner.models.topologies.hierarchy import NamedCluster

if TYPE_CHECKING:
    from planner.models.hierarchical_sharding.instance import HierarchicalSharding

COLLECTIVES = ("forward", "backward", "gradients", "sync", "update")
"""The five collectives of an optimizer step, in order."""


@dataclass(frozen=True, slots=True)
class Layers:
    """The layers of one class; sizes are those of one layer and one expert-parallel device."""

    name: str
    count: int
    parameters: float
    unit: float
    """Parameters of the largest piece that is gathered at a time."""
    buckets: int
    experts: tuple[int, ...]
    """Expert-parallel children per level."""
    fanout: tuple[int, ...]
    """Children per level that share the state."""


@dataclass(frozen=True, slots=True)
class View:
    """Everything the formulas need, in bytes, seconds and parameters."""

    machine: MachineArrays
    layers: tuple[Layers, ...]
    schedules: tuple[Schedule, ...]
    precision: Precision
    parameter_bytes: float
    gradient_bytes: float
    optimizer_bytes: float
    overlap: bool
    is_step: bool
    """Whether the objective is the whole step."""
    mixed: bool
    """Whether layers may have shardings of their own."""
    secondary: bool
    keeps: tuple[bool, ...]
    frameworks: tuple[str, ...]
    memory: float | None
    reserve: float
    communicators: int | None

    @property
    def parameters(self) -> float:
        """Parameters of the whole model on one expert-parallel device."""
        return sum(layer.count * layer.parameters for layer in self.layers)

    @property
    def objective_name(self) -> str:
        """Name of the first objective."""
        return "step_time" if self.is_step else "communication_time"

    def bits(self, collective: str) -> tuple[int, ...]:
        """Return the bits among which a collective may choose."""
        choice = getattr(self.precision, collective)
        return choice if isinstance(choice, tuple) else (choice,)

    def wire_share(self, bits: int) -> float:
        """Return bytes sent per byte of 16-bit payload, scales included."""
        scale = 0.0 if bits == 16 else self.precision.scale_bytes / (2 * self.precision.block)
        return bits / 16 + scale


def compile_view(instance: "HierarchicalSharding") -> View:
    """Return the view of a checked instance."""
    machine = compile_machine(instance.topology, instance.training.collectives)
    model, policy = instance.model, instance.policy
    layers = []
    for layer in model.layers():
        experts = expert_split(machine.fanout, layer.expert_parallel)
        assert experts is not None
        share = layer.parameters / layer.expert_parallel
        unit = share if layer.unit_parameters is None else layer.unit_parameters
        fanout = tuple(n // e for n, e in zip(machine.fanout, experts, strict=True))
        layers.append(Layers(layer.name, layer.count, share, unit, layer.buckets, experts, fanout))
    return View(
        machine=machine,
        layers=tuple(layers),
        schedules=instance.training.options(),
        precision=instance.precision,
        parameter_bytes=model.parameter_bytes,
        gradient_bytes=model.gradient_bytes,
        optimizer_bytes=model.optimizer_bytes,
        overlap=instance.training.overlap == "prefetch",
        is_step=instance.objective == "step_time",
        mixed=policy.mixed,
        secondary=policy.secondary,
        keeps=tuple(sorted(set(policy.keep))),
        frameworks=policy.frameworks,
        memory=_memory(instance),
        reserve=instance.limits.reserve,
        communicators=instance.limits.communicators,
    )


def _memory(instance: "HierarchicalSharding") -> float | None:
    limit = instance.limits.memory
    if limit == "unlimited":
        return None
    if limit is None and isinstance(instance.topology, NamedCluster):
        from planner.models.topologies.clusters import find_cluster

        return find_cluster(instance.topology).memory
    return limit
