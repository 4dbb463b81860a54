"""Flows to be placed, the parts they are cut into, and amounts that tell where to cut."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Items:
    """Flows (or other amounts that are better not cut) between leaves. One entry each."""

    source: IntArray
    target: IntArray
    size: FloatArray

    def __len__(self) -> int:
        return len(self.size)

    def pairs(self, leaves: int) -> IntArray:
        """Return a number for the pair of leaves of each item."""
        return self.source * leaves + self.target

    def select(self, which: NDArray[np.bool_] | IntArray) -> "Items":
        """Return some of the items."""
        return Items(self.source[which], self.target[which], self.size[which])


@dataclass(frozen=True, eq=False)
class Parts:
    """Parts of flows. One entry per part."""

    item: IntArray
    """Which flow."""
    spine: IntArray
    size: FloatArray

    def __len__(self) -> int:
        return len(self.size)


@dataclass(frozen=True, eq=False)
class Amounts:
    """Amounts per pair of leaves and spine. One entry per pair and spine used."""

    source: IntArray
    target: IntArray
    spine: IntArray
    size: FloatArray

    def pairs(self, leaves: int) -> IntArray:
        """Return a number for the pair of leaves of each amount."""
        return self.source * leaves + self.target
