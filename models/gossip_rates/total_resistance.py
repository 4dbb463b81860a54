"""The resistances of all pairs together, and their slopes, without the whole inverse if possible.

A tree has both in closed form. Of other networks the trace needs the diagonal of the inverse alone,
and the slopes one solve for each node, some nodes at a time.
"""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.expanders import is_wide
from planner.models.gossip_rates.laplacian import DENSE, laplacian, pseudo_inverse, solver
from planner.models.gossip_rates.selected_inverse import factorise, selected

SLOPES_DENSE = 2_000
"""Nodes up to which the slopes come from the whole inverse."""
BLOCK = 4_000_000
"""Entries of columns that are solved for at a time."""


def inverse_trace(nodes: int, ends: IntArray, rate: FloatArray) -> float:
    """Return tr L^+ of rates that join the network, the total resistance over n.

    With one node held at zero and Z the inverse of what is left, it is tr Z - 1^T Z 1 / n.
    """
    ends, rate = ends[rate > 0], rate[rate > 0]
    if len(ends) == nodes - 1:
        return float((_pairs(nodes, ends) / rate).sum()) / nodes
    if nodes > DENSE:
        scale = float(rate.mean())
        factors = factorise(laplacian(nodes, ends, rate / scale).tocsc()[:-1, :-1])
        if factors is not None:
            none = np.zeros(0, dtype=np.int64)
            diagonal, _ = selected(factors, none, none)
            away = float((factors.solve(np.ones(nodes - 1))).sum())
            return (float(diagonal.sum()) - away / nodes) / scale
    return inverse_slopes(nodes, ends, rate)[0]


def inverse_slopes(nodes: int, ends: IntArray, rate: FloatArray) -> tuple[float, FloatArray]:
    """Return tr L^+ and |L^+ b_k|^2 of every edge, (m,), how fast the trace falls with its rate.

    All rates are positive, and they join the network.
    """
    if len(ends) == nodes - 1:
        # A current between the ends of an edge lifts one side of it above the other.
        pairs = _pairs(nodes, ends)
        return float((pairs / rate).sum()) / nodes, pairs / nodes / rate**2
    if nodes <= SLOPES_DENSE or (nodes <= 4 * SLOPES_DENSE and is_wide(nodes, ends)):
        inverse = pseudo_inverse(nodes, ends, rate)
        return float(np.trace(inverse)), _squares(inverse.T, ends)
    solve, trace, square = solver(nodes, ends, rate), 0.0, np.zeros(len(ends))
    size = max(1, BLOCK // nodes)
    for first in range(0, nodes, size):
        node = np.arange(first, min(first + size, nodes))
        unit = np.zeros((nodes, len(node)))
        unit[node, node - first] = 1.0
        column = solve(unit)
        trace += float(column[node, node - first].sum())
        square += _squares(column.T, ends)
    return trace, square


def _squares(rows: FloatArray, ends: IntArray) -> FloatArray:
    """Return the sum over rows of the squared difference between the ends of each edge, (m,)."""
    total = np.zeros(len(ends))
    for row in rows:
        difference = row[ends[:, 0]] - row[ends[:, 1]]
        total += difference * difference
    return total


def _pairs(nodes: int, ends: IntArray) -> FloatArray:
    """Return how many pairs of nodes each edge of a tree lies between, shape (m,)."""
    from scipy import sparse
    from scipy.sparse import csgraph

    i, j = ends.T
    graph = sparse.csr_array((np.ones(len(ends)), (i, j)), shape=(nodes, nodes))
    order, parent = csgraph.breadth_first_order(graph, 0, directed=False)
    up: list[int] = parent.tolist()
    count = [1.0] * nodes
    for node in order[:0:-1].tolist():
        count[up[node]] += count[node]
    side = np.array(count)[np.where(parent[j] == i, j, i)]
    found: FloatArray = side * (nodes - side)
    return found
