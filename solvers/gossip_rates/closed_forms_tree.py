"""Trees: the fastest mixing and the least total resistance in closed form."""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.view import View


@dataclass(frozen=True, slots=True)
class Rooted:
    """A tree hung up at a node: each node knows its parent and the edge to it."""

    order: IntArray
    """Nodes, parents before children; the root first."""
    parent: IntArray
    edge: IntArray
    """Edge to the parent, shape (n,); -1 at the root."""

    def sums(self, values: FloatArray) -> FloatArray:
        """Return the sum of values over the subtree below each node, itself included."""
        total: list[float] = values.tolist()
        parent: list[int] = self.parent.tolist()
        for node in self.order[:0:-1].tolist():
            total[parent[node]] += total[node]
        return np.array(total)


def rooted(view: View, root: int) -> Rooted:
    """Return the tree hung up at a node."""
    from scipy import sparse
    from scipy.sparse import csgraph

    i, j = view.ends.T
    shape = (view.nodes, view.nodes)
    graph = sparse.csr_array((np.ones(view.edges), (i, j)), shape=shape)
    order, parent = csgraph.breadth_first_order(graph, root, directed=False)
    edge = np.full(view.nodes, -1, dtype=np.int64)
    below = np.where(parent[j] == i, j, i)
    edge[below] = np.arange(view.edges)
    return Rooted(order.astype(np.int64), parent.astype(np.int64), edge)


def tree_mixing(view: View) -> tuple[FloatArray, FloatArray]:
    """Return the best rates, up to scale, and the points that prove them, shapes (m,), (n, 2).

    With edges of length sqrt(c_e), the optimum is 1 / min over all places s on the tree of the sum
    of squared distances to s (Fiedler 1990). Every branch at the best s becomes a ray; the rays are
    turned so that the points balance, and L(w) X = mu X then gives the rates edge by edge.
    """
    tree, length = rooted(view, 0), np.sqrt(view.cost)
    node, beyond, along = _balance(view, tree, length)
    hung = rooted(view, node)
    distance, branch = _distances(view, hung, length, along, beyond)
    moment = np.bincount(branch, distance)
    turn = _directions(moment.astype(np.float64))
    points = distance[:, None] * turn[branch]
    carried = hung.sums(distance)
    below = np.empty(view.edges, dtype=np.int64)
    below[hung.edge[hung.order[1:]]] = hung.order[1:]
    rate: FloatArray = carried[below] / length
    return rate, points


def _balance(view: View, tree: Rooted, length: FloatArray) -> tuple[int, int, float]:
    """Return where the squared distances are least: a node, the next one, the way towards it.

    The sum of distances in the heaviest branch outweighs all others until the balance is reached.
    """
    step = np.where(tree.edge >= 0, length[tree.edge], 0.0)
    count = tree.sums(np.ones(view.nodes))
    # Distances below a node, summed as seen from its parent.
    deep = tree.sums(count * step)
    children = np.argsort(tree.parent[tree.order[1:]], kind="stable")
    child = tree.order[1:][children]
    first = np.searchsorted(tree.parent[child], np.arange(view.nodes + 1))
    node, above = int(tree.order[0]), 0.0
    while True:
        below = child[first[node] : first[node + 1]]
        total = above + float(deep[below].sum())
        heavy = int(below[deep[below].argmax()]) if len(below) else -1
        if heavy < 0 or 2 * deep[heavy] <= total:
            return node, node, 0.0
        way = (2 * float(deep[heavy]) - total) / view.nodes
        if way < step[heavy]:
            return node, heavy, way
        above = total - float(deep[heavy]) + float(step[heavy]) * (view.nodes - float(count[heavy]))
        node = heavy


def _distances(
    view: View, hung: Rooted, length: FloatArray, along: float, beyond: int
) -> tuple[FloatArray, IntArray]:
    """Return the distance of every node from the balance, and the branch that it is in."""
    distance, branch = [0.0] * view.nodes, [0] * view.nodes
    root, parent, edge = int(hung.order[0]), hung.parent.tolist(), hung.edge.tolist()
    inside = along > 0
    distance[root] = along
    for place, node in enumerate(hung.order[1:].tolist()):
        above, step = parent[node], float(length[edge[node]])
        if inside:
            # The balance is between the root and `beyond`: two branches.
            across = node == beyond and above == root
            distance[node] = step - along if across else distance[above] + step
            branch[node] = 1 if across else branch[above]
        else:
            distance[node] = distance[above] + step
            branch[node] = place if above == root else branch[above]
    return np.array(distance), np.array(branch, dtype=np.int64)


def _directions(moment: FloatArray) -> FloatArray:
    """Return unit vectors, shape (branches, 2), with sum of moment times vector zero.

    Three groups, none above half of the whole, form the sides of a triangle.
    """
    if len(moment) <= 2:
        return np.array([[1.0, 0.0], [-1.0, 0.0]])[: len(moment)]
    group, sides = np.zeros(len(moment), dtype=np.int64), np.zeros(3)
    for branch in np.argsort(-moment).tolist():
        group[branch] = int(sides.argmin())
        sides[group[branch]] += float(moment[branch])
    a, b, c = sides.tolist()
    if c == 0 or a >= b + c or b >= a + c or c >= a + b:
        # Two equal halves; whatever rounding leaves is paid for by centring the points.
        return np.array([[1.0, 0.0], [-1.0, 0.0], [-1.0, 0.0]])[
            np.where(group == int(sides.argmax()), 0, 1)
        ]
    cosine = (c * c - a * a - b * b) / (2 * a * b)
    second = np.array([cosine, np.sqrt(max(0.0, 1 - cosine * cosine))])
    third = -(a * np.array([1.0, 0.0]) + b * second) / c
    return np.array([[1.0, 0.0], second, third])[group]


def tree_resistance(view: View) -> FloatArray:
    """Return the rates of least total resistance, up to scale, shape (m,).

    An edge with k nodes on one side stands between k (n - k) pairs (Ghosh, Boyd, Saberi 2008).
    """
    tree = rooted(view, 0)
    count = tree.sums(np.ones(view.nodes))
    below = np.empty(view.edges, dtype=np.int64)
    below[tree.edge[tree.order[1:]]] = tree.order[1:]
    side = count[below]
    rate: FloatArray = np.sqrt(side * (view.nodes - side) / view.cost)
    return rate
