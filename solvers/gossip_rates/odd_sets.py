"""Odd sets of nodes in which more exchanges are planned than can run at once.

In a round, a set of 2k + 1 nodes has at most k simultaneous exchanges. With the node limits these
are all the limits there are (Edmonds 1965). The set that is exceeded most is a minimum odd cut of a
network in which each node's free time goes to one more node (Padberg, Rao 1982), and all odd cuts
that matter stand in its Gomory-Hu tree.
"""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.view import View

EXCESS = 1e-10
"""Least excess, in exchanges per round, at which a set counts as violated."""


def violated_sets(view: View, used: FloatArray) -> list[IntArray]:
    """Return odd sets exceeded by `used`, the exchanges per round of each edge, worst first."""
    import networkx as nx

    load = np.bincount(view.ends.ravel(), np.repeat(used, 2), view.nodes)
    graph = nx.Graph()
    graph.add_nodes_from(range(view.nodes + 1))
    for (i, j), amount in zip(view.ends.tolist(), used.tolist(), strict=True):
        if amount > 0:
            graph.add_edge(i, j, capacity=amount)
    rest = view.nodes
    for node, amount in enumerate((1 - load).tolist()):
        if amount > 0:
            graph.add_edge(node, rest, capacity=amount)
    tree = nx.gomory_hu_tree(graph)
    found = []
    for i, j in list(tree.edges):
        tree.remove_edge(i, j)
        side = nx.node_connected_component(tree, i)
        tree.add_edge(i, j)
        nodes = np.array(sorted(set(range(view.nodes + 1)) - side if rest in side else side))
        if len(nodes) % 2 == 0 or len(nodes) < 3:
            continue
        inside = np.isin(view.ends, nodes).all(axis=1)
        excess = float(used[inside].sum()) - (len(nodes) - 1) / 2
        if excess > EXCESS:
            found.append((excess, nodes))
    found.sort(key=lambda pair: -pair[0])
    return [nodes for _, nodes in found]
