"""Plans of hierarchical sharding: which levels split which state."""

from typing import Annotated, Literal

from pydantic import Field

from planner.models.base.artefacts import Plan
from planner.models.base.record import Count, Index, Name, Record

Shards = Annotated[tuple[Count, ...], Field(max_length=12)]
"""Per level, innermost first, into how many pieces a state is split; 1 replicates it there."""


class Precisions(Record):
    """Bits per value that each collective sends."""

    forward: Literal[16, 8, 4] = 16
    backward: Literal[16, 8, 4] = 16
    gradients: Literal[16, 8, 4] = 16
    sync: Literal[16, 8, 4] = 16
    update: Literal[16, 8, 4] = 16


class Sharding(Record):
    """How the state of some layers is split.

    The group that shares a state contains, at level l, s_l of the n_l children, as neighbours; all
    other coordinates are replicas.
    """

    parameters: Shards
    secondary: Shards
    """Second copy for the backward pass; equal to `parameters` where there is none."""
    gradients: Shards
    optimizer: Shards
    keep: bool = False
    """Whether gathered parameters stay from forward to backward."""
    bits: Precisions = Precisions()


class UniformPlan(Plan):
    """One sharding for the whole model."""

    kind: Literal["uniform"] = "uniform"
    sharding: Sharding
    schedule: Index = 0
    """Which of the schedules of the instance."""


class Share(Record):
    """Some layers of a class and their sharding."""

    layer: Name
    count: Count
    sharding: Sharding


class MixedPlan(Plan):
    """Layers with shardings of their own."""

    kind: Literal["mixed"] = "mixed"
    shares: tuple[Share, ...]
    schedule: Index = 0


ShardingPlan = UniformPlan | MixedPlan
PLANS = (UniformPlan, MixedPlan)
