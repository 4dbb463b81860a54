"""Which qubits a protocol holds, and when: the rigid shape of one repetition."""

import numpy as np

from planner.models.entanglement_scheduling.network import Network
from planner.models.entanglement_scheduling.plan import Protocol
from planner.models.entanglement_scheduling.protocols.trail import Half, Trail, follow
from planner.models.entanglement_scheduling.shape import Shape

Segment = tuple[int, int, int]
"""Pool, first slot, slot after the last."""


def shape_of(network: Network, protocol: Protocol, source: int, target: int) -> Shape:
    """Return what one repetition of a protocol holds, pool by pool.

    A half holds a communication qubit while it is generated; if it is stored also a storage qubit
    from then on until its qubit is free, otherwise the communication qubit itself that long.
    Segments of one pool that touch are merged, which changes no slot's use.

    Raises
    ------
    ValueError
        If the operations are not a protocol between the two nodes; see `assess`.

    """
    trail = follow(network, protocol, source, target)
    if not isinstance(trail, Trail):
        raise ValueError("; ".join(f"{fault.where}: {fault.detail}" for fault in trail))
    segments = merged([segment for half in trail.halves for segment in _held(half)])
    pool, begin, end = np.array(segments, dtype=np.int64).T
    return Shape(trail.length, pool, begin, end)


def most_used(shape: Shape, pools: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the most qubits that one repetition holds of each pool at once, (pools,)."""
    pool, step = np.tile(shape.pool, 2), np.repeat([1, -1], len(shape.pool))
    # Pool by pool, at each slot what ends before what begins; after a pool nothing is held.
    order = np.lexsort((step, np.concatenate([shape.begin, shape.end]), pool))
    peak = np.zeros(pools, dtype=np.int64)
    np.maximum.at(peak, pool[order], np.cumsum(step[order]))
    return peak


def merged(segments: list[Segment]) -> list[Segment]:
    """Return segments with those of one pool joined where one begins as another ends."""
    return joined(segments)[0]


def joined(segments: list[Segment]) -> tuple[list[Segment], list[int]]:
    """Return segments as `merged` does, and which of them each given one became part of."""
    open_until: dict[tuple[int, int], list[int]] = {}
    result: list[list[int]] = []
    part = [0] * len(segments)
    for given in sorted(range(len(segments)), key=segments.__getitem__):
        pool, begin, end = segments[given]
        earlier = open_until.get((pool, begin))
        if earlier:
            place = earlier.pop()
            result[place][2] = end
        else:
            place = len(result)
            result.append([pool, begin, end])
        open_until.setdefault((pool, end), []).append(place)
        part[given] = place
    return [(pool, begin, end) for pool, begin, end in result], part


def half_segments(trail: Trail) -> list[list[int]]:
    """Return which segments of the protocol's shape each half of a trail is held in.

    Two for a half that moves to storage (its communication qubit, then the other), else one.
    """
    held = [_held(half) for half in trail.halves]
    part = iter(joined([segment for each in held for segment in each])[1])
    return [[next(part) for _ in each] for each in held]


def _held(half: Half) -> list[Segment]:
    """Return the segments of one half; its end is known once a protocol was followed."""
    if half.end is None:
        raise ValueError("the half is never used")
    communication, storage = 2 * half.node, 2 * half.node + 1
    if not half.stored:
        return [(communication, half.begin, half.end)]
    return [(communication, half.begin, half.generated), (storage, half.begin, half.end)]
