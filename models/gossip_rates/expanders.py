"""Lowest eigenvalues of networks that no small set of nodes divides, by multiplication alone.

Factors of such Laplacians fill up, be the edges as few as they may. But these networks mix fast, so
that a polynomial which is large on the lowest eigenvalues alone leaves few steps to an iteration
(Chebyshev filters; Zhou, Saad 2007).
"""

from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray

SMALL = 5_000
"""Nodes up to which factors are quick, whatever the network."""
WIDE = 6.0
"""Nodes at one distance, in units of sqrt(n), beyond which factors fill up."""
WIDEST = 20_000
"""Nodes beyond which factors that fill up take minutes and gigabytes."""
TREELIKE = 1.2
"""Edges per node up to which hardly anything fills up."""
PROBES = (36, 144, 576)
"""Multiplications to find where the filter ends, each tried where the one before was too few."""
LEAST, HEIGHT = 4, 3.0
"""Degree of the shortest filter; the logarithm of how much a filter lifts the lowest eigenvalue."""
ABOVE = 1.5
"""How far above the lowest eigenvalue, at least, the filter ends."""
ROUNDING = 1e-10
"""Relative error of a filter; an iteration cannot ask for less."""
ROOM = 60
"""Vectors that an iteration holds, more than the eigenvalues it looks for."""
RESTARTS = 12
"""Beyond so many a sharper filter is quicker."""


def is_wide(nodes: int, ends: IntArray) -> bool:
    """Return whether factors of the Laplacian are likely to take too long or too much room."""
    from scipy import sparse
    from scipy.sparse import csgraph

    if nodes <= SMALL or len(ends) <= TREELIKE * nodes:
        return False
    degree = np.bincount(ends.ravel(), minlength=nodes)
    # Nodes beside a hub are close to each other, and yet it alone divides them.
    if degree.max() > WIDE * np.sqrt(nodes):
        return False
    graph = sparse.csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(nodes, nodes))
    distance = csgraph.dijkstra(graph, directed=False, indices=0, unweighted=True)
    count = np.bincount(distance[np.isfinite(distance)].astype(np.int64))
    return bool(count.max() > WIDE * np.sqrt(nodes))


def is_too_wide(nodes: int, ends: IntArray) -> bool:
    """Return whether factors of the Laplacian are out of the question."""
    return nodes > WIDEST and is_wide(nodes, ends)


def lowest_pairs(
    matrix: Any, count: int, tolerance: float, probes: tuple[int, ...] = PROBES
) -> tuple[FloatArray, FloatArray] | None:
    """Return the smallest positive eigenvalues, ascending, and their vectors (n, count).

    `matrix` is the sparse Laplacian of a connected network. Its constant vector is left out; `None`
    where no filter is sharp enough for the iteration to converge.
    """
    for probe in probes:
        found = _filtered(matrix, count, tolerance, probe)
        if found is not None:
            return found
    return None


def _filtered(
    matrix: Any, count: int, tolerance: float, probe: int
) -> tuple[FloatArray, FloatArray] | None:
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

    nodes = matrix.shape[0]
    start = np.random.default_rng(0).standard_normal(nodes)
    start -= start.mean()
    most = 2 * float(matrix.diagonal().max())
    cut = _cut(matrix, start, count, probe)
    if not 0 < cut < most:
        return None
    degree = int(np.clip(HEIGHT / np.arccosh((most + cut) / (most - cut)), LEAST, probe))

    def apply(right: FloatArray) -> FloatArray:
        # The Chebyshev polynomial of (most + cut - 2 L) / (most - cut), by its recurrence.
        right = right - right.mean()
        old, now = right, _turned(matrix, right, cut, most)
        for _ in range(degree - 1):
            old, now = now, 2 * _turned(matrix, now, cut, most) - old
        result: FloatArray = now - now.mean()
        return result

    operator = LinearOperator((nodes, nodes), matvec=apply, dtype=np.float64)
    room = min(nodes - 1, ROOM + 2 * count)
    try:
        _, vectors = eigsh(
            operator,
            k=count,
            which="LA",
            v0=start,
            tol=max(tolerance, ROUNDING),
            ncv=room,
            maxiter=RESTARTS,
        )
    except ArpackNoConvergence:
        return None
    vectors = np.linalg.qr(vectors - vectors.mean(axis=0))[0]
    values, turn = np.linalg.eigh(vectors.T @ (matrix @ vectors))
    return values, vectors @ turn


def _turned(matrix: Any, right: FloatArray, cut: float, most: float) -> FloatArray:
    result: FloatArray = ((most + cut) * right - 2 * (matrix @ right)) / (most - cut)
    return result


def _cut(matrix: Any, start: FloatArray, count: int, steps: int) -> float:
    """Return what lies above the `count` smallest eigenvalues, from some steps of Lanczos.

    Values that have converged return as copies of themselves, so that their order is not enough.
    """
    from scipy.linalg import eigh_tridiagonal

    now, old, beta = start / np.linalg.norm(start), np.zeros_like(start), 0.0
    diagonal, beside = list[float](), list[float]()
    for _ in range(steps):
        following = matrix @ now - beta * old
        alpha = float(now @ following)
        following -= alpha * now
        following -= following.mean()
        diagonal.append(alpha)
        beta = float(np.linalg.norm(following))
        if beta <= 1e-12 * abs(alpha):
            break
        beside.append(beta)
        old, now = now, following / beta
    values = eigh_tridiagonal(diagonal, beside[: len(diagonal) - 1], eigvals_only=True)
    return max(float(values[min(count, len(values) - 1)]), ABOVE * float(values[0]))
