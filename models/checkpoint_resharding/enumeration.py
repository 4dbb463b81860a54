"""Tries every placement of small instances; shares no code with the overlaps of the check."""

import itertools
import math

import numpy as np

from planner.models.checkpoint_resharding.instance import CheckpointResharding

MOST_PLACEMENTS = 50_000


def optimum(instance: CheckpointResharding) -> float | None:
    """Return the fewest bytes that any placement moves.

    `None` where there are too many placements, or none because devices are too few.
    """
    view = instance.view
    shards, devices = view.slots, view.new.tolist()
    if shards > len(devices) or math.perm(len(devices), shards) > MOST_PLACEMENTS:
        return None
    kept = np.array(
        [[_shared(instance, shard, each) for each in devices] for shard in range(shards)]
    )
    places = np.array(list(itertools.permutations(range(len(devices)), shards)), dtype=np.int64)
    best = kept[np.arange(shards), places].sum(axis=1).max()
    return (view.total - int(best)) * view.weight


def _shared(instance: CheckpointResharding, shard: int, device: int) -> int:
    """Return the parameters of a shard that a device holds, range by range."""
    view = instance.view
    wanted = np.flatnonzero(view.wanted.owner == shard).tolist()
    held = np.flatnonzero(view.held.owner == device).tolist()
    total = 0
    for row, other in itertools.product(wanted, held):
        start = max(int(view.wanted.start[row]), int(view.held.start[other]))
        stop = min(int(view.wanted.stop[row]), int(view.held.stop[other]))
        total += max(0, stop - start)
    return total
