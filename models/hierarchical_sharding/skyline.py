"""Keeps of many options those that no other beats in every respect."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray

_CHUNK = 256
_STRONG = 64


def skyline(values: FloatArray, same: float = 0.0) -> IntArray:
    """Return the rows that no other row is as good as in every column; of equal rows the first.

    `values` has shape (n, d), zero or more, and less is better. `same` is the relative difference
    of values that count as equal; with zero the least weighted sum is that of all rows.
    """
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    scale = values.mean(axis=0)
    scaled = values / np.where(scale > 0, scale, 1.0)
    order = np.argsort(scaled.sum(axis=1), kind="stable")
    scaled = scaled[order]
    left = _unbeaten_by_strong(scaled, same)
    kept = np.zeros((0, values.shape[1]))
    found: list[IntArray] = []
    for first in range(0, len(left), _CHUNK):
        rows = left[first : first + _CHUNK]
        rows = rows[~_beaten(scaled[rows], kept, same)]
        # Whoever beats a row comes before it.
        within = _beats(scaled[rows], scaled[rows], same)
        rows = rows[~np.triu(within, 1).any(axis=0)]
        found.append(rows)
        kept = np.concatenate([kept, scaled[rows]])
    return np.sort(order[np.concatenate(found)])


def _unbeaten_by_strong(scaled: FloatArray, same: float) -> IntArray:
    """Return the rows that the best rows under a few random weights leave over."""
    if len(scaled) <= 4 * _STRONG:
        return np.arange(len(scaled))
    weights = np.random.default_rng(0).dirichlet(np.full(scaled.shape[1], 0.5), _STRONG)
    strong = np.unique((scaled @ weights.T).argmin(axis=0))
    left = np.arange(len(scaled))
    for row in strong.tolist():
        by_row = (scaled[row] <= scaled[left] * (1 + same)).all(axis=1) & (left > row)
        left = left[~by_row]
    return left


def _beaten(
    rows: FloatArray, kept: FloatArray, same: float
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found = np.zeros(len(rows), dtype=bool)
    for first in range(0, len(kept), 1024):
        found |= _beats(kept[first : first + 1024], rows, same).any(axis=0)
    return found


def _beats(
    one: FloatArray, other: FloatArray, same: float
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Return whether each row of `one` is as good as each of `other` in every column."""
    found = np.ones((len(one), len(other)), dtype=bool)
    for column in range(one.shape[1]):
        found &= one[:, column, None] <= other[None, :, column] * (1 + same)
    return found
