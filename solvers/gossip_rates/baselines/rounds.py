"""Plans of matchings that an edge colouring gives."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.plan import MatchingPlan
from planner.models.gossip_rates.view import View
from planner.solvers.gossip_rates.baselines.scaling import room
from planner.solvers.gossip_rates.edge_colouring import colour_edges


def colours_of(view: View) -> IntArray:
    """Return the number of the matching of each edge, -1 for edges that may not be used, (m,)."""
    colour = np.full(view.edges, -1, dtype=np.int64)
    used = np.flatnonzero(view.usable)
    found = colour_edges(view.nodes, view.ends[used])
    # Colours that no edge has are left out.
    colour[used] = np.unique(found, return_inverse=True)[1]
    return colour


def matching_plan(view: View, colour: IntArray, share: FloatArray) -> MatchingPlan:
    """Return the rounds in which matching k gets `share[k]`, cut down where a limit is broken.

    `colour` gives the matching of each edge, -1 for none.
    """
    used = np.flatnonzero(colour >= 0)
    order = used[np.argsort(colour[used], kind="stable")]
    start = np.append(0, np.cumsum(np.bincount(colour[used], minlength=len(share))))
    rate = np.where(colour >= 0, share[colour], 0.0) / float(view.duration.max())
    factor = min(1.0, room(view, rate))
    return MatchingPlan(share=share * factor, start=start, edge=order)


def equal_rounds(view: View) -> MatchingPlan:
    """Return an edge colouring as rounds that all get the same share."""
    colour = colours_of(view)
    count = int(colour.max()) + 1
    return matching_plan(view, colour, np.full(count, 1 / count))
