"""The path: equal rates need the fewest messages, and multipliers that prove it."""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.gossip_rates.bounds import balance, price_messages
from planner.models.gossip_rates.certificate import MessagesCertificate
from planner.models.gossip_rates.view import View

MOST_NODES = 2_000
"""The proof is checked with the inverse of the whole Laplacian."""


def path_messages(view: View) -> MessagesCertificate:
    """Return the multipliers that prove equal rates of a path with equal costs.

    At equal rates every resistance is the same and the lowest eigenvector is x_i = cos(pi (i + 1/2)
    / n). With theta_e as far as |x_e - x_(e+1)|^2 falls short of its level, all edges are worth the
    same in the bound.
    """
    n = view.nodes
    order = along(view)
    points = np.empty((n, 1))
    points[order, 0] = np.cos(np.pi * (np.arange(n) + 0.5) / n)
    points /= np.linalg.norm(points)
    worth = (points[view.ends[:, 0], 0] - points[view.ends[:, 1], 0]) ** 2
    theta = np.maximum(2 * worth.mean() - worth, 0.0)
    rate = np.full(view.edges, 1 / float(view.cost.sum()))
    terms = price_messages(view, points, theta, rate)
    assert terms is not None, "the multipliers are positive"
    beta = balance(terms[0] / view.cost, terms[1] / view.cost)
    return MessagesCertificate(value=0.0, points=points, theta=theta, reference=rate, beta=beta)


def is_path(view: View) -> bool:
    """Return whether a connected network is a path with equal costs."""
    degree = np.bincount(view.ends.ravel(), minlength=view.nodes)
    return view.edges == view.nodes - 1 and int(degree.max()) <= 2 and bool(np.ptp(view.cost) == 0)


def along(view: View) -> IntArray:
    """Return the nodes in their order along a path, shape (n,)."""
    from scipy import sparse
    from scipy.sparse import csgraph

    degree = np.bincount(view.ends.ravel(), minlength=view.nodes)
    shape = (view.nodes, view.nodes)
    graph = sparse.csr_array((np.ones(view.edges), tuple(view.ends.T)), shape=shape)
    end = int(np.flatnonzero(degree == 1)[0])
    order: IntArray = csgraph.breadth_first_order(graph, end, directed=False)[0]
    return order
