"""The methods of checkpoint re-sharding, and how `auto` picks one."""

from planner.models.checkpoint_resharding.instance import CheckpointResharding
from planner.solvers.contract import Choice, Method

_ROOM = "planner.solvers.checkpoint_resharding"

METHODS = (
    Method(
        name="assignment",
        proves="exact",
        summary="Shards to devices with the largest overlap (Hungarian method), prices as proof.",
        entry=f"{_ROOM}.assignment:solve",
        isolated=True,
    ),
    Method(
        name="in_place",
        proves="baseline",
        summary="New shard k on the k-th new device, whatever that device holds.",
        entry=f"{_ROOM}.baselines:in_place",
    ),
    Method(
        name="storage",
        proves="baseline",
        summary="Everything through a universal checkpoint: convert it, then load every shard.",
        entry=f"{_ROOM}.baselines:storage",
    ),
)


def choose(instance: CheckpointResharding) -> Choice:
    """Return the assignment, which is exact and fast at every size that is read."""
    return Choice("assignment", "the assignment of shards to devices is solved exactly")
