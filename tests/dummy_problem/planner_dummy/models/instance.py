"""The instance: some numbers, how many of them to choose, and which are not for sale."""

import functools
from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.errors import Issue
from planner.models.base.instance import Instance
from planner.models.base.record import Count, Index, Number
from planner.models.base.sidecar import Sidecar


class Choosing(Instance):
    """Choose `choose` of the `numbers` so that their sum is least."""

    problem: Literal["dummy"]
    schema_version: Literal[1]
    numbers: Annotated[tuple[Number, ...], Field(max_length=100_000)] = ()
    table: Sidecar | None = None
    """Instead of `numbers`: an `.npz` with the array `numbers`."""
    choose: Count
    forbidden: tuple[Index, ...] = ()
    """Positions, counted from 0, that may not be chosen."""

    @functools.cached_property
    def values(self) -> FloatArray:
        """Number[position]."""
        if self.table is None:
            return np.array(self.numbers, dtype=float)
        return np.asarray(self.table.content.arrays["numbers"], dtype=float)

    @functools.cached_property
    def allowed(self) -> IntArray:
        """Positions that may be chosen, in order."""
        return np.setdiff1d(np.arange(len(self.values)), np.array(self.forbidden, dtype=np.int64))

    def cross_check(self) -> Iterator[Issue]:
        """Yield a fault for each forbidden position that does not exist."""
        for entry, position in enumerate(self.forbidden):
            if position >= len(self.values):
                message = f"there is no number {position}"
                fix = f"Name positions from 0 to {len(self.values) - 1}."
                loc = ("forbidden", entry)
                yield Issue(code="dangling", loc=loc, message=message, fix=fix)
