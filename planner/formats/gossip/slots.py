"""A schedule that repeats: which pairs exchange in which slot."""

from fractions import Fraction

import numpy as np

from planner.formats.gossip.planned import Planned
from planner.models.base.arrays import IntArray
from planner.models.gossip_rates.plan import MatchingPlan
from planner.solvers.gossip_rates.edge_colouring import colour_copies

GOLDEN = 0.6180339887498949


def periodic(found: Planned, length: int) -> list[list[int]]:
    """Return the edges (numbers of the view) of each slot; no worker meets two in one slot.

    Rates are rounded so that the busiest worker has about `length` exchanges in a period, each edge
    in use at least one. Rounds of matchings get slots by their shares.
    """
    if isinstance(found.plan, MatchingPlan):
        return _by_share(found.plan, length)
    load = np.bincount(found.ends.ravel(), np.repeat(found.rate, 2), found.view.nodes)
    copies = np.maximum(1, np.rint(found.rate * length / float(load.max()))).astype(np.int64)
    rounds = colour_copies(found.view.nodes, found.ends, copies)
    # The colouring puts copies of an edge next to each other; this order spreads them.
    order = np.argsort((np.arange(len(rounds)) * GOLDEN) % 1, kind="stable")
    return [found.used[rounds[k]].tolist() for k in order.tolist()]


def achieved(found: Planned, slots: list[list[int]]) -> IntArray:
    """Return how often each edge of the view stands in a period, shape (m,)."""
    edges = [edge for slot in slots for edge in slot]
    return np.bincount(np.array(edges, dtype=np.int64), minlength=found.view.edges)


def _by_share(plan: MatchingPlan, length: int) -> list[list[int]]:
    """Give each matching its number of slots, evenly spread over the period."""
    counts = np.maximum(np.rint(plan.share * length), plan.share > 0).astype(int).tolist()
    turns = [
        (Fraction(2 * turn + 1, 2 * count), number)
        for number, count in enumerate(counts)
        for turn in range(count)
    ]
    edges = np.split(plan.edge, plan.start[1:-1])
    return [edges[number].tolist() for _, number in sorted(turns)]
