"""Writes rates as a sum of matchings, each with a weight of its own."""

import numpy as np

from planner.formats.gossip.planned import Planned
from planner.models.gossip_rates.plan import MatchingPlan
from planner.solvers.gossip_rates.edge_colouring import colour_edges

DUST = 1e-7
"""Difference of rates, relative to the largest, below which they share a level."""


def matchings(found: Planned) -> list[tuple[list[int], float]]:
    """Return matchings (edges of the view) and weights whose sum is the rates, but for dust.

    The edges of one colour form a matching; where their rates differ, the matching is split into
    levels: all of it at the least rate, without the slowest edges at the difference to the next.
    """
    plan = found.plan
    if isinstance(plan, MatchingPlan):
        parts = np.split(plan.edge, plan.start[1:-1])
        return [
            (edges.tolist(), float(share))
            for edges, share in zip(parts, plan.share, strict=True)
            if share > 0
        ]
    colour = colour_edges(found.view.nodes, found.ends)
    layers = []
    for number in range(int(colour.max()) + 1):
        inside = np.flatnonzero(colour == number)
        if not len(inside):
            continue
        rate, below = found.rate[inside], 0.0
        for level in np.unique(rate).tolist():
            if level - below < DUST * float(found.rate.max()):
                continue
            layers.append((found.used[inside[rate >= level]].tolist(), level - below))
            below = level
    return layers
