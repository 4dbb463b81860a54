"""Which flows to cut: the fewest that leave every leaf with no more than its links take whole."""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.solvers.flow_splitting.edges.equitable import Multigraph
from planner.solvers.flow_splitting.edges.euler import halve
from planner.solvers.flow_splitting.edges.portion import take_share


def take_remainder(graph: Multigraph, degree: int, part: int) -> IntArray:
    """Return how many edges of each entry to take, at most `part` at any vertex.

    `degree` is at least the highest degree of the graph; what is left has at most `degree - part`
    edges at any vertex. Edges that no vertex needs to lose are left. In a regular graph exactly
    `part` edges are taken at every vertex, which is the least possible.
    """
    taken = np.zeros(len(graph), dtype=np.int64)
    count, size, wanted = graph.count, degree, part
    while 0 < wanted < size:
        # Cut the edges in two shares of known degree; at most one of them is cut further.
        share = size // 2 if size % 2 == 0 else 1 << (size.bit_length() - 1)
        chosen = _share(graph, count, size, share)
        if wanted >= share:
            taken += chosen
            count, size, wanted = count - chosen, size - share, wanted - share
        else:
            count, size = chosen, share
    if wanted:
        taken += count
    return _give_back(graph, taken, degree - part)


def _share(graph: Multigraph, count: IntArray, size: int, share: int) -> IntArray:
    """Return edges with at most `share` at any vertex and at most `size - share` left."""
    chosen = np.zeros(len(count), dtype=np.int64)
    used = np.flatnonzero(count)
    if not len(used):
        return chosen
    left, right, edges = graph.left[used], graph.right[used], count[used]
    if 2 * share != size:
        chosen[used] = take_share(left, right, edges, size, share)
        return chosen
    odd = np.flatnonzero(edges % 2)
    half = halve(left[odd], right[odd])
    chosen[used] = edges // 2
    chosen[used[odd[half]]] += 1
    return chosen


def _give_back(graph: Multigraph, taken: IntArray, most: int) -> IntArray:
    """Return `taken` without edges whose two ends both keep at most `most` edges without them."""
    taken = taken.copy()
    spare = [
        most - np.bincount(end, graph.count - taken).astype(np.int64)
        for end in (graph.left, graph.right)
    ]
    while True:
        loose = np.flatnonzero(
            (taken > 0) & (spare[0][graph.left] > 0) & (spare[1][graph.right] > 0)
        )
        if not len(loose):
            return taken
        # One entry per vertex and round, so that no vertex gets back more than it may.
        loose = loose[np.unique(graph.left[loose], return_index=True)[1]]
        loose = loose[np.unique(graph.right[loose], return_index=True)[1]]
        left, right = graph.left[loose], graph.right[loose]
        back = np.minimum(taken[loose], np.minimum(spare[0][left], spare[1][right]))
        taken[loose] -= back
        spare[0][left] -= back
        spare[1][right] -= back
