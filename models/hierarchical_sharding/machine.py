"""A machine as arrays, and the share of its rates that a collective reaches."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.topologies.hierarchy import Curve, Hierarchy, Machine, NamedCluster, Torus

Algorithm = Literal["sequential", "pipelined", "flat_ring", "torus"]


class Efficiency:
    """The share of a level's rates that a collective reaches, by size and group."""

    def __init__(self, efficiency: float | tuple[Curve, ...]) -> None:
        self._curves = () if isinstance(efficiency, float) else efficiency
        self.constant = efficiency if isinstance(efficiency, float) else None

    def at(self, operation: str, size: FloatArray, group: int) -> FloatArray:
        """Return the efficiency for calls with a full buffer of `size` bytes.

        Curves of the operation come before those for every operation, then the curve of the
        nearest group (in logarithm) counts; without any the efficiency is 1.
        """
        if self.constant is not None:
            return np.full(np.shape(size), self.constant)
        curve = self._find(operation, group)
        if curve is None:
            return np.ones(np.shape(size))
        sizes = np.log([point.size for point in curve.points])
        shares = [point.efficiency for point in curve.points]
        return np.interp(np.log(size), sizes, shares)

    def _find(self, operation: str, group: int) -> Curve | None:
        found = [curve for curve in self._curves if curve.operation == operation]
        found = found or [curve for curve in self._curves if curve.operation is None]
        if not found:
            return None
        return min(found, key=lambda curve: _distance(curve.group, group))


def _distance(measured: int | None, group: int) -> float:
    # A curve for every group comes after those of a group, however far.
    return math.inf if measured is None else abs(math.log(measured / group))


@dataclass(frozen=True, slots=True)
class MachineArrays:
    """One entry per level, innermost first; rates in B/s, latencies in s."""

    names: tuple[str, ...]
    fanout: tuple[int, ...]
    unit_bandwidth: FloatArray
    """Rate of one child unit; on a torus of one device, both ways."""
    device_bandwidth: FloatArray
    """Rate of one device; the largest float where it is not limited."""
    latency: FloatArray
    efficiency: tuple[Efficiency, ...]
    in_network: tuple[bool, ...]
    algorithm: Algorithm

    @property
    def devices(self) -> int:
        """Number of devices."""
        return math.prod(self.fanout)

    @property
    def unit_devices(self) -> IntArray:
        """Devices in one child unit of each level."""
        return np.cumprod([1, *self.fanout[:-1]])

    @property
    def rate(self) -> FloatArray:
        """Rate of a device at each level while all devices send (NIC sharing)."""
        if self.algorithm == "torus":
            return self.unit_bandwidth
        return np.minimum(self.unit_bandwidth / self.unit_devices, self.device_bandwidth)

    @property
    def has_curves(self) -> bool:
        """Whether an efficiency depends on the size or the group."""
        return any(efficiency.constant is None for efficiency in self.efficiency)


def compile_machine(topology: Machine, algorithm: Algorithm) -> MachineArrays:
    """Return the arrays of a machine; raises `KeyError` for an unknown cluster."""
    if isinstance(topology, NamedCluster):
        from planner.models.topologies.clusters import find_cluster

        return compile_machine(find_cluster(topology).machine, algorithm)
    if isinstance(topology, Torus):
        return _torus(topology)
    return _hierarchy(topology, algorithm)


def _hierarchy(topology: Hierarchy, algorithm: Algorithm) -> MachineArrays:
    levels = topology.levels
    most = np.finfo(np.float64).max
    return MachineArrays(
        names=tuple(level.name for level in levels),
        fanout=tuple(level.fanout for level in levels),
        unit_bandwidth=np.array([level.unit_bandwidth for level in levels]),
        device_bandwidth=np.array([level.device_bandwidth or most for level in levels]),
        latency=np.array([level.latency for level in levels]),
        efficiency=tuple(Efficiency(level.efficiency) for level in levels),
        in_network=tuple(level.in_network_reduction for level in levels),
        algorithm=algorithm,
    )


def _torus(topology: Torus) -> MachineArrays:
    axes = len(topology.axes)
    return MachineArrays(
        names=tuple(f"axis{axis}" for axis in range(axes)),
        fanout=topology.axes,
        unit_bandwidth=np.full(axes, 2 * topology.link_bandwidth),
        device_bandwidth=np.full(axes, 2 * topology.link_bandwidth),
        latency=np.full(axes, topology.latency),
        efficiency=(Efficiency(1.0),) * axes,
        in_network=(False,) * axes,
        algorithm="torus",
    )
