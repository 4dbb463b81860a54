"""How many parts a plan needs at least if it is to be as fast as asked.

Draw the parts of the flows of one leaf as edges between flows and links. A connected piece with f
flows and l links has at least f + l - 1 edges, so n flows on s links have at least n + s - K parts
if there are at most K pieces (a link without parts is a piece). For flows of one size w every
piece of links with rates c must carry its flows whole: sum over pieces of floor(T sum(c) / w) >= n.
The largest such K is found by dynamic programming; at perfect balance of equal links it is
gcd(n, s). Flows of different sizes are counted: as many are split as do not fit whole.
"""

import itertools
import math

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.proofs.counting import SLACK as ROUNDING
from planner.models.flow_splitting.proofs.counting import fits
from planner.models.flow_splitting.proofs.degree import degree_bound
from planner.models.flow_splitting.proofs.groups import Group, end_groups, group_of
from planner.models.flow_splitting.traffic import Step
from planner.models.flow_splitting.view import View

SLACK = 1e-9
"""Relative excess over the asked time that a plan may have and still be meant."""
FOREVER = 1e80
"""A time in which any workload is done; longer ones are taken as this, so nothing overflows."""
STATES = 600
"""Sets of links, told apart by rate only, up to which pieces are counted exactly."""
COUNTED_EXACTLY = 64
"""Different leaves of a step for which pieces are counted exactly; the others are only counted."""


def parts_bound(view: View, at: float) -> int:
    """Return the least number of parts of any plan with an objective of at most `at`.

    Counts every flow of every distinct step once, those that stay below their leaf included. Each
    step may take as long as `at` leaves when the other steps take no longer than their degree
    bounds.
    """
    flows = sum(len(step.traffic) for step in view.steps)
    if view.splitting == "whole":
        return flows
    least = [degree_bound(view, step) for step in view.steps]
    total = math.fsum(step.repeat * time for step, time in zip(view.steps, least, strict=True))
    spare = max(0.0, min(at, FOREVER) * (1 + SLACK) - total)
    return flows + sum(
        _extra_parts(view, step, time * (1 + SLACK) + spare / step.repeat)
        for step, time in zip(view.steps, least, strict=True)
    )


def _extra_parts(view: View, step: Step, time: float) -> int:
    """Return how many parts a step needs beyond one per flow: at its sources or its targets."""
    known: dict[tuple[int, bytes, bytes], int] = {}
    sides = []
    for side in ("out", "in"):
        extra = 0
        for group in end_groups(view, step.traffic, side):
            if (key := group.key) not in known:
                known[key] = group_extra(group, time, exact=len(known) < COUNTED_EXACTLY)
            extra += known[key]
        sides.append(extra)
    return max(sides)


def group_extra(group: Group, time: float, *, exact: bool = True) -> int:
    """Return how many parts beyond one per flow the flows of a group need to finish in `time`."""
    if not len(group.rates) or fits(group, time):
        return 0
    if not group.is_equal:
        return group.count - _most_whole(group, time)
    rates, links = np.unique(group.rates, return_counts=True)
    room = time * rates / group.sizes[0]
    if exact and np.prod(links + 1) <= STATES:
        return int(links.sum()) - _most_pieces(room, links, group.count)
    return group.count - int((np.floor(room * (1 + ROUNDING)) * links).sum())


def _most_whole(group: Group, time: float) -> int:
    """Return how many flows can stay whole at most: the smallest ones, as many as fit."""
    low, high = 0, group.count - 1
    while low < high:
        middle = (low + high + 1) // 2
        smallest = group.sizes[group.count - middle :]
        low, high = (
            (middle, high) if fits(group_of(smallest, group.rates), time) else (low, middle - 1)
        )
    return low


def _most_pieces(room: FloatArray, links: IntArray, flows: int) -> int:
    """Return the most pieces that all links can be put into, with every piece's flows whole.

    `room` says how many flows fit on a link, `links` how many links there are, both by rate.
    """
    axes = [np.arange(count + 1) for count in links]
    used = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    whole = np.floor((used @ room) * (1 + ROUNDING))
    whole.flat[0] = -np.inf
    best = whole
    for pieces in range(1, int(links.sum())):
        more = np.full(best.shape, -np.inf)
        for piece in itertools.product(*axes):
            rest = tuple(
                slice(None, count + 1 - taken) for taken, count in zip(piece, links, strict=True)
            )
            with_piece = tuple(slice(taken, None) for taken in piece)
            more[with_piece] = np.maximum(more[with_piece], best[rest] + whole[piece])
        if more.flat[-1] < flows:
            return pieces
        best = more
    return int(links.sum())
