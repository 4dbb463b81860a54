"""Entries of the inverse of a sparse Laplacian where the matrix itself has entries.

With L D L^T the factors, the inverse Z satisfies Z = L^-T D^-1 + Z (I - L): its entries on the
pattern of L follow from one another, last column first (Takahashi, Fagan, Chin 1973). Columns of
one pattern are handled together as a supernode, whose rows form its front. Fronts lean on each
other as a tree does; those of one depth and one shape are worked out side by side.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray

HUB = 10.0
"""A row with more than this times sqrt(n) entries makes the minimum degree ordering slow."""
WIDE = 200
"""Columns of a supernode from which its triangle is worth routines of its own."""
BLOCK = 2_000_000
"""Entries of fronts that are worked out at a time."""


@dataclass(frozen=True, slots=True)
class Factors:
    """L D L^T of a symmetric matrix whose rows and columns were reordered."""

    lower: Any
    """Unit lower triangle, sorted sparse columns."""
    pivot: FloatArray
    place: IntArray
    """New number of each row."""
    solve: Any
    """Function that applies the inverse to a vector or to columns."""


def factorise(matrix: Any) -> Factors | None:
    """Return the factors of a sparse positive definite matrix; `None` if rows had to be swapped."""
    found = decompose(matrix)
    if not np.array_equal(found.perm_r, found.perm_c):
        return None
    lower = found.L.tocsc()
    lower.sort_indices()
    return Factors(lower, found.U.diagonal(), found.perm_c.astype(np.int64), found.solve)


def decompose(matrix: Any) -> Any:
    """Return SuperLU's factors of a sparse positive definite matrix, in an order of little fill.

    Minimum degree fills in least, but looks through the whole row of a hub for each neighbour that
    it takes out; column minimum degree sets such rows aside (Davis, Gilbert, Larimore, Ng 2004).
    """
    from scipy.sparse.linalg import splu

    matrix = matrix.tocsc()
    widest = int(np.diff(matrix.indptr).max(initial=0))
    order = "COLAMD" if widest > HUB * np.sqrt(matrix.shape[0]) else "MMD_AT_PLUS_A"
    options = {"SymmetricMode": True}
    return splu(matrix, permc_spec=order, diag_pivot_thresh=0.0, options=options)


def selected(factors: Factors, first: IntArray, second: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the diagonal of the inverse, (n,), and its entries at pairs of rows, (k,).

    Raises `KeyError` for a pair that is not in the pattern of the factors.
    """
    place, fronts = factors.place, _fronts(factors.lower)
    low = np.minimum(place[first], place[second])
    high = np.maximum(place[first], place[second])
    owner = fronts.owner[low]
    row = fronts.find(owner, high)
    if (row < 0).any():
        raise KeyError("a pair outside the pattern")
    # Where the entry stands among those of its own depth.
    spot = fronts.offset[owner] + row * fronts.size[owner] + low - fronts.start[owner]
    order = np.argsort(fronts.depth[owner], kind="stable")
    ends = np.searchsorted(fronts.depth[owner][order], np.arange(fronts.depth.max() + 2))
    diagonal, entry = np.empty(len(place)), np.empty(len(first))
    level = np.zeros(0)
    for depth, groups in enumerate(fronts.by_depth()):
        above, level = level, np.empty(int(fronts.room[depth]))
        for group in groups:
            inverse = _inverses(factors, fronts, group, above)
            at = fronts.offset[group[0]]
            level[at : at + inverse.size] = inverse.ravel()
            column = np.arange(fronts.width[group[0]])
            diagonal[fronts.start[group][:, None] + column] = inverse[:, column, column]
        mine = order[ends[depth] : ends[depth + 1]]
        entry[mine] = level[spot[mine]]
    return diagonal[place], entry


@dataclass(frozen=True, slots=True)
class _Fronts:
    """The supernodes in numbers, one entry each unless another shape is given."""

    start: IntArray
    """First column."""
    width: IntArray
    """Number of columns."""
    size: IntArray
    """Number of rows of the front."""
    parent: IntArray
    """Supernode that it leans on, -1 for none."""
    depth: IntArray
    offset: IntArray
    """Where its block begins among those of its depth."""
    room: IntArray
    """Entries of all blocks of each depth."""
    order: IntArray
    """Supernodes by depth, width and size."""
    owner: IntArray
    """Supernode of each column, (n,)."""
    first: IntArray
    """Where each front begins in `key`."""
    key: IntArray
    """Supernode times n plus row, of all rows of all fronts, ascending."""
    above: IntArray
    """Place in the front of the parent, of all rows of all fronts; -1 for own columns."""

    def find(self, node: IntArray, row: IntArray) -> IntArray:
        """Return the place of rows in the fronts of supernodes, -1 where they are not in them."""
        return _places(self.key, self.first, len(self.owner), node, row)

    def by_depth(self) -> Iterator[list[IntArray]]:
        """Yield for each depth, the roots first, lists of supernodes of one shape."""
        shape = np.stack([self.depth, self.width, self.size])[:, self.order]
        change = np.flatnonzero((shape[:, 1:] != shape[:, :-1]).any(axis=0)) + 1
        cut = [0, *change.tolist(), len(self.order)]
        now, groups = 0, list[IntArray]()
        for a, b in itertools.pairwise(cut):
            depth, size = int(shape[0, a]), int(shape[2, a])
            if depth > now:
                yield groups
                now, groups = depth, []
            step = max(1, BLOCK // (size * size))
            groups += [self.order[at : min(at + step, b)] for at in range(a, b, step)]
        yield groups


def _inverses(factors: Factors, fronts: _Fronts, group: IntArray, above: FloatArray) -> FloatArray:
    """Return the inverse on the fronts of supernodes of one shape, (count, size, size).

    `above` holds that of the depth before.
    """
    width, size = int(fronts.width[group[0]]), int(fronts.size[group[0]])
    start, pointer = fronts.start[group], factors.lower.indptr
    block = np.zeros((len(group), size, width))
    for column in range(width):
        entry = pointer[start + column][:, None] + np.arange(size - column)
        block[:, column:, column] = factors.lower.data[entry]
    pivot = factors.pivot[start[:, None] + np.arange(width)]
    if width == 1:
        carried, inner = block[:, 1:], 1 / pivot[:, :, None]
    else:
        corner, inner = _corners(block[:, :width], pivot)
        carried = block[:, width:] @ corner
    if size == width:
        return np.asarray(inner)
    parent = fronts.parent[group]
    place = fronts.above[fronts.first[group][:, None] + np.arange(width, size)]
    at = fronts.offset[parent][:, None] + place * fronts.size[parent][:, None]
    rest = above[at[:, :, None] + place[:, None, :]]
    side = -rest @ carried
    inverse = np.empty((len(group), size, size))
    inverse[:, width:, width:] = rest
    inverse[:, width:, :width] = side
    inverse[:, :width, width:] = side.transpose(0, 2, 1)
    inverse[:, :width, :width] = inner - carried.transpose(0, 2, 1) @ side
    return inverse


def _corners(block: FloatArray, pivot: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the inverses of unit lower triangles, and those of L D L^T, (count, width, width)."""
    count, width = block.shape[:2]
    if count > 1 or width < WIDE:
        corner = np.asarray(np.linalg.inv(block), dtype=np.float64)
        return corner, np.asarray((corner.transpose(0, 2, 1) / pivot[:, None, :]) @ corner)
    # A large one takes a sixth of the time as the triangle that it is.
    from scipy.linalg.lapack import dlauum, dtrtri

    triangle = dtrtri(np.asfortranarray(block[0]), lower=1, unitdiag=1)[0]
    half: FloatArray = np.tril(dlauum(triangle / np.sqrt(pivot[0])[:, None], lower=1)[0])
    inner: FloatArray = half + np.tril(half, -1).T
    return triangle[None], inner[None]


def _fronts(lower: Any) -> _Fronts:
    """Return the supernodes of a unit lower triangle with sorted columns."""
    count, bound = lower.shape[0], _supernodes(lower)
    start, width = bound[:-1], np.diff(bound)
    pointer = lower.indptr.astype(np.int64)
    size = np.diff(pointer)[start]
    node = np.repeat(np.arange(len(start)), size)
    first = np.concatenate([[0], np.cumsum(size)])
    inside = np.arange(first[-1]) - first[node]
    row = lower.indices[pointer[start][node] + inside].astype(np.int64)
    key = node * count + row
    owner = np.repeat(np.arange(len(start)), width)
    leans = size > width
    parent = np.full(len(start), -1, dtype=np.int64)
    parent[leans] = owner[row[(first[:-1] + width)[leans]]]
    above = np.full(len(row), -1, dtype=np.int64)
    outer = inside >= width[node]
    above[outer] = _places(key, first, count, parent[node[outer]], row[outer])
    depth = _depths(parent)
    order = np.lexsort((size, width, depth))
    area = (size * size)[order]
    room = np.bincount(depth, size * size).astype(np.int64)
    before = np.concatenate([[0], np.cumsum(room)[:-1]])
    offset = np.empty(len(start), dtype=np.int64)
    offset[order] = np.cumsum(area) - area - before[depth[order]]
    return _Fronts(
        start, width, size, parent, depth, offset, room, order, owner, first[:-1], key, above
    )


def _places(key: IntArray, first: IntArray, count: int, node: IntArray, row: IntArray) -> IntArray:
    wanted = node * count + row
    found = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    return np.where(key[found] == wanted, found - first[node], -1)


def _depths(parent: IntArray) -> IntArray:
    """Return how far each supernode is from its root; parents come after their children."""
    up, depth = parent.tolist(), [0] * len(parent)
    for node in range(len(up) - 1, -1, -1):
        if up[node] >= 0:
            depth[node] = depth[up[node]] + 1
    return np.array(depth, dtype=np.int64)


def _supernodes(lower: Any) -> IntArray:
    """Return where runs of columns with one pattern begin, and the number of columns last."""
    pointer, size = lower.indptr, np.diff(lower.indptr)
    count = len(size)
    following = np.full(count, -1, dtype=np.int64)
    full = np.flatnonzero(size > 1)
    following[full] = lower.indices[pointer[full] + 1]
    joined = (following[:-1] == np.arange(1, count)) & (size[:-1] == size[1:] + 1)
    return np.concatenate([[0], np.flatnonzero(~joined) + 1, [count]]).astype(np.int64)
