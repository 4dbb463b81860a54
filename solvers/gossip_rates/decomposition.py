"""Rates as rounds of matchings, by column generation with maximum-weight matchings."""

from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.plan import MatchingPlan
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Budget, Run
from planner.solvers.engines.highs import solve_lp

MOST_ROUNDS = 2_000
CLOSE = 1e-9
"""How much longer than its share a round may last before another matching is sought."""

MOST_ENTRIES = 60_000
"""Entries of a table of edges by matchings up to which it is solved with all matchings known."""
FIRM = 1e4
"""Weight of what must not be missed."""


def rounds(view: View, used: FloatArray, run: Run) -> MatchingPlan:
    """Return matchings whose shares come to `used`, the exchanges per round of each edge.

    The least total share is the fractional chromatic index of `used`, which rounding, or odd sets
    that are not known, may leave above 1.
    """
    place = np.flatnonzero(used > 0)
    # Single edges make sure that there is a solution.
    colours = [*(np.array([edge]) for edge in place.tolist()), *_greedy(view, place, used)]
    share = np.zeros(0)
    for _ in range(MOST_ROUNDS):
        share, price = _shares(colours, place, used[place], run)
        weight = np.zeros(view.edges)
        weight[place] = price
        best = heaviest(view, weight)
        if weight[best].sum() <= 1 + CLOSE or run.stopping() is not None:
            break
        colours.append(best)
    least = (view.least * view.duration)[place]
    share = _polished(colours, share, place, used[place], least)
    # Rounding must not leave an edge short: the colours begin with the single edges.
    short = least - _table(colours, place) @ share
    share[: len(place)] += np.maximum(short, 0.0)
    kept = np.flatnonzero(share > 0).tolist()
    chosen = [colours[k] for k in kept]
    edge, start = np.concatenate(chosen), np.cumsum([0, *map(len, chosen)])
    return MatchingPlan(share=share[kept], start=start, edge=edge)


def blended(plan: MatchingPlan, other: MatchingPlan, part: float) -> MatchingPlan:
    """Return `part` of the other plan and the rest of the first one."""
    return MatchingPlan(
        share=np.concatenate([(1 - part) * plan.share, part * other.share]),
        start=np.concatenate([plan.start, plan.start[-1] + other.start[1:]]),
        edge=np.concatenate([plan.edge, other.edge]),
    )


def _polished(
    colours: list[IntArray],
    share: FloatArray,
    place: IntArray,
    used: FloatArray,
    least: FloatArray,
) -> FloatArray:
    """Return the shares as exactly as equations can be solved, none below zero.

    The linear programme keeps its equations to some 1e-9. What its shares miss goes to matchings of
    any kind (Lawson and Hanson 1974, non-negative least squares). The total and what edges do at
    least matter most, so that what is left over goes to other edges.
    """
    from scipy.optimize import nnls

    kept = np.arange(len(colours))
    if len(kept) * len(place) > MOST_ENTRIES:
        kept = np.flatnonzero(share > 0)
    table = _table([colours[k] for k in kept.tolist()], place).toarray()
    table = np.vstack([table, np.ones(len(kept))])
    weight = np.append(np.where(used <= least * (1 + 1e-6), FIRM, 1.0), FIRM)
    table = table * weight[:, None]
    wanted = np.append(used, min(1.0, float(share.sum()))) * weight
    found = np.zeros(len(colours))
    if table.size > MOST_ENTRIES:
        step = np.linalg.lstsq(table, wanted - table @ share[kept], rcond=None)[0]
        found[kept] = np.maximum(share[kept] + step, 0.0)
        return found
    try:
        found[kept] = nnls(table, wanted)[0]
    except RuntimeError:
        # Too many rounds: the programme's own shares are as good as it gets.
        return share
    return found


def heaviest(view: View, weight: FloatArray) -> IntArray:
    """Return the edges of a matching of the largest weight."""
    import networkx as nx

    graph, number = nx.Graph(), {}
    for edge in np.flatnonzero(weight > 0).tolist():
        i, j = view.ends[edge].tolist()
        graph.add_edge(i, j, weight=float(weight[edge]))
        number[i, j] = edge
    pairs = nx.max_weight_matching(graph)
    return np.array(sorted(number[min(pair), max(pair)] for pair in pairs), dtype=np.int64)


def _greedy(view: View, place: IntArray, used: FloatArray) -> list[IntArray]:
    """Return matchings that together cover every edge, busiest edges first."""
    left: list[int] = place[np.argsort(-used[place], kind="stable")].tolist()
    found = []
    while left:
        busy: set[int] = set()
        chosen: list[int] = []
        rest: list[int] = []
        for edge in left:
            ends = set(view.ends[edge].tolist())
            if busy & ends:
                rest.append(edge)
            else:
                chosen.append(edge)
                busy |= ends
        found.append(np.array(sorted(chosen), dtype=np.int64))
        left = rest
    return found


def _shares(
    colours: list[IntArray], place: IntArray, used: FloatArray, run: Run
) -> tuple[FloatArray, FloatArray]:
    """Return the least shares of known matchings that make up the rates, and each edge's price."""
    count, table = len(colours), _table(colours, place)
    limits = (np.zeros(count), np.full(count, np.inf))
    quiet = Run(Budget(time_limit=run.remaining()))
    found = solve_lp(np.ones(count), table, used, used, *limits, run=quiet)
    if found.values is None or found.duals is None:
        # Single edges, one after the other, always make up the rates.
        single = np.zeros(count)
        single[: len(place)] = used
        return single, np.zeros(len(place))
    return np.maximum(found.values, 0.0), found.duals


def _table(colours: list[IntArray], place: IntArray) -> Any:
    """Return which edge (row) is in which matching (column), a sparse matrix of zeros and ones."""
    from scipy import sparse

    row = np.searchsorted(place, np.concatenate(colours))
    column = np.repeat(np.arange(len(colours)), [len(colour) for colour in colours])
    shape = (len(place), len(colours))
    return sparse.csc_array((np.ones(len(row)), (row, column)), shape=shape)
