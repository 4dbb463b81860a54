"""Odd sets of nodes in which more exchanges are planned than can run at once.

In a round, a set of 2k + 1 nodes has at most k simultaneous exchanges. With the node limits these
are all the limits there are (Edmonds 1965). The set that is exceeded most is a minimum odd cut of a
network in which each node's free time goes to one more node (Padberg, Rao 1982), and all odd cuts
that matter stand in its Gomory-Hu tree.
"""

from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.view import View

EXCESS = 1e-10
"""Least excess, in exchanges per round, at which a set counts as violated."""
UNIT = 2**40
"""Units of capacity per exchange. Flows of whole units are exact; residual capacities that only
rounding leaves would put nodes on the wrong side of a cut."""


def violated_sets(view: View, used: FloatArray) -> list[IntArray]:
    """Return odd sets exceeded by `used`, the exchanges per round of each edge, worst first."""
    found = []
    for nodes in _sides(view, used):
        if len(nodes) % 2 == 0 or len(nodes) < 3:
            continue
        # Counted from the rates themselves: the tree only says which sets to look at.
        inside = np.isin(view.ends, nodes).all(axis=1)
        excess = float(used[inside].sum()) - (len(nodes) - 1) / 2
        if excess > EXCESS:
            found.append((excess, nodes))
    found.sort(key=lambda pair: -pair[0])
    return [nodes for _, nodes in found]


def _sides(view: View, used: FloatArray) -> list[IntArray]:
    """Return for each edge of the Gomory-Hu tree the side without the extra node."""
    import networkx as nx

    graph = _capacities(view, used)
    tree, rest = nx.gomory_hu_tree(graph), view.nodes
    sides = []
    for i, j in list(tree.edges):
        tree.remove_edge(i, j)
        side = nx.node_connected_component(tree, i)
        tree.add_edge(i, j)
        sides.append(np.array(sorted(set(range(view.nodes + 1)) - side if rest in side else side)))
    return sides


def _capacities(view: View, used: FloatArray) -> Any:
    """Return the network of the cuts in whole units, the extra node last."""
    import networkx as nx

    graph, rest = nx.Graph(), view.nodes
    graph.add_nodes_from(range(view.nodes + 1))
    units = np.rint(used * UNIT).astype(np.int64)
    load = np.bincount(view.ends.ravel(), np.repeat(used, 2), view.nodes)
    for (i, j), amount in zip(view.ends.tolist(), units.tolist(), strict=True):
        if amount > 0:
            graph.add_edge(i, j, capacity=amount)
    for node, amount in enumerate(np.rint((1 - load) * UNIT).astype(np.int64).tolist()):
        if amount > 0:
            graph.add_edge(node, rest, capacity=amount)
    return graph
