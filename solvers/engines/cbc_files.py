"""The files that go to and come from CBC."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.errors import BackendError
from planner.solvers.engines.linear import Linear

_NO_SOLUTION = " (no integer solution - continuous used)"
_NUMBER = r"([-+]?[\d.]+(?:e[-+]?\d+)?)"
_MARK = "    MARK      'MARKER'                 '{}'\n"
_BOUNDS = (
    # The search tree shows eight digits, the summary three decimals.
    (re.compile(rf"^Cbc0005I .*best possible {_NUMBER}", re.MULTILINE), 1e-7, 0.0),
    (re.compile(rf"^Lower bound:\s+{_NUMBER}", re.MULTILINE), 0.0, 1e-3),
)


@dataclass(frozen=True, slots=True)
class Solution:
    """What CBC wrote: its status, the values of the columns and the prices of the rows."""

    status: str
    values: FloatArray
    prices: FloatArray
    is_relaxed: bool
    """Whether the values are those of the relaxation, for want of a solution."""


def write_mps(programme: Linear, path: Path) -> None:
    """Write a minimisation with every digit; rows are C0, C1, ... and columns X0, X1, ...

    Fields stand at the places of fixed MPS, by which CBC tells where the names of sets are. Rows
    without a limit are written as further objectives, which CBC drops.
    """
    low, high = programme.row_lower, programme.row_upper
    equal = low == high
    ranged = np.isfinite(low) & np.isfinite(high) & ~equal
    kinds = np.select([equal, np.isfinite(low), np.isfinite(high)], ["E", "G", "L"], "N")
    limits = np.where(np.isfinite(low), low, high)
    with path.open("w", encoding="ascii") as file:
        file.write("NAME          MODEL\nROWS\n N  OBJ\n")
        file.writelines(f" {kind}  C{row}\n" for row, kind in enumerate(kinds))
        file.write("COLUMNS\n")
        _write_columns(programme, file)
        file.write("RHS\n")
        for row in np.flatnonzero(np.isfinite(limits) & (limits != 0)):
            file.write(_line("RHS", f"C{row}", limits[row]))
        if ranged.any():
            file.write("RANGES\n")
        for row in np.flatnonzero(ranged):
            file.write(_line("RNG", f"C{row}", high[row] - low[row]))
        file.write("BOUNDS\n")
        _write_bounds(programme, file)
        file.write("ENDATA\n")


def _line(name: str, other: str, value: float, kind: str = "  ") -> str:
    return f" {kind} {name:<8}  {other:<8}  {value:.17g}\n"


def _write_columns(programme: Linear, file: IO[str]) -> None:
    matrix = programme.matrix
    inside = False
    for column, integral in enumerate(programme.integral):
        if integral != inside:
            file.write(_MARK.format("INTORG" if integral else "INTEND"))
            inside = bool(integral)
        file.write(_line(f"X{column}", "OBJ", programme.cost[column]))
        entries = slice(matrix.indptr[column], matrix.indptr[column + 1])
        for row, factor in zip(matrix.indices[entries], matrix.data[entries], strict=True):
            file.write(_line(f"X{column}", f"C{row}", factor))
    if inside:
        file.write(_MARK.format("INTEND"))


def _write_bounds(programme: Linear, file: IO[str]) -> None:
    # Every limit is written: readers differ in what they take for granted about whole numbers.
    for column, (low, high) in enumerate(
        zip(programme.col_lower, programme.col_upper, strict=True)
    ):
        name = f"X{column}"
        if np.isinf(low) and np.isinf(high):
            file.write(f" FR BND       {name}\n")
            continue
        is_low, is_high = np.isfinite(low), np.isfinite(high)
        file.write(_line("BND", name, low, "LO") if is_low else f" MI BND       {name}\n")
        file.write(_line("BND", name, high, "UP") if is_high else f" PL BND       {name}\n")


def write_start(hint: FloatArray, path: Path) -> None:
    """Write a start; columns without a hint (NaN) are left out."""
    lines = [f"{i} X{i} {hint[i]:.17g} 0\n" for i in np.flatnonzero(~np.isnan(hint))]
    path.write_text("Start - objective value 0\n" + "".join(lines), encoding="ascii")


def read_solution(folder: Path, programme: Linear, log: str) -> Solution:
    """Read the status from `solution.txt` and every digit of the numbers from `solution.bin`.

    Raises `BackendError` with `log` if CBC did not write them.
    """
    text, binary = folder / "solution.txt", folder / "solution.bin"
    limited = np.isfinite(programme.row_lower) | np.isfinite(programme.row_upper)
    rows, columns = int(limited.sum()), programme.matrix.shape[1]
    size = 2 * 4 + 8 * (1 + 2 * rows + 2 * columns)
    if not text.exists() or not binary.exists() or binary.stat().st_size != size:
        raise BackendError(f"CBC wrote no solution:\n{log}")
    with text.open(encoding="ascii") as file:
        status = file.readline().partition(" - objective value")[0]
    # Two counts, the objective, activities and prices of the rows, values and prices of columns.
    numbers = np.fromfile(binary, np.float64, offset=2 * 4)
    prices = np.zeros(len(limited))
    prices[limited] = numbers[1 + rows : 1 + 2 * rows]
    values = numbers[1 + 2 * rows :][:columns]
    return Solution(
        status=status.removesuffix(_NO_SOLUTION).strip(),
        values=values,
        prices=prices,
        is_relaxed=_NO_SOLUTION.strip() in status,
    )


def read_bound(log: str) -> float | None:
    """Return the bound of the search from the log, rounded outward by the digits not shown."""
    for pattern, relative, absolute in _BOUNDS:
        found = pattern.findall(log)
        bound = float(found[-1]) if found else None
        if bound is not None and abs(bound) < 1e40:
            return bound - relative * abs(bound) - absolute
    return None


def read_version(log: str) -> str:
    """Return the version that CBC names in its log."""
    found = re.search(r"^Version:\s*(\S+)", log, re.MULTILINE)
    return found[1] if found else "unknown"
