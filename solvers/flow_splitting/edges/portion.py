"""Take an even share of the edges of a bipartite multigraph, exactly even at every vertex."""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.solvers.flow_splitting.edges.euler import halve


def take_share(left: IntArray, right: IntArray, count: IntArray, size: int, part: int) -> IntArray:
    """Choose `part` edges out of every `size` edges of each vertex.

    Parameters
    ----------
    left, right
        Ends of each entry.
    count
        Parallel edges of each entry, at least 1.
    size, part
        1 <= part <= size; `part` is a power of two.

    Returns
    -------
    IntArray
        How many edges of each entry are chosen. Of a vertex of degree q * size + r (r < size)
        between q * part and q * part + min(r, part) edges are chosen, and between
        q * (size - part) and q * (size - part) + min(r, size - part) are left.

    The edges of a vertex are cut into blocks of `size`, each a vertex of its own (de Werra 1971),
    and short blocks are filled up. In the regular graph that results, every edge is repeated
    alpha times and every block gets beta extra edges, so that the degree is a power of two; then
    the graph is halved until `part` edges per block are left, always keeping the half with fewer
    extra edges, until there are none (after Alon 2003).
    """
    if part == size:
        return count
    entry, row, amount = _cut_blocks(left, count, size)
    piece, column, amount = _cut_blocks(right[entry], amount, size)
    entry, row = entry[piece], row[piece]
    real = len(row)
    row, column, amount = _fill_blocks(row, column, amount, size)
    blocks = int(row.max()) + 1
    alpha, beta, rounds = _repetition(size, part, blocks)
    row = np.concatenate([row, np.arange(blocks)])
    column = np.concatenate([column, np.arange(blocks)])
    extra_from = len(amount)
    amount = np.concatenate([alpha * amount, np.full(blocks, beta)])
    for _ in range(rounds):
        amount = _better_half(row, column, amount, extra_from)
    return np.bincount(entry, amount[:real], len(left)).astype(np.int64)


def _repetition(size: int, part: int, blocks: int) -> tuple[int, int, int]:
    """Return (alpha, beta, rounds) with alpha size + beta = part 2^rounds, beta blocks < 2^rounds.

    Then halving `rounds` times leaves `part` edges per block, and less than one extra edge.
    """
    rounds = 0
    while True:
        alpha, beta = divmod(part << rounds, size)
        if beta * blocks < 1 << rounds:
            return alpha, beta, rounds
        rounds += 1


def _better_half(row: IntArray, column: IntArray, amount: IntArray, extra_from: int) -> IntArray:
    """Return the amounts of the half that has fewer of the extra edges, which stand at the end."""
    odd = np.flatnonzero(amount % 2)
    half = halve(row[odd], column[odd])
    halves = []
    for taken in (odd[half], odd[~half]):
        share = amount // 2
        share[taken] += 1
        halves.append(share)
    return min(halves, key=lambda share: int(share[extra_from:].sum()))


def _cut_blocks(
    vertex: IntArray, count: IntArray, size: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Cut the edges of each vertex into blocks; return (entry, block, count) of each piece."""
    order = np.argsort(vertex, kind="stable")
    first = np.flatnonzero(np.diff(vertex[order], prepend=-1))
    length = np.diff(first, append=len(vertex))
    end = np.cumsum(count[order])
    begin = end - count[order]
    offset = np.repeat(begin[first], length)
    begin, end = begin - offset, end - offset
    first_block, last_block = begin // size, (end - 1) // size
    # Number the blocks of all vertices through.
    blocks = last_block[first + length - 1] + 1
    base = np.repeat(np.cumsum(blocks) - blocks, length)
    pieces = last_block - first_block + 1
    piece = np.repeat(np.arange(len(order)), pieces)
    step = np.arange(len(piece)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    block = first_block[piece] + step
    amount = np.minimum(end[piece], (block + 1) * size) - np.maximum(begin[piece], block * size)
    return order[piece], base[piece] + block, amount


def _fill_blocks(
    row: IntArray, column: IntArray, amount: IntArray, size: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Add edges until every block on either side has `size` edges."""
    blocks = max(int(row.max()), int(column.max())) + 1
    # Lay the missing edges of both sides along one line; stretches that overlap become edges.
    ends = [np.cumsum(size - np.bincount(side, amount, blocks)) for side in (row, column)]
    cuts = np.unique(np.concatenate([[0.0], *ends])).astype(np.int64)
    fill_row, fill_column = (np.searchsorted(end, cuts[:-1], side="right") for end in ends)
    return (
        np.concatenate([row, fill_row]),
        np.concatenate([column, fill_column]),
        np.concatenate([amount, np.diff(cuts)]),
    )
