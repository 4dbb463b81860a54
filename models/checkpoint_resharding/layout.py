"""How state is cut into shards: equal pieces, listed ranges, or parallel training."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from planner.models.base.arrays import IntArray
from planner.models.base.record import Count, Index, Record
from planner.models.base.sidecar import Sidecar

COLUMNS = ("shard", "start", "stop")


class FlatLayout(Record):
    """Equal consecutive pieces of the flattened state, the last ones shorter if they must be.

    Shard k of n holds the parameters from k c to (k + 1) c with c the quotient rounded up, which
    is how flat buffers are padded (arXiv 1910.02054); the padding itself is never moved.
    """

    kind: Literal["flat"]
    shards: Count
    replicas: Count = 1
    """Copies of every shard: copy r of shard k is shard r n + k."""


class Range(Record):
    """Consecutive parameters of one shard."""

    shard: Index
    start: Index
    """First parameter, counted from 0."""
    stop: Index
    """First parameter behind the range."""


class RangesLayout(Record):
    """Shards as lists of ranges; exactly one of `ranges` and `table` is given."""

    kind: Literal["ranges"]
    ranges: tuple[Range, ...] = ()
    table: Sidecar | None = None
    """`.csv` or `.npz` with the columns `shard`, `start` and `stop`."""
    replicas: Count = 1
    """Copies of every shard: copy r of shard k is shard r n + k."""

    def columns(self) -> IntArray:
        """Return one row (shard, start, stop) per range; the table must have been checked."""
        if self.table is None:
            rows = [(each.shard, each.start, each.stop) for each in self.ranges]
            return np.array(rows, dtype=np.int64).reshape(-1, 3)
        arrays = self.table.content.arrays
        return np.stack([arrays[name].astype(np.int64) for name in COLUMNS], axis=1)


class ParallelLayout(Record):
    """Tensor, pipeline and data parallelism; needs `state.tensors`.

    The rank of pipeline stage p, data-parallel rank d and tensor-parallel rank t is
    (p x data + d) x tensor + t. Stages have consecutive layers, the first stages one more where
    the number does not divide.
    """

    kind: Literal["parallel"]
    tensor: Count = 1
    pipeline: Count = 1
    data: Count = 1
    zero: bool = False
    """Whether data-parallel ranks hold equal pieces of the flattened state of their model-parallel
    rank (ZeRO) instead of copies."""
    vocabulary_multiple: Count = 1
    """Vocabularies are padded to a multiple of this times `tensor`."""


Layout = Annotated[FlatLayout | RangesLayout | ParallelLayout, Field(discriminator="kind")]
"""Any description of shards."""


class Layouts(Record):
    """How the state is cut now, and how it shall be cut."""

    old: Layout
    new: Layout
