"""Steps in which every leaf sends to one leaf at most and receives from one at most.

Then the pairs of leaves share no link, and each is a problem of its own on parallel links.
"""

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.flow_splitting.fabric import Fabric
from planner.solvers.flow_splitting.pairing import Pairs


def is_disjoint(pairs: Pairs) -> bool:
    """Return whether no two pairs of leaves share a sender or a receiver."""
    return all(len(np.unique(end)) == len(end) for end in (pairs.source, pairs.target))


def pair_rates(fabric: Fabric, pairs: Pairs) -> FloatArray:
    """Return rate[pair, slot]: the slower of the two links of each slot, see `Even`."""
    up, down = (rates.reshape(fabric.leaves, -1) for rates in (fabric.up, fabric.down))
    return np.minimum(up[pairs.source], down[pairs.target])
