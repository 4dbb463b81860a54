"""Classes of edges that no symmetry tells apart, by refining colours of pairs of nodes."""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.gossip_rates.view import View

MOST_NODES = 1_200
PRIME = 1_048_573
"""Products of two residues, summed over 4,000 nodes, stay exact in double precision."""
TRIALS = 2
"""Independent hashes per round; two pairs are confused once in PRIME^2."""


def edge_classes(view: View) -> IntArray:
    """Return a class number of each edge, shape (m,), from 0 without gaps.

    Two pairs (i, j) keep one colour as long as they see the same colours of (i, k) and (k, j) over
    all k (Weisfeiler and Leman 1968, the two-dimensional refinement). Edges that an automorphism
    maps to each other always share a class. The converse can fail for strongly regular networks, so
    rates that are equal on classes are a guess that a certificate of the whole network confirms.
    """
    i, j = view.ends.T
    colour = np.zeros((view.nodes, view.nodes), dtype=np.int64)
    kinds = np.stack([view.cost, view.duration, view.least, view.most], axis=1)
    kind = np.unique(kinds, axis=0, return_inverse=True)[1].ravel()
    colour[i, j] = colour[j, i] = kind + 2
    np.fill_diagonal(colour, 1)
    if view.concurrency is not None:
        kind = np.unique(view.concurrency, return_inverse=True)[1].ravel()
        np.fill_diagonal(colour, int(colour.max()) + 1 + kind)
    colour = _refine(_compact(colour))
    first, second = colour[i, j], colour[j, i]
    pair = np.stack([np.minimum(first, second), np.maximum(first, second)], axis=1)
    found: IntArray = np.unique(pair, axis=0, return_inverse=True)[1].ravel()
    return found


def _refine(colour: IntArray) -> IntArray:
    """Return the colours once no round splits any of them."""
    rng = np.random.default_rng(0)
    count = int(colour.max()) + 1
    while True:
        columns = [colour]
        for _ in range(TRIALS):
            left, right = rng.integers(1, PRIME, (2, count)).astype(np.float64)
            columns.append((left[colour] @ right[colour] % PRIME).astype(np.int64))
        for column in columns[1:]:
            colour = _compact(colour * PRIME + column)
        found = int(colour.max()) + 1
        if found == count or found == colour.size:
            return colour
        count = found


def _compact(colour: IntArray) -> IntArray:
    """Return the colours numbered from 0 without gaps."""
    return np.unique(colour, return_inverse=True)[1].reshape(colour.shape)
