"""The time of each collective and the bytes of each kind of memory, counted in groups of ranks."""

from dataclasses import dataclass, field

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.hierarchical_sharding.counting import Moved, count
from planner.models.hierarchical_sharding.groups import (
    Places,
    Vector,
    by_first_device,
    labels,
    places,
)
from planner.models.hierarchical_sharding.plan import Sharding
from planner.models.hierarchical_sharding.view import COLLECTIVES, Layers, View


@dataclass(frozen=True, slots=True)
class Run:
    """One collective of one share of layers, as it is counted."""

    layer: Layers
    layers: int
    """How many layers run it, one after the other."""
    collective: str
    operation: str
    bits: int
    payload: float
    """Bytes of 16-bit payload of one layer."""
    label: IntArray
    """Group of each device."""
    moved: Moved
    """What it costs for one layer."""
    seconds: float
    """Time for one layer, quantisation included."""


@dataclass(slots=True)
class Spending:
    """What shares of a plan cost, added up; seconds per micro-batch for the first three."""

    levels: int
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(COLLECTIVES, 0.0))
    received: dict[str, FloatArray] = field(default_factory=dict)
    """Most bytes a device receives at each level, by collective."""
    egress: dict[str, FloatArray] = field(default_factory=dict)
    """Most bytes a child unit sends at each level, by collective."""
    memory: dict[str, float] = field(
        default_factory=lambda: dict.fromkeys(
            ("parameters", "secondary", "gradients", "optimizer", "kept"), 0.0
        )
    )
    gather_buffer: float = 0.0
    scatter_buffer: float = 0.0
    padding: float = 0.0
    """Parameters added so that every state splits evenly."""
    groups: set[bytes] = field(default_factory=set)
    """Every group of more than one device in use."""
    runs: list[Run] = field(default_factory=list)
    """Every collective among more than one device, in order."""

    def __post_init__(self) -> None:
        for table in (self.received, self.egress):
            table.update({name: np.zeros(self.levels) for name in COLLECTIVES})


class Counter:
    """Adds up what layers cost under their shardings."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.total = Spending(len(view.machine.fanout))
        self._places: dict[tuple[int, ...], Places] = {}
        self._labels: dict[tuple[object, ...], IntArray] = {}

    def add(self, layer: Layers, layers: int, sharding: Sharding) -> None:
        """Add `layers` layers of a class; the sharding fits the machine."""
        self._add_memory(layer, layers, sharding)
        s, view = sharding, self.view
        one, whole = (1,) * len(layer.fanout), layer.fanout
        weights = view.parameter_bytes * layer.parameters
        slopes = view.gradient_bytes * layer.parameters
        pieces, owners = self._size(layer, s.gradients), self._size(layer, s.optimizer)
        held = self._size(layer, s.parameters)
        self._run(layer, layers, s, "forward", (one, s.parameters), weights, "all_gather")
        if not s.keep:
            self._run(layer, layers, s, "backward", (one, s.secondary), weights, "all_gather")
        self._run(layer, layers, s, "gradients", (one, s.gradients), slopes, "reduce_scatter")
        ends = (s.gradients, s.optimizer)
        self._run(layer, layers, s, "sync", ends, slopes / pieces, "reduce_scatter")
        ends = (s.optimizer, whole)
        self._run(layer, layers, s, "sync", ends, slopes / owners, "all_reduce")
        ends = (s.parameters, s.optimizer)
        self._run(layer, layers, s, "update", ends, weights / held, "all_gather")

    def _run(
        self,
        layer: Layers,
        layers: int,
        sharding: Sharding,
        collective: str,
        ends: tuple[Vector, Vector],
        payload: float,
        operation: str,
    ) -> None:
        label = self._label(layer, *ends)
        if int(label.max()) + 1 == len(label):
            return
        view, bits = self.view, int(getattr(sharding.bits, collective))
        sent = view.wire_share(bits) * payload
        moved = count(view.machine, label, sent, layer.buckets, operation)
        kernel = getattr(view.precision.kernel, collective) if bits < 16 else 0.0
        passes = 2 if operation == "all_reduce" else 1
        seconds = moved.seconds + passes * kernel * payload
        self.total.seconds[collective] += layers * seconds
        self.total.received[collective] += layers * moved.received
        self.total.egress[collective] += layers * moved.egress
        self.total.groups.add(by_first_device(label).astype("<i8").tobytes())
        self.total.runs.append(
            Run(layer, layers, collective, operation, bits, payload, label, moved, seconds)
        )

    def _add_memory(self, layer: Layers, layers: int, sharding: Sharding) -> None:
        view, total, memory = self.view, layers * layer.parameters, self.total.memory
        weights = view.parameter_bytes * total
        memory["parameters"] += weights / self._size(layer, sharding.parameters)
        if sharding.secondary != sharding.parameters:
            memory["secondary"] += weights / self._size(layer, sharding.secondary)
        gradients = self._size(layer, sharding.gradients)
        memory["gradients"] += view.gradient_bytes * total / gradients
        owners = self._size(layer, sharding.optimizer)
        memory["optimizer"] += view.optimizer_bytes * total / owners
        if sharding.keep:
            memory["kept"] += weights
        elif self._size(layer, sharding.parameters) > 1:
            buffer = 2 * view.parameter_bytes * layer.unit
            self.total.gather_buffer = max(self.total.gather_buffer, buffer)
        if gradients > 1:
            buffer = view.gradient_bytes * layer.unit
            self.total.scatter_buffer = max(self.total.scatter_buffer, buffer)
        self.total.padding += layers * (-layer.parameters % owners)

    def _size(self, layer: Layers, vector: Vector) -> int:
        """Return the members of the groups that share a state."""
        label = self._label(layer, (1,) * len(vector), vector)
        return int(np.bincount(label).max())

    def _label(self, layer: Layers, lower: Vector, upper: Vector) -> IntArray:
        if layer.experts not in self._places:
            self._places[layer.experts] = places(self.view.machine, layer)
        key = (layer.experts, lower, upper)
        if key not in self._labels:
            self._labels[key] = labels(self._places[layer.experts], lower, upper)
        return self._labels[key]
