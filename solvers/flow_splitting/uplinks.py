"""Which uplinks lead from one leaf to another, told once for all pairs of leaves that are alike.

Leaves whose links are up at the same places are alike. A fabric with a few failed links has a few
kinds of leaves, and millions of pairs of leaves share a small table.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import IntArray
from planner.models.flow_splitting.fabric import Fabric


@dataclass(frozen=True, eq=False)
class Uplinks:
    """The usable uplinks of pairs of leaves."""

    kind: IntArray
    """The kind of each pair that was asked for."""
    link: NDArray[np.integer]
    """Link[kind, choice] as spine * lanes + lane, in order; the usable ones come first."""
    choices: IntArray
    """Number of usable uplinks[kind]."""

    def pick(self, pair: IntArray | slice, choice: IntArray) -> IntArray:
        """Return the uplink of each pair, by its number among those the pair can use."""
        return self.link[self.kind[pair], choice].astype(np.int64)


def find_uplinks(
    fabric: Fabric, source: IntArray, target: IntArray, *, same_lane: bool = False
) -> Uplinks:
    """Return the uplinks from each source leaf by which its target leaf can be reached.

    With `same_lane` only those that go on downwards on the link of the same lane; there are some
    wherever there are any, as the lanes that are up come first.
    """
    is_up, leads_down = np.greater(fabric.up, 0), np.greater(fabric.down, 0)
    if not same_lane:
        leads_down = np.repeat(leads_down.any(axis=2, keepdims=True), fabric.lanes, axis=2)
    (up, up_kind), (down, down_kind) = _kinds(is_up), _kinds(leads_down)
    both = up_kind[source] * len(down) + down_kind[target]
    found = np.flatnonzero(np.bincount(both, minlength=len(up) * len(down)))
    number = np.zeros(len(up) * len(down), dtype=np.int64)
    number[found] = np.arange(len(found))
    of_up, of_down = np.divmod(found, len(down))
    usable = up[of_up] & down[of_down]
    link = np.argsort(~usable, axis=1, kind="stable").astype(np.min_scalar_type(usable.shape[1]))
    return Uplinks(kind=number[both], link=link, choices=usable.sum(axis=1))


def _kinds(table: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], IntArray]:
    """Return the different rows of a table by leaf, and which of them each leaf has."""
    rows = table.reshape(len(table), -1)
    _, first, kind = np.unique(
        np.packbits(rows, axis=1), axis=0, return_index=True, return_inverse=True
    )
    return rows[first], kind
