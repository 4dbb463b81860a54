"""Larger changes that lead out of a local optimum, for better or worse."""

import numpy as np

from planner.solvers.flow_splitting.edges.euler import halve
from planner.solvers.flow_splitting.search.placement import DOWN, UP, Link, Placement

SCATTERED = 4
"""Flows that one kick scatters."""
_ALIKE = 1e-12


def kick(placement: Placement, link: Link, rng: np.random.Generator) -> None:
    """Change the placement around its busiest link at random."""
    if placement.cost[UP].shape[1] > 1 and rng.random() < 0.5 and _mix_spines(placement, link, rng):
        return
    flows = placement.at_leaf(link.side, link.leaf)
    for flow in rng.choice(flows, min(SCATTERED, len(flows)), replace=False).tolist():
        open_ = np.ones(placement.cost[UP].shape[1], dtype=bool)
        for side in (UP, DOWN):
            open_ &= np.isfinite(placement.cost[side][placement.leaf[side][flow]]).any(axis=1)
        spine = int(rng.choice(np.flatnonzero(open_)))
        lanes = [
            int(placement.entering(side, np.array([flow]))[1][0, spine]) for side in (UP, DOWN)
        ]
        placement.move(flow, spine, lanes[UP], lanes[DOWN])


def _mix_spines(placement: Placement, link: Link, rng: np.random.Generator) -> bool:
    """Deal the flows of the link's spine and of another one anew; return whether it was possible.

    An Euler split of the flows, sorted by size, leaves the two spines closely even at every leaf
    at once (a Kempe exchange on all chains of the two spines).
    """
    spines = placement.cost[UP].shape[1]
    other = int((link.spine + rng.integers(1, spines)) % spines)
    pair = [link.spine, other]
    flows = np.flatnonzero(np.isin(placement.spine, pair))
    for side in (UP, DOWN):
        cost = placement.cost[side][placement.leaf[side][flows]][:, pair]
        if cost.shape[2] > 1 or not np.isfinite(cost).all():
            return False
        if (np.abs(cost[:, 0] - cost[:, 1]) > _ALIKE * cost[:, 0]).any():
            return False
    noisy = placement.size[flows] * rng.normal(1.0, 0.1, len(flows))
    flows = flows[np.argsort(-noisy, kind="stable")]
    half = halve(placement.leaf[UP][flows], placement.leaf[DOWN][flows])
    only = np.zeros(len(flows), dtype=np.int64)
    placement.move_all(flows, np.where(half, link.spine, other), only, only)
    return True
