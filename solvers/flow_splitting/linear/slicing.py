"""Share pairs of leaves out between two groups of spines at once, without an LP.

Every pair is to use its paths in proportion to what they take. Pairs that are large for a group are
cut at that share; the others go whole to one group or the other by Euler splits, so that every leaf
comes close to its share. Halving the spines again and again, large pairs end up spread over many
spines and small ones whole on a single one.
"""

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray, IntArray
from planner.solvers.flow_splitting.edges.fraction import DIGITS, take_fraction
from planner.solvers.flow_splitting.linear.items import Items

GRAIN = 0.02
"""Share of what the paths through either group take up to which a pair goes whole."""
SLIGHT = 1e-3
"""Share of a pair that is not worth a cut."""


def slice_pairs(pairs: Items, first: FloatArray, second: FloatArray) -> FloatArray:
    """Return how much of each pair the first group takes; the second takes the rest.

    `first` and `second` say what the paths of each pair take, not both nothing.
    """
    share = first / (first + second)
    is_cut = (share > SLIGHT) & (share < 1 - SLIGHT)
    is_cut &= pairs.size > GRAIN * np.minimum(first, second)
    taken = share * pairs.size
    whole = np.flatnonzero(~is_cut)
    is_first = _take_shares(pairs.select(whole), share[whole])
    taken[whole] = np.where(is_first, pairs.size[whole], 0.0)
    return taken


def _take_shares(pairs: Items, share: FloatArray) -> NDArray[np.bool_]:
    """Return which whole pairs make up the given shares, pairs of like share together."""
    scale = 2**DIGITS
    rounded = np.rint(share * scale).astype(np.int64)
    is_first = np.asarray(rounded == scale)
    for like in np.flatnonzero(np.bincount(rounded)[1:scale]) + 1:
        at: IntArray = np.flatnonzero(rounded == like)
        some = take_fraction(pairs.source[at], pairs.target[at], pairs.size[at], like / scale)
        is_first[at[some]] = True
    return is_first
