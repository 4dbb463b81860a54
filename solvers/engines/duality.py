"""The bound that row prices prove, recomputed without the backend that found them."""

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.solvers.engines.linear import Linear

_ROUNDING = 1e-9


def dual_bound(
    programme: Linear, prices: FloatArray, values: FloatArray | None = None
) -> float | None:
    """Return the bound that `prices` (one per row) prove by weak duality, or `None`.

    Any prices y give the least the rows can pay plus the least of (c - A'y) x over the box of x.
    A price on a side that its row does not have is dropped. Backends leave small reduced costs of
    the wrong sign on columns without a limit on that side; such a column is limited by what its
    rows, and an objective no worse than that of `values` (a solution), leave it. A column that
    nothing limits voids the bound, unless its reduced cost is rounding of the terms it sums.
    """
    wrong = (prices > 0) & np.isneginf(programme.row_lower)
    wrong |= (prices < 0) & np.isposinf(programme.row_upper)
    prices = np.where(wrong, 0.0, prices)
    reduced = programme.cost - programme.matrix.T @ prices
    terms = np.abs(programme.cost) + abs(programme.matrix).T @ np.abs(prices)
    reduced[np.abs(reduced) <= _ROUNDING * terms] = 0.0
    low, high = programme.col_lower, programme.col_upper
    if (np.isinf(np.where(reduced > 0, low, high)) & (reduced != 0)).any():
        low, high = implied_box(programme, values)
    bound = _least(prices, programme.row_lower, programme.row_upper) + _least(reduced, low, high)
    return bound + programme.offset if np.isfinite(bound) else None


def implied_box(
    programme: Linear, values: FloatArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """Return limits of the columns tightened once by each row, and by the objective of `values`."""
    from scipy import sparse

    matrix, row_lower, row_upper = programme.matrix, programme.row_lower, programme.row_upper
    if values is not None:
        matrix = sparse.vstack([matrix, sparse.csc_array(programme.cost[None, :])], format="csc")
        row_lower = np.append(row_lower, -np.inf)
        row_upper = np.append(row_upper, float(programme.cost @ values))
    low, high = programme.col_lower.copy(), programme.col_upper.copy()
    _tighten(matrix, row_upper, programme, low, high)
    _tighten(-matrix, -row_lower, programme, low, high)
    return low, high


def _tighten(
    matrix: object, limit: FloatArray, programme: Linear, low: FloatArray, high: FloatArray
) -> None:
    """Tighten `low` and `high` in place by the rows `matrix` x <= `limit`."""
    entries = matrix.tocoo()  # type: ignore[attr-defined]
    row, column, factor = entries.row, entries.col, entries.data
    keep = factor != 0
    row, column, factor = row[keep], column[keep], factor[keep]
    least = factor * np.where(factor > 0, programme.col_lower[column], programme.col_upper[column])
    is_open = np.isinf(least)
    opened = np.bincount(row, is_open, len(limit))
    closed = np.where(is_open, 0.0, least)
    total = np.bincount(row, closed, len(limit))
    # What the other columns of the row take at least; only where that is finite.
    usable = np.isfinite(limit[row]) & (opened[row] == is_open)
    row, column, factor, own = row[usable], column[usable], factor[usable], closed[usable]
    at_most = (limit[row] - (total[row] - own)) / factor
    positive = factor > 0
    np.minimum.at(high, column[positive], at_most[positive])
    np.maximum.at(low, column[~positive], at_most[~positive])


def _least(price: FloatArray, low: FloatArray, high: FloatArray) -> float:
    """Return the least of price times z over low <= z <= high; may be -inf."""
    used = price != 0
    price = price[used]
    return float((price * np.where(price > 0, low[used], high[used])).sum())
