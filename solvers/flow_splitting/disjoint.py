"""Steps in which every leaf sends to one leaf at most and receives from one at most.

Then the pairs of leaves share no link, and each is a problem of its own on parallel links.
"""

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.flow_splitting.fabric import Fabric
from planner.solvers.flow_splitting.evenness import ALIKE
from planner.solvers.flow_splitting.pairing import Pairs


def is_disjoint(pairs: Pairs) -> bool:
    """Return whether no two pairs of leaves share a sender or a receiver."""
    return all(len(np.unique(end)) == len(end) for end in (pairs.source, pairs.target))


def has_matching_lanes(fabric: Fabric, pairs: Pairs) -> bool:
    """Return whether joining equal lanes upwards and downwards wastes no rate of any pair.

    It does where the parallel links at the two ends of a spine differ in number or rate, as after
    the failure of some of them: then a part may have to change lanes at the spine.
    """
    if fabric.lanes == 1:
        return True
    joined = np.minimum(fabric.up[pairs.source], fabric.down[pairs.target]).sum(axis=2)
    offered = np.minimum(fabric.up_total[pairs.source], fabric.down_total[pairs.target])
    return bool(np.allclose(joined, offered, rtol=ALIKE, atol=0.0))


def pair_rates(fabric: Fabric, pairs: Pairs) -> FloatArray:
    """Return rate[pair, slot]: the slower of the two links of each slot, see `Even`."""
    up, down = (rates.reshape(fabric.leaves, -1) for rates in (fabric.up, fabric.down))
    return np.minimum(up[pairs.source], down[pairs.target])
