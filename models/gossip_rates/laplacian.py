"""Laplacians of weighted networks: their second eigenvalue and effective resistances."""

from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray

DENSE = 600
"""Up to so many nodes all eigenvalues are computed at once."""


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
    found = np.zeros((nodes, nodes))
    np.add.at(found, (i, i), rate)
    np.add.at(found, (j, j), rate)
    np.add.at(found, (i, j), -rate)
    np.add.at(found, (j, i), -rate)
    return found


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
    Lanczos iteration on the inverse of the Laplacian without one node, constants projected out.
    """
    used = rate > 0
    if components(nodes, ends[used]).max() > 0:
        return 0.0, np.zeros(nodes)
    if nodes <= DENSE:
        from scipy.linalg import eigh

        values, vectors = eigh(dense_laplacian(nodes, ends, rate), subset_by_index=[0, 1])
        return float(values[1]), vectors[:, 1]
    return _lanczos(nodes, ends, rate)


def _lanczos(nodes: int, ends: IntArray, rate: FloatArray) -> tuple[float, FloatArray]:
    from scipy.sparse.linalg import LinearOperator, eigsh

    scale = float(rate.max())
    solve = solver(nodes, ends, rate / scale)
    start = np.random.default_rng(0).standard_normal(nodes)
    operator = LinearOperator((nodes, nodes), matvec=solve, dtype=np.float64)
    _, vectors = eigsh(operator, k=1, which="LA", v0=start - start.mean(), tol=1e-12)
    vector = vectors[:, 0] - vectors[:, 0].mean()
    vector /= np.linalg.norm(vector)
    difference = vector[ends[:, 0]] - vector[ends[:, 1]]
    return float(rate @ difference**2), vector


def solver(nodes: int, ends: IntArray, rate: FloatArray) -> Any:
    """Return a function that applies L^+ to a vector (n,) or to columns (n, k)."""
    from scipy.sparse.linalg import splu

    # The last node is held at zero; what that adds is a constant, which is projected out.
    grounded = laplacian(nodes, ends, rate).tocsc()[:-1, :-1]
    factors = splu(grounded, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})

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
    if nodes <= 4 * DENSE:
        inverse = pseudo_inverse(nodes, ends, rate)
        found: FloatArray = inverse[i, i] + inverse[j, j] - 2 * inverse[i, j]
        return found
    solve, found = solver(nodes, ends, rate), np.empty(len(ends))
    for first in range(0, len(ends), 256):
        part = np.arange(first, min(first + 256, len(ends)))
        columns = np.zeros((nodes, len(part)))
        columns[i[part], np.arange(len(part))] = 1
        columns[j[part], np.arange(len(part))] = -1
        potential = solve(columns)
        place = np.arange(len(part))
        found[part] = potential[i[part], place] - potential[j[part], place]
    return found


def pseudo_inverse(nodes: int, ends: IntArray, rate: FloatArray) -> FloatArray:
    """Return L^+ as an array, shape (n, n); the network is connected."""
    from scipy.linalg import cho_factor, cho_solve

    # The constant vector gets the mean rate as its eigenvalue, so that nothing is badly scaled.
    scale = float(rate.mean())
    matrix = dense_laplacian(nodes, ends, rate) + scale / nodes
    inverse: FloatArray = cho_solve(cho_factor(matrix), np.eye(nodes))
    return inverse - 1 / (scale * nodes)


def gather(matrix: FloatArray, ends: IntArray) -> FloatArray:
    """Return b_e^T A b_k for all pairs of edges, shape (m, m)."""
    i, j = ends.T
    rows = matrix[i] - matrix[j]
    return rows[:, i] - rows[:, j]
