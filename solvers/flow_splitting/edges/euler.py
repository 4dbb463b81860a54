"""Euler splits: cut a bipartite multigraph into two halves that are even at every vertex."""

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import IntArray


def halve(left: IntArray, right: IntArray) -> NDArray[np.bool_]:
    """Return which edges form the first half.

    `left` and `right` give the two ends of each edge; parallel edges are allowed. A vertex of
    degree d keeps floor(d/2) or ceil(d/2) edges in either half.

    Edges are paired at their left ends and again at their right ends. The two pairings form cycles
    in which left and right pairs alternate; taking every second edge of each cycle puts one edge
    of every pair into each half (Euler partition, Gabow 1976). Only one edge per vertex of odd
    degree is paired with an edge of another vertex.
    """
    edges = len(left)
    odd = edges % 2
    # With an odd number of edges one left and one right end stay over; an extra edge joins them.
    left_mate, right_mate = _pair(left, odd), _pair(right, odd)
    cycle = _cycle_names(right_mate[left_mate])
    return np.asarray((cycle < cycle[left_mate])[:edges])


def _pair(vertex: IntArray, extra: int) -> IntArray:
    """Return the mate of each edge; `extra` (0 or 1) edges without a vertex are put at the end."""
    edges = len(vertex)
    # Numbers of few bits are sorted by radix, several times as fast.
    order = np.argsort(vertex.astype(np.min_scalar_type(vertex.max(initial=0))), kind="stable")
    first = np.flatnonzero(np.diff(vertex[order], prepend=-1))
    degree = np.diff(first, append=edges)
    last = (first + degree - 1)[degree % 2 == 1]
    inner = np.ones(edges, dtype=bool)
    inner[last] = False
    # Within a vertex the edges that are not left over stand at even and odd places in turn.
    sequence = np.concatenate([order[inner], order[last], np.arange(edges, edges + extra)])
    mate = np.empty(edges + extra, dtype=np.int64)
    mate[sequence[0::2]] = sequence[1::2]
    mate[sequence[1::2]] = sequence[0::2]
    return mate


def _cycle_names(following: IntArray) -> IntArray:
    """Return the smallest element of the cycle of each element of a permutation.

    Pointer jumping: after round t each element knows the smallest of the next 2^t.
    """
    name = np.arange(len(following))
    while True:
        smaller = np.minimum(name, name[following])
        if np.array_equal(smaller, name):
            return name
        name, following = smaller, following[following]
