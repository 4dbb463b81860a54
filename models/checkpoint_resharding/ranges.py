"""Half-open ranges of parameters with an owner, as sorted arrays, and what is done with them."""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import IntArray

MOST_PIECES = 20_000_000
"""Ranges of a layout, and pairs of overlapping pieces, that fit the memory of a small machine."""


@dataclass(frozen=True, eq=False, slots=True)
class Ranges:
    """Ranges [start, stop) of parameters, each of one owner (a shard or a device).

    All three arrays have one entry per range.
    """

    owner: IntArray
    start: IntArray
    stop: IntArray

    def __len__(self) -> int:
        return len(self.owner)

    @property
    def length(self) -> IntArray:
        """Parameters in each range."""
        return self.stop - self.start

    def of(self, owner: IntArray) -> "Ranges":
        """Return the same ranges with shard k renamed to `owner[k]`."""
        return Ranges(owner[self.owner], self.start, self.stop)

    def sizes(self, owners: int) -> IntArray:
        """Return size[owner], the parameters of each of `owners` owners."""
        found = np.zeros(owners, dtype=np.int64)
        np.add.at(found, self.owner, self.length)
        return found


def tidy(ranges: Ranges) -> Ranges:
    """Return the ranges sorted by owner and start, without empty ones, touching ones joined.

    Ranges of one owner that overlap are left as they are.
    """
    order = np.lexsort((ranges.start, ranges.owner))
    order = order[ranges.length[order] > 0]
    owner, start, stop = ranges.owner[order], ranges.start[order], ranges.stop[order]
    if not len(owner):
        return Ranges(owner, start, stop)
    begins = np.ones(len(owner), dtype=bool)
    begins[1:] = (owner[1:] != owner[:-1]) | (start[1:] != stop[:-1])
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(owner)) - 1
    return Ranges(owner[first], start[first], stop[last])


def equal_pieces(total: int, pieces: int) -> Ranges:
    """Return `total` parameters in consecutive pieces of the quotient rounded up."""
    owner = np.arange(pieces, dtype=np.int64)
    chunk = -(-total // pieces)
    edges = np.minimum(np.arange(pieces + 1, dtype=np.int64) * chunk, total)
    return tidy(Ranges(owner, edges[:-1], edges[1:]))


def copies(ranges: Ranges, shards: int, replicas: int) -> Ranges:
    """Return `replicas` copies of every range; copy r of shard k is shard r x shards + k."""
    shift = np.repeat(np.arange(replicas, dtype=np.int64) * shards, len(ranges))
    return tidy(
        Ranges(
            np.tile(ranges.owner, replicas) + shift,
            np.tile(ranges.start, replicas),
            np.tile(ranges.stop, replicas),
        )
    )


def uncovered(needed: Ranges, held: Ranges, owners: int) -> IntArray:
    """Return missing[owner]: parameters that `needed` names and `held` does not, counted once.

    One sweep over the ends of all ranges, owner by owner; ranges may overlap.
    """
    parts = ((needed.start, 1, 0), (needed.stop, -1, 0), (held.start, 0, 1), (held.stop, 0, -1))
    owner = np.concatenate([needed.owner, needed.owner, held.owner, held.owner])
    place = np.concatenate([at for at, _, _ in parts])
    want = np.concatenate([np.full(len(at), step) for at, step, _ in parts])
    have = np.concatenate([np.full(len(at), step) for at, _, step in parts])
    order = np.lexsort((place, owner))
    owner, place = owner[order], place[order]
    is_missing = (np.cumsum(want[order]) > 0) & (np.cumsum(have[order]) == 0)
    # Behind the last end of an owner nothing is wanted, so no piece reaches into the next owner.
    at = np.flatnonzero(is_missing)
    found = np.zeros(owners, dtype=np.int64)
    np.add.at(found, owner[at], place[at + 1] - place[at])
    return found


def expand(first: IntArray, stop: IntArray) -> tuple[IntArray, IntArray]:
    """Return the row and the value of every whole number in the ranges [first, stop), in order."""
    lengths = stop - first
    row = np.repeat(np.arange(len(first), dtype=np.int64), lengths)
    offset = np.arange(len(row), dtype=np.int64) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return row, first[row] + offset


def distinct(values: IntArray) -> IntArray:
    """Return every value once, in order; sorting beats the hash table of `numpy.unique` here."""
    found = np.sort(values)
    is_first = np.ones(len(found), dtype=bool)
    is_first[1:] = found[1:] != found[:-1]
    return found[is_first]
