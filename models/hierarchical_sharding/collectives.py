"""Times of collectives over hierarchical groups, for every vector of divisors at once.

For a buffer of V bytes over a group s, a device receives at level l

    v_l = V / (s_1 ... s_{l-1}) (1 - 1 / s_l)

in an all-gather or a reduce-scatter: the inner levels move the largest pieces.
"""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.hierarchical_sharding.divisors import Vectors
from planner.models.hierarchical_sharding.machine import MachineArrays


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of one collective by buffer and vector.

    Without efficiency curves a time is `latency + volume * slope`; with them it is a table.
    """

    volumes: FloatArray
    """Bytes of the buffers, shape (K,)."""
    latency: FloatArray
    """Shape (D,)."""
    slope: FloatArray
    """Seconds per byte, shape (D,); unused with a table."""
    table: FloatArray | None
    """Shape (K, D)."""

    def at(self, volume: IntArray, vector: IntArray) -> FloatArray:
        """Return the time for each pair of a buffer's place and a vector's number."""
        if self.table is not None:
            return self.table[volume, vector]
        return self.latency[vector] + self.volumes[volume] * self.slope[vector]

    def row(self, volume: int = 0) -> FloatArray:
        """Return the times of all vectors for one buffer."""
        return self.at(np.full(len(self.latency), volume), np.arange(len(self.latency)))


def times(
    machine: MachineArrays, vectors: Vectors, volumes: FloatArray, buckets: int, operation: str
) -> Times:
    """Return the times of a collective over every vector.

    `operation` is `all_gather`, `reduce_scatter` or `all_reduce`; each pass takes `buckets` calls,
    each with as many ring steps as its group needs. Zero buckets stand for no latency at all.
    """
    latency = buckets * _latency(machine, vectors, operation)
    if not machine.has_curves:
        slope = _seconds(machine, vectors, np.ones(1), 1, operation)[0]
        return Times(volumes, latency, slope, None)
    table = latency + _seconds(machine, vectors, volumes, max(buckets, 1), operation)
    return Times(volumes, latency, latency, table)


def _latency(machine: MachineArrays, vectors: Vectors, operation: str) -> FloatArray:
    passes = 2 if operation == "all_reduce" else 1
    if machine.algorithm == "flat_ring":
        slowest = np.where(vectors.table > 1, machine.latency, 0.0).max(axis=1)
        result: FloatArray = passes * (vectors.product - 1) * slowest
        return result
    steps = (vectors.table - 1.0) * passes
    if operation == "all_reduce":
        # Up to the switch and down again, however many members there are.
        switched = np.array(machine.in_network) & (vectors.table > 1)
        steps = np.where(switched, 2.0, steps)
    total: FloatArray = steps @ machine.latency
    return total


def _seconds(
    machine: MachineArrays, vectors: Vectors, volumes: FloatArray, calls: int, operation: str
) -> FloatArray:
    """Return the time without latency, shape (K, D)."""
    passes = 2.0 if operation == "all_reduce" else 1.0
    if machine.algorithm == "torus":
        moved = passes * volumes[:, None] * (1 - 1 / vectors.product)
        return moved / _torus_rate(machine, vectors)
    if machine.algorithm == "flat_ring":
        moved = passes * volumes[:, None] * (1 - 1 / vectors.product)
        return moved / _ring_rate(machine, vectors, volumes / calls, operation)
    total = np.zeros((len(volumes), len(vectors)))
    for level in range(len(machine.fanout)):
        split, inner = vectors.table[:, level], vectors.inner[:, level]
        buffer = volumes[:, None] / inner
        moved = passes * buffer * (1 - 1 / split)
        if operation == "all_reduce" and machine.in_network[level]:
            moved = np.minimum(moved, np.where(split > 1, buffer, 0.0))
        rate = machine.rate[level] * _efficiency(machine, level, operation, buffer / calls, split)
        spent = moved / rate
        total = np.maximum(total, spent) if machine.algorithm == "pipelined" else total + spent
    return total


def _efficiency(
    machine: MachineArrays, level: int, operation: str, size: FloatArray, group: IntArray
) -> FloatArray:
    efficiency = machine.efficiency[level]
    if efficiency.constant is not None:
        return np.full(size.shape, efficiency.constant)
    found = np.ones(size.shape)
    for members in np.unique(group).tolist():
        found[:, group == members] = efficiency.at(operation, size[:, group == members], members)
    return found


def _torus_rate(machine: MachineArrays, vectors: Vectors) -> FloatArray:
    """Return the rates of all axes in use together; a part of an axis has no way round."""
    whole = vectors.table == np.array(machine.fanout)
    axis = np.where(whole, machine.rate, machine.rate / 2)
    used = np.where(vectors.table > 1, axis, 0.0).sum(axis=1)
    return np.where(used > 0, used, 1.0)


def _ring_rate(
    machine: MachineArrays, vectors: Vectors, sizes: FloatArray, operation: str
) -> FloatArray:
    """Return the slowest link of one ring through the whole group in device order, (K, D).

    A ring leaves each unit once, so a unit's links are shared by as many rings as groups have
    members in it.
    """
    slowest = np.full((len(sizes), len(vectors)), np.inf)
    for level in range(len(machine.fanout)):
        rings = machine.unit_devices[level] / vectors.inner[:, level]
        rate = np.minimum(machine.unit_bandwidth[level] / rings, machine.device_bandwidth[level])
        group = vectors.product.astype(np.int64)
        size = np.broadcast_to(sizes[:, None], slowest.shape)
        rate = rate * _efficiency(machine, level, operation, size, group)
        slowest = np.where(vectors.table[:, level] > 1, np.minimum(slowest, rate), slowest)
    return np.where(np.isinf(slowest), 1.0, slowest)
