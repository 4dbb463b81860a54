"""Scaling of linear programmes, so that a solver's absolute tolerances mean something.

Solvers accept reduced costs and infeasibilities of about 1e-7 in absolute terms. With bytes in the
columns, bytes per second in the matrix and seconds in the objective, every basis passes that test
and values several per cent off come back as optimal. All factors are powers of two, so that
scaling and unscaling round nothing.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray
from planner.solvers.engines.linear import Linear

_PASSES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """The factors between a programme and its scaled form.

    Scaled values are x / (column * size), scaled duals y * cost / row; the scaled objective is the
    original one times cost / size.
    """

    row: FloatArray
    column: FloatArray
    size: float
    """What one unit of a right-hand side became: 1 for programmes with integral columns."""
    cost: float

    def apply(self, programme: Linear) -> Linear:
        """Return the scaled programme."""
        matrix = programme.matrix.copy()
        spread = np.repeat(self.column, np.diff(matrix.indptr))
        matrix.data = matrix.data * spread * self.row[matrix.indices]
        return replace(
            programme,
            cost=programme.cost * self.column * self.cost,
            matrix=matrix,
            row_lower=programme.row_lower * self.row / self.size,
            row_upper=programme.row_upper * self.row / self.size,
            col_lower=programme.col_lower / self.column / self.size,
            col_upper=programme.col_upper / self.column / self.size,
            offset=programme.offset * self.cost / self.size,
        )

    def values_in(self, values: FloatArray) -> FloatArray:
        """Return values of the original programme as values of the scaled one."""
        return values / self.column / self.size

    def values_out(self, values: FloatArray) -> FloatArray:
        """Return values of the scaled programme as values of the original one."""
        return values * self.column * self.size

    def duals_out(self, duals: FloatArray) -> FloatArray:
        """Return row prices of the scaled programme as prices of the original rows."""
        return duals * self.row / self.cost

    def objective_out(self, objective: float) -> float:
        """Return an objective or bound of the scaled programme in the original unit."""
        return objective * self.size / self.cost


def scaling_for(programme: Linear) -> Scaling:
    """Return factors that bring coefficients, costs and right-hand sides near one.

    Rows and columns are divided by the geometric mean of their smallest and largest entry, a few
    times in turn (Tomlin 1975, "On scaling linear programming problems"); integral columns keep
    their unit. The largest cost becomes one to two, and so does the largest finite limit of a
    programme without integral columns.
    """
    matrix = programme.matrix
    rows, columns = matrix.shape
    entries = matrix.data != 0
    logs = np.log2(np.abs(matrix.data[entries]))
    row_of = matrix.indices[entries]
    column_of = np.repeat(np.arange(columns), np.diff(matrix.indptr))[entries]
    row, column = np.zeros(rows), np.zeros(columns)
    for _ in range(_PASSES):
        row = -_middle(logs + column[column_of], row_of, rows)
        column = -_middle(logs + row[row_of], column_of, columns)
        column[programme.integral] = 0.0
    row, column = np.exp2(np.rint(row)), np.exp2(np.rint(column))
    limits = [programme.row_lower * row, programme.row_upper * row]
    limits += [programme.col_lower / column, programme.col_upper / column]
    size = 1.0 if programme.is_mixed_integer else _power(np.concatenate(limits))
    return Scaling(row, column, size, 1.0 / _power(programme.cost * column))


def _middle(logs: FloatArray, group: NDArray[Any], count: int) -> FloatArray:
    """Return the middle of the smallest and largest entry of each group, 0 where it has none."""
    high = np.full(count, -np.inf)
    low = np.full(count, np.inf)
    np.maximum.at(high, group, logs)
    np.minimum.at(low, group, logs)
    return np.where(high >= low, (high + np.where(np.isfinite(low), low, 0.0)) / 2, 0.0)


def _power(values: FloatArray) -> float:
    """Return the power of two at or below the largest finite absolute value, 1 if there is none."""
    largest = np.abs(values[np.isfinite(values)]).max(initial=0.0)
    return float(2.0 ** np.floor(np.log2(largest))) if largest > 0 else 1.0
