"""Rates as rounds of matchings, by column generation with maximum-weight matchings."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.plan import MatchingPlan
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Budget, Run
from planner.solvers.engines.highs import solve_lp

MOST_ROUNDS = 2_000
CLOSE = 1e-9
"""How much longer than its share a round may last before another matching is sought."""


def rounds(view: View, used: FloatArray, run: Run) -> MatchingPlan:
    """Return matchings whose shares come to `used`, the exchanges per round of each edge.

    The least total share is the fractional chromatic index of `used`; where it is above 1, all
    shares are scaled down by it.
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
    share = _polished(colours, share, place, used[place])
    kept = np.flatnonzero(share > 0).tolist()
    chosen = [colours[k] for k in kept]
    edge, start = np.concatenate(chosen), np.cumsum([0, *map(len, chosen)])
    return MatchingPlan(
        share=share[kept] / max(1.0, float(share[kept].sum())), start=start, edge=edge
    )


def _polished(
    colours: list[IntArray], share: FloatArray, place: IntArray, used: FloatArray
) -> FloatArray:
    """Return the shares of the matchings in use as exactly as equations can be solved."""
    kept = np.flatnonzero(share > 0)
    table = np.zeros((len(place), len(kept)))
    for column, k in enumerate(kept.tolist()):
        table[np.searchsorted(place, colours[k]), column] = 1.0
    step = np.linalg.lstsq(table, used - table @ share[kept], rcond=None)[0]
    found = share.copy()
    found[kept] = np.maximum(share[kept] + step, 0.0)
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
    from scipy import sparse

    sizes, count = [len(colour) for colour in colours], len(colours)
    row = np.searchsorted(place, np.concatenate(colours))
    column = np.repeat(np.arange(count), sizes)
    table = sparse.csc_array((np.ones(len(row)), (row, column)), shape=(len(place), count))
    limits = (np.zeros(count), np.full(count, np.inf))
    quiet = Run(Budget(time_limit=run.remaining()))
    found = solve_lp(np.ones(count), table, used, used, *limits, run=quiet)
    if found.values is None or found.duals is None:
        # Single edges, one after the other, always make up the rates.
        single = np.zeros(count)
        single[: len(place)] = used
        return single, np.zeros(len(place))
    return np.maximum(found.values, 0.0), found.duals
