"""Linear and mixed-integer programmes as arrays, and the arithmetic that checks a backend."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Linear:
    """min cost x + offset, row_lower <= matrix x <= row_upper, col_lower <= x <= col_upper."""

    cost: FloatArray
    """n entries."""
    matrix: Any
    """m x n, `scipy.sparse` in compressed columns."""
    row_lower: FloatArray
    row_upper: FloatArray
    col_lower: FloatArray
    col_upper: FloatArray
    integral: NDArray[np.bool_]
    """Which columns take whole numbers only."""
    offset: float = 0.0

    @property
    def is_mixed_integer(self) -> bool:
        """Whether any column is integral."""
        return bool(self.integral.any())

    def objective(self, values: FloatArray) -> float:
        """Return the objective of `values` (n entries)."""
        return float(self.cost @ values) + self.offset


def without_costs(programme: Linear) -> Linear:
    """Return the question whether there is any solution."""
    return replace(programme, cost=np.zeros_like(programme.cost), offset=0.0)


def make_linear(
    cost: FloatArray,
    matrix: Any,
    row_lower: FloatArray,
    row_upper: FloatArray,
    col_lower: FloatArray,
    col_upper: FloatArray,
    integrality: NDArray[Any] | None = None,
    offset: float = 0.0,
) -> Linear:
    """Return the programme after checking shapes and numbers; `matrix` may be CSR or CSC.

    Raises `ValueError` where shapes differ or a number is NaN: that is a fault of the caller.
    """
    from scipy import sparse

    matrix = sparse.csc_array(matrix, dtype=np.float64)
    if not matrix.has_canonical_format:
        matrix = matrix.copy()
        matrix.sum_duplicates()
    rows, columns = matrix.shape
    integral = np.zeros(columns, bool) if integrality is None else np.asarray(integrality, bool)
    parts = [np.asarray(part, np.float64) for part in (row_lower, row_upper, col_lower, col_upper)]
    programme = Linear(
        cost=np.asarray(cost, np.float64),
        matrix=matrix,
        row_lower=parts[0],
        row_upper=parts[1],
        col_lower=parts[2],
        col_upper=parts[3],
        integral=integral,
        offset=offset,
    )
    sizes = [len(part) for part in (programme.cost, *parts, integral)]
    if sizes != [columns, rows, rows, columns, columns, columns]:
        raise ValueError(f"arrays of lengths {sizes} do not fit a matrix of {rows} x {columns}")
    if not np.isfinite(programme.cost).all() or not np.isfinite(matrix.data).all():
        raise ValueError("a cost or a coefficient is not finite")
    if any(np.isnan(part).any() for part in parts):
        raise ValueError("a limit of a row or a column is NaN")
    return programme


def violation(programme: Linear, values: FloatArray) -> float:
    """Return by how much `values` break a row, a column or integrality, at most.

    Rows are measured relative to the largest of one, their limit and their largest term; columns
    relative to the larger of one and their limit.
    """
    if not np.isfinite(values).all():
        return float("inf")
    terms = programme.matrix.copy()
    terms.data = np.abs(terms.data * np.repeat(values, np.diff(terms.indptr)))
    size = np.zeros(terms.shape[0])
    np.maximum.at(size, terms.indices, terms.data)
    rows = _outside(
        programme.matrix @ values, programme.row_lower, programme.row_upper, np.maximum(size, 1.0)
    )
    columns = _outside(values, programme.col_lower, programme.col_upper, np.ones(len(values)))
    whole = values[programme.integral]
    return max(rows, columns, float(np.abs(whole - np.rint(whole)).max(initial=0.0)))


def _outside(value: FloatArray, low: FloatArray, high: FloatArray, size: FloatArray) -> float:
    below = _relative(low - value, low, size)
    above = _relative(value - high, high, size)
    return float(max(below.max(initial=0.0), above.max(initial=0.0)))


def _relative(excess: FloatArray, limit: FloatArray, size: FloatArray) -> FloatArray:
    finite = np.isfinite(limit)
    scale = np.maximum(size[finite], np.abs(limit[finite]))
    return excess[finite] / scale
