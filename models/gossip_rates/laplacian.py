"""Laplacians of weighted networks: their second eigenvalue and effective resistances."""

from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.clusters import enclosed
from planner.models.gossip_rates.expanders import PROBES, is_wide, lowest_pairs
from planner.models.gossip_rates.selected_inverse import decompose, factorise, selected

DENSE = 600
"""Up to so many nodes all eigenvalues are computed at once."""
DENSE_DEGREE = 6
"""Edges per node above which a large Laplacian is multiplied with rather than factorised."""
RESTARTS = 25
"""Beyond so many the lowest eigenvalues are too close to each other for an iteration."""
SLICE = 4_000_000
"""Entries of a table of edges by nodes that are held at a time."""


def incidence(nodes: int, ends: IntArray) -> Any:
    """Return the sparse matrix whose column e is b_e = e_i - e_j, shape (n, m)."""
    from scipy import sparse

    count = len(ends)
    value = np.concatenate([np.ones(count), -np.ones(count)])
    column = np.concatenate([np.arange(count), np.arange(count)])
    shape = (nodes, count)
    return sparse.csc_array((value, (ends.T.ravel(), column)), shape=shape)


def laplacian(nodes: int, ends: IntArray, rate: FloatArray) -> Any:
    """Return the sparse Laplacian sum of rate_e b_e b_e^T, shape (n, n)."""
    matrix = incidence(nodes, ends)
    return (matrix * rate) @ matrix.T


def dense_laplacian(nodes: int, ends: IntArray, rate: FloatArray) -> FloatArray:
    """Return the Laplacian as an array, shape (n, n)."""
    i, j = ends.T
    place = np.concatenate([i * nodes + j, j * nodes + i])
    found: FloatArray = np.zeros(nodes * nodes)
    found -= np.bincount(place, np.concatenate([rate, rate]), nodes * nodes)
    load = np.bincount(ends.ravel(), np.repeat(rate, 2), nodes)
    found[:: nodes + 1] += load
    result: FloatArray = found.reshape(nodes, nodes)
    return result


def components(nodes: int, ends: IntArray) -> IntArray:
    """Return the number of the connected component of each node, shape (n,)."""
    from scipy import sparse
    from scipy.sparse import csgraph

    ones = np.ones(len(ends))
    graph = sparse.csr_array((ones, (ends[:, 0], ends[:, 1])), shape=(nodes, nodes))
    label: IntArray = csgraph.connected_components(graph, directed=False)[1].astype(np.int64)
    return label


def fiedler(nodes: int, ends: IntArray, rate: FloatArray) -> tuple[float, FloatArray]:
    """Return the second smallest eigenvalue of the Laplacian and its unit eigenvector.

    Zero for rates that leave the network in pieces. Networks above `DENSE` nodes are solved by
    Lanczos iteration, constants projected out: on the inverse of the Laplacian without one node, or
    on a polynomial of the Laplacian itself where factors of it would fill up.
    """
    used = rate > 0
    if components(nodes, ends[used]).max() > 0:
        return 0.0, np.zeros(nodes)
    if nodes <= DENSE:
        from scipy.linalg import eigh

        values, vectors = eigh(dense_laplacian(nodes, ends, rate), subset_by_index=[0, 1])
        return float(values[1]), vectors[:, 1]
    vector = lowest_vectors(nodes, ends, rate, 1, 1e-12)[1][:, 0]
    difference = vector[ends[:, 0]] - vector[ends[:, 1]]
    return float(rate @ difference**2), vector


def lowest_vectors(
    nodes: int, ends: IntArray, rate: FloatArray, count: int, tolerance: float
) -> tuple[FloatArray, FloatArray]:
    """Return the smallest positive eigenvalues, ascending, and unit eigenvectors (n, count).

    The network is connected and large; `tolerance` is relative, and one of the iteration. Only one
    vector comes back where the eigenvalues are too close to each other.
    """
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

    scale = float(rate.max())
    wide = is_wide(nodes, ends[rate > 0])
    if wide or len(ends) > DENSE_DEGREE * nodes:
        probes = PROBES if wide else PROBES[:1]
        matrix = laplacian(nodes, ends, rate / scale).tocsr()
        found = lowest_pairs(matrix, count, tolerance, probes)
        if found is not None:
            return found[0] * scale, found[1]
    start = np.random.default_rng(0).standard_normal(nodes)
    start -= start.mean()
    apply = solver(nodes, ends, rate / scale)
    operator = LinearOperator((nodes, nodes), matvec=apply, dtype=np.float64)
    try:
        values, vectors = eigsh(
            operator, k=count, which="LA", v0=start, tol=tolerance, maxiter=RESTARTS
        )
    except ArpackNoConvergence:
        values, vectors = _crowded(laplacian(nodes, ends, rate / scale), apply(apply(start)))
    order = np.argsort(-values)
    vectors = vectors[:, order] - vectors[:, order].mean(axis=0)
    return scale / values[order], vectors / np.linalg.norm(vectors, axis=0)


def _crowded(matrix: Any, vector: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the largest eigenvalue of the inverse alone, (1,), and its vector (n, 1)."""
    found = enclosed(matrix.tocsc(), vector)
    if found is None:
        raise ArithmeticError("the second eigenvalue cannot be told from its neighbours")
    return 1 / np.array([found[0]]), found[1][:, None]


def solver(nodes: int, ends: IntArray, rate: FloatArray) -> Any:
    """Return a function that applies L^+ to a vector (n,) or to columns (n, k)."""
    # The last node is held at zero; what that adds is a constant, which is projected out.
    factors = decompose(laplacian(nodes, ends, rate).tocsc()[:-1, :-1])

    def apply(right: FloatArray) -> FloatArray:
        right = right - right.mean(axis=0)
        found = np.zeros_like(right)
        found[:-1] = factors.solve(np.ascontiguousarray(right[:-1]))
        result: FloatArray = found - found.mean(axis=0)
        return result

    return apply


def resistances(nodes: int, ends: IntArray, rate: FloatArray) -> FloatArray:
    """Return the effective resistance b_e^T L^+ b_e of every edge, shape (m,).

    Raises `ValueError` for rates that leave the network in pieces.
    """
    if components(nodes, ends[rate > 0]).max() > 0:
        raise ValueError("the network is in pieces")
    i, j = ends.T
    if nodes <= DENSE or (nodes <= 4 * DENSE and len(ends) > DENSE_DEGREE * nodes):
        inverse = pseudo_inverse(nodes, ends, rate)
        found: FloatArray = inverse[i, i] + inverse[j, j] - 2 * inverse[i, j]
        return found
    used, found = rate > 0, np.empty(len(ends))
    near = _on_pattern(nodes, ends[used], rate[used])
    if near is None:
        used = np.zeros(len(ends), dtype=bool)
    else:
        found[used] = near
    if not used.all():
        found[~used] = _by_solving(nodes, ends[~used], solver(nodes, ends, rate))
    return found


def _on_pattern(nodes: int, ends: IntArray, rate: FloatArray) -> FloatArray | None:
    """Return the resistances of edges with a rate, from entries of the inverse alone, (m,)."""
    # The last node is held at zero, and with it the entries of its edges.
    factors = factorise(laplacian(nodes, ends, rate).tocsc()[:-1, :-1])
    if factors is None:
        return None
    inner = (ends < nodes - 1).all(axis=1)
    diagonal, entry = selected(factors, ends[inner, 0], ends[inner, 1])
    diagonal = np.append(diagonal, 0.0)
    found: FloatArray = diagonal[ends].sum(axis=1)
    found[inner] -= 2 * entry
    return found


def _by_solving(nodes: int, ends: IntArray, solve: Any) -> FloatArray:
    """Return b_e^T L^+ b_e of any pairs of nodes, one solve for each, (k,)."""
    (i, j), found = ends.T, np.empty(len(ends))
    for first in range(0, len(ends), 256):
        part = np.arange(first, min(first + 256, len(ends)))
        place = np.arange(len(part))
        columns = np.zeros((nodes, len(part)))
        columns[i[part], place], columns[j[part], place] = 1, -1
        potential = solve(columns)
        found[part] = potential[i[part], place] - potential[j[part], place]
    return found


def pseudo_inverse(nodes: int, ends: IntArray, rate: FloatArray) -> FloatArray:
    """Return L^+ as an array, shape (n, n); the network is connected."""
    from scipy.linalg import cho_factor, cho_solve

    # The constant vector gets the mean rate as its eigenvalue, so that nothing is badly scaled.
    scale = float(rate.mean())
    matrix = dense_laplacian(nodes, ends, rate) + scale / nodes
    inverse: FloatArray = cho_solve(cho_factor(matrix), np.eye(nodes))
    inverse -= 1 / (scale * nodes)
    return inverse


def gather(matrix: FloatArray, ends: IntArray) -> FloatArray:
    """Return b_e^T A b_k for all pairs of edges, shape (m, m)."""
    i, j = ends.T
    rows = matrix[i] - matrix[j]
    table: FloatArray = rows[:, i] - rows[:, j]
    return table


def coupling(
    matrix: FloatArray, ends: IntArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return sum_e w_e (b_e^T A b_k)^2, rounded upwards, and b_k^T A b_k of every edge k, (m,).

    The sum is x^T L(w) x with x = A b_k, so that no table of all pairs of edges is needed.
    """
    i, j = ends.T
    own: FloatArray = matrix[i, i] + matrix[j, j] - 2 * matrix[i, j]
    middle, total = dense_laplacian(len(matrix), ends, weights), np.empty(len(ends))
    error = 4 * len(matrix) * np.finfo(np.float64).eps * float(middle.diagonal().max())
    size = max(1, SLICE // len(matrix))
    for first in range(0, len(ends), size):
        part = slice(first, first + size)
        rows = matrix[i[part]] - matrix[j[part]]
        total[part] = np.einsum("ek,ek->e", rows @ middle, rows) + error * (rows * rows).max(axis=1)
    return total, own
