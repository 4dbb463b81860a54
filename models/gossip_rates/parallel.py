"""Parallel edges: which of those between the same two nodes stands for all."""

from collections.abc import Mapping

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray


def merged(ends: IntArray, columns: Mapping[str, FloatArray], *, by_rate: bool) -> IntArray:
    """Return the number of the edge that is kept between every two nodes, in order of its ends.

    Loops are dropped. An edge that may not be used gives way to one that may; of the others the
    cheapest is kept, then the quickest, then that with the largest most rate, which comes first
    if asked for.
    """
    ends = np.sort(ends, axis=1)
    proper = np.flatnonzero(ends[:, 0] != ends[:, 1])
    cost, duration, most = (columns[name][proper] for name in ("cost", "duration", "most"))
    keys = [-most, duration, cost]
    if by_rate:
        keys = [duration, cost, -most]
    order = proper[np.lexsort((*keys, most <= 0, *ends[proper].T[::-1]))]
    ends = ends[order]
    first = np.concatenate(([True], (ends[1:] != ends[:-1]).any(axis=1)))[: len(ends)]
    kept: IntArray = order[first]
    return kept


def hidden_least(
    ends: IntArray, columns: Mapping[str, FloatArray], kept: IntArray
) -> list[tuple[int, int]]:
    """Return the edges with a least rate that are not kept, each with the one kept in its place."""
    is_kept = np.zeros(len(ends), dtype=bool)
    is_kept[kept] = True
    hidden = (columns["least"] > 0) & ~is_kept & (ends[:, 0] != ends[:, 1])
    both = np.sort(ends, axis=1)
    stands = {
        tuple(pair): edge for pair, edge in zip(both[kept].tolist(), kept.tolist(), strict=True)
    }
    return [(edge, stands[tuple(both[edge].tolist())]) for edge in np.flatnonzero(hidden).tolist()]
