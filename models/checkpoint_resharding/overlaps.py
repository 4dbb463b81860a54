"""How much of each new shard lies on each device already, without a dense table."""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.checkpoint_resharding.ranges import Ranges, distinct, expand
from planner.models.checkpoint_resharding.view import View


@dataclass(frozen=True, eq=False, slots=True)
class Overlaps:
    """The pairs of shard and new device that share parameters, sorted by shard, then device."""

    slot: IntArray
    place: IntArray
    """Position of the device in the list of new devices."""
    amount: IntArray
    """Parameters of the shard that the device holds, at least 1."""


@dataclass(frozen=True, eq=False, slots=True)
class Atoms:
    """Ranges cut at all ends of both families: every piece lies in a range or outside of it.

    Rows are sorted by piece, then owner.
    """

    piece: IntArray
    owner: IntArray


def cut_points(*families: Ranges) -> IntArray:
    """Return every start and stop once, in order."""
    return distinct(np.concatenate([end for each in families for end in (each.start, each.stop)]))


def count_atoms(ranges: Ranges, cuts: IntArray) -> int:
    """Return how many rows `atoms` gives, without building them."""
    first, stop = np.searchsorted(cuts, ranges.start), np.searchsorted(cuts, ranges.stop)
    return int((stop - first).sum())


def atoms(ranges: Ranges, cuts: IntArray) -> Atoms:
    """Return the pieces between neighbouring cuts that make up the ranges, which are tidy."""
    row, piece = expand(np.searchsorted(cuts, ranges.start), np.searchsorted(cuts, ranges.stop))
    order = np.argsort(piece, kind="stable")
    return Atoms(piece[order], ranges.owner[row[order]])


def count_pairs(wanted: Ranges, held: Ranges, cuts: IntArray) -> int:
    """Return how many pairs of overlapping atoms there are, without building any."""
    return int((_depth(wanted, cuts) * _depth(held, cuts)).sum())


def _depth(ranges: Ranges, cuts: IntArray) -> IntArray:
    """Return how many ranges cover each piece."""
    steps = np.zeros(len(cuts), dtype=np.int64)
    np.add.at(steps, np.searchsorted(cuts, ranges.start), 1)
    np.add.at(steps, np.searchsorted(cuts, ranges.stop), -1)
    return np.cumsum(steps)


def on_new_devices(view: View) -> tuple[Ranges, IntArray]:
    """Return what new devices hold now, and place[device] in the list of new devices (or -1)."""
    place = np.full(len(view.names), -1, dtype=np.int64)
    place[view.new] = np.arange(len(view.new))
    kept = place[view.held.owner] >= 0
    held = Ranges(view.held.owner[kept], view.held.start[kept], view.held.stop[kept])
    return held, place


def count_overlaps(view: View) -> Overlaps:
    """Return the overlaps of all new shards and new devices.

    Work and memory follow the number of overlapping pieces, never shards times devices.
    """
    held, place = on_new_devices(view)
    cuts = cut_points(view.wanted, held)
    shards, holders = atoms(view.wanted, cuts), atoms(held, cuts)
    first = np.searchsorted(holders.piece, shards.piece, side="left")
    stop = np.searchsorted(holders.piece, shards.piece, side="right")
    row, holder = expand(first, stop)
    width = np.diff(cuts)[shards.piece[row]] if len(row) else np.zeros(0, dtype=np.int64)
    key = shards.owner[row] * len(view.new) + place[holders.owner[holder]]
    order = np.argsort(key, kind="stable")
    key, width = key[order], width[order]
    begins = np.flatnonzero(np.diff(key, prepend=-1))
    amount = np.add.reduceat(width, begins) if len(begins) else width
    slot, at = np.divmod(key[begins], len(view.new))
    return Overlaps(slot, at, amount)
