"""Take a given share of the edges of a bipartite graph, nearly even at every vertex."""

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray, IntArray
from planner.solvers.flow_splitting.edges.euler import halve

DIGITS = 7
"""Binary digits of the share that are followed."""


def take_fraction(
    left: IntArray, right: IntArray, weight: FloatArray, share: float
) -> NDArray[np.bool_]:
    """Return edges that make up about `share` of the weight at every vertex; no edge is cut.

    The edges are halved by Euler splits, once for every binary digit of the share. Edges of like
    weight are paired, so that the halves of a vertex differ by one of its edges at most, and by
    much less as a rule.
    """
    chosen = np.zeros(len(left), dtype=bool)
    rest = np.argsort(-weight, kind="stable")
    for _ in range(DIGITS):
        if share <= 0.0 or not len(rest):
            return chosen
        half = halve(left[rest], right[rest])
        share *= 2
        if share >= 1.0:
            chosen[rest[half]] = True
            rest, share = rest[~half], share - 1.0
        else:
            rest = rest[half]
    return chosen
