"""Counts what a collective moves, device by device and link by link, and times it.

Nothing here uses the formulas of the cost model: pieces are passed around in groups of ranks, and
bytes are added up per device and per unit of the machine.
"""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.hierarchical_sharding.groups import number_rows
from planner.models.hierarchical_sharding.machine import MachineArrays


@dataclass(frozen=True, slots=True)
class Moved:
    """What one pass of a collective costs."""

    seconds: float
    received: FloatArray
    """Most bytes that a device receives at each level."""
    egress: FloatArray
    """Most bytes that a child unit sends at each level, all its devices together."""


def count(
    machine: MachineArrays, label: IntArray, volume: float, buckets: int, operation: str
) -> Moved:
    """Return the cost of one collective of `volume` bytes in all groups of `label` at once."""
    if machine.algorithm == "flat_ring":
        return _one_ring(machine, label, volume, buckets, operation)
    stages = _stages(machine, label, volume, buckets, operation)
    if machine.algorithm == "torus":
        return _torus(machine, label, stages, volume, operation)
    combine = max if machine.algorithm == "pipelined" else sum
    seconds = sum(stage.latency for stage in stages) + combine([stage.busy for stage in stages])
    return Moved(
        float(seconds),
        np.array([stage.received for stage in stages]),
        np.array([stage.egress for stage in stages]),
    )


@dataclass(frozen=True, slots=True)
class _Stage:
    """One level of a hierarchical collective."""

    latency: float
    busy: float
    received: float
    egress: float
    peers: int


def _stages(
    machine: MachineArrays, label: IntArray, volume: float, buckets: int, operation: str
) -> list[_Stage]:
    """Gather from the outermost level in: pieces grow by the peers at each level.

    Reduce-scatters run the same way backwards, all-reduces do both.
    """
    rank = np.arange(len(label))
    members = np.bincount(label)[label]
    piece = volume / members
    stages = []
    for level in reversed(range(len(machine.fanout))):
        child = rank // machine.unit_devices[level]
        unit = child // machine.fanout[level]
        turn = _turn(number_rows(np.stack([label, child], axis=1)))
        ring = number_rows(np.stack([label, unit, turn], axis=1))
        peers = np.bincount(ring)[ring]
        stages.append(_stage(machine, level, (piece, peers, child), buckets, operation))
        piece = piece * peers
    return stages[::-1]


def _stage(
    machine: MachineArrays,
    level: int,
    ring: tuple[FloatArray, IntArray, IntArray],
    buckets: int,
    operation: str,
) -> _Stage:
    piece, peers, child = ring
    moved, steps = piece * (peers - 1), peers - 1
    if operation == "all_reduce":
        moved, steps = 2 * moved, 2 * steps
        if machine.in_network[level]:
            moved = np.where(peers > 1, np.minimum(moved, piece * peers), 0.0)
            steps = np.where(peers > 1, 2, 0)
    egress = np.bincount(child, weights=moved)
    busy = max(
        float(egress.max()) / float(machine.unit_bandwidth[level]),
        float(moved.max()) / float(machine.device_bandwidth[level]),
    )
    group = int(peers.max())
    size = np.array([float((piece * peers).max()) / max(buckets, 1)])
    efficiency = float(machine.efficiency[level].at(operation, size, group)[0])
    latency = buckets * float(steps.max()) * float(machine.latency[level])
    return _Stage(latency, busy / efficiency, float(moved.max()), float(egress.max()), group)


def _turn(label: IntArray) -> IntArray:
    """Return the place of each device among those with its label, in device order."""
    order = np.argsort(label, kind="stable")
    first = np.concatenate(([0], np.cumsum(np.bincount(label))))[:-1]
    turn = np.empty(len(label), dtype=np.int64)
    turn[order] = np.arange(len(label)) - first[label[order]]
    return turn


def _torus(
    machine: MachineArrays, label: IntArray, stages: list[_Stage], volume: float, operation: str
) -> Moved:
    """All axes carry a share at once; an axis that is used in part has no way round."""
    passes = 2 if operation == "all_reduce" else 1
    members = int(np.bincount(label).max())
    rates = np.array(
        [
            0.0 if stage.peers == 1 else rate if stage.peers == fanout else rate / 2
            for stage, rate, fanout in zip(stages, machine.rate, machine.fanout, strict=True)
        ]
    )
    moved = passes * volume * (members - 1) / members
    received = moved * rates / rates.sum() if rates.any() else rates
    busy = moved / float(rates.sum()) if rates.any() else 0.0
    seconds = sum(stage.latency for stage in stages) + busy
    return Moved(seconds, received, received)


def _one_ring(
    machine: MachineArrays, label: IntArray, volume: float, buckets: int, operation: str
) -> Moved:
    """Pass pieces round each group in device order; links between units carry every ring."""
    passes = 2 if operation == "all_reduce" else 1
    levels, group = len(machine.fanout), int(np.bincount(label).max())
    order = np.argsort(label, kind="stable").reshape(-1, group)
    target = np.empty(len(label), dtype=np.int64)
    target[order.ravel()] = np.roll(order, -1, axis=1).ravel()
    rank, sent = np.arange(len(label)), passes * volume * (group - 1) / group
    # An edge belongs to the outermost level at which its ends differ.
    level = np.full(len(label), -1)
    for place in range(levels):
        level = np.where(
            rank // machine.unit_devices[place] != target // machine.unit_devices[place],
            place,
            level,
        )
    received, egress, busy, slowest = np.zeros(levels), np.zeros(levels), 0.0, 0.0
    for place in np.unique(level[level >= 0]).tolist():
        edges = level == place
        egress[place] = np.bincount(rank[edges] // machine.unit_devices[place]).max() * sent
        received[place] = sent
        size = np.array([volume / max(buckets, 1)])
        efficiency = float(machine.efficiency[place].at(operation, size, group)[0])
        link = max(
            egress[place] / machine.unit_bandwidth[place],
            sent / machine.device_bandwidth[place],
        )
        busy = max(busy, float(link) / efficiency)
        slowest = max(slowest, float(machine.latency[place]))
    seconds = passes * buckets * (group - 1) * slowest + busy
    return Moved(seconds, received, egress)
