"""Entries of the inverse of a sparse Laplacian where the matrix itself has entries.

With L D L^T the factors, the inverse Z satisfies Z = L^-T D^-1 + Z (I - L): its entries on the
pattern of L follow from one another, last column first (Takahashi, Fagan, Chin 1973). Columns of
one pattern are handled together as a supernode, whose rows form its front.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Factors:
    """L D L^T of a symmetric matrix whose rows and columns were reordered."""

    lower: Any
    """Unit lower triangle, sorted sparse columns."""
    pivot: FloatArray
    place: IntArray
    """New number of each row."""


def factorise(matrix: Any) -> Factors | None:
    """Return the factors of a sparse positive definite matrix; `None` if rows had to be swapped."""
    from scipy.sparse.linalg import splu

    options = {"SymmetricMode": True}
    found = splu(matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)
    if not np.array_equal(found.perm_r, found.perm_c):
        return None
    lower = found.L.tocsc()
    lower.sort_indices()
    return Factors(lower, found.U.diagonal(), found.perm_c.astype(np.int64))


def selected(factors: Factors, first: IntArray, second: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the diagonal of the inverse, (n,), and its entries at pairs of rows, (k,).

    Raises `KeyError` for a pair that is not in the pattern of the factors.
    """
    lower, place = factors.lower, factors.place
    start = _supernodes(lower)
    owner = np.repeat(np.arange(len(start) - 1), np.diff(start))
    low = np.minimum(place[first], place[second])
    high = np.maximum(place[first], place[second])
    order = np.argsort(low, kind="stable")
    group = np.searchsorted(owner[low[order]], np.arange(len(start)))
    diagonal, entry = np.empty(len(place)), np.empty(len(first))
    fronts: dict[int, tuple[IntArray, FloatArray]] = {}
    waiting = _children(lower, start, owner)
    for node in range(len(start) - 2, -1, -1):
        a, b = int(start[node]), int(start[node + 1])
        front, inverse, parent = _front(factors, a, b, owner, fronts)
        diagonal[a:b] = inverse.diagonal()[: b - a]
        mine = order[group[node] : group[node + 1]]
        if len(mine):
            row = np.searchsorted(front, high[mine])
            if (row >= len(front)).any() or (front[row] != high[mine]).any():
                raise KeyError("a pair outside the pattern")
            entry[mine] = inverse[row, low[mine] - a]
        if waiting[node]:
            fronts[node] = front, inverse
        if parent >= 0:
            waiting[parent] -= 1
            if not waiting[parent]:
                del fronts[parent]
    return diagonal[place], entry


def _front(
    factors: Factors,
    a: int,
    b: int,
    owner: IntArray,
    fronts: dict[int, tuple[IntArray, FloatArray]],
) -> tuple[IntArray, FloatArray, int]:
    """Return the rows of a supernode a..b, the inverse on them, and the supernode they lean on."""
    from scipy.linalg import solve_triangular

    lower, width = factors.lower, b - a
    pointer = lower.indptr
    front = lower.indices[pointer[a] : pointer[a + 1]].astype(np.int64)
    block = np.zeros((len(front), width))
    for column in range(width):
        block[column:, column] = lower.data[pointer[a + column] : pointer[a + column + 1]]
    inverse = np.empty((len(front), len(front)))
    if width == 1:
        corner, carried = np.ones((1, 1)), block[1:]
    else:
        corner = solve_triangular(
            block[:width], np.eye(width), lower=True, unit_diagonal=True, check_finite=False
        )
        carried = block[width:] @ corner
    inner = (corner.T / factors.pivot[a:b]) @ corner
    parent = -1
    if len(front) > width:
        parent = int(owner[front[width]])
        rows, known = fronts[parent]
        place = np.searchsorted(rows, front[width:])
        rest = known[np.ix_(place, place)]
        side = -rest @ carried
        inverse[width:, width:] = rest
        inverse[width:, :width] = side
        inverse[:width, width:] = side.T
        inner = inner - carried.T @ side
    inverse[:width, :width] = inner
    return front, inverse, parent


def _supernodes(lower: Any) -> IntArray:
    """Return where runs of columns with one pattern begin, and the number of columns last."""
    pointer, size = lower.indptr, np.diff(lower.indptr)
    count = len(size)
    following = np.full(count, -1, dtype=np.int64)
    full = np.flatnonzero(size > 1)
    following[full] = lower.indices[pointer[full] + 1]
    joined = (following[:-1] == np.arange(1, count)) & (size[:-1] == size[1:] + 1)
    return np.concatenate([[0], np.flatnonzero(~joined) + 1, [count]]).astype(np.int64)


def _children(lower: Any, start: IntArray, owner: IntArray) -> IntArray:
    """Return how many supernodes lean on each."""
    last = start[1:] - 1
    size = np.diff(lower.indptr)[last]
    below = lower.indices[lower.indptr[last[size > 1]] + 1]
    return np.bincount(owner[below], minlength=len(start) - 1).astype(np.int64)
