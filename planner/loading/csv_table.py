"""Reads `.csv` tables: one header line, then one entry per line in every column."""

import csv
import io
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic_core import PydanticCustomError

from planner.loading.limits import ARRAY_BYTES, ARRAYS, CELL
from planner.loading.words import quote, shorten
from planner.models.base.faults import fault

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_FLOAT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?")
_NOT_FINITE = re.compile(r"[+-]?(?:\.?nan|\.?inf|infinity)", re.IGNORECASE)


def read_csv(raw: bytes, file: str) -> dict[str, NDArray[Any]]:
    """Return the columns of a UTF-8 table by their names in the header line, read-only.

    A column of whole numbers becomes int64, one of numbers float64, any other text of fixed width.
    Raises faults (`sidecar-table`, `sidecar-not-finite`, `sidecar-too-large`).
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _bad(file, line, "this is not UTF-8 text", "Save the table as UTF-8.") from None
    header, rows, lines = _rows(text, file)
    return {
        name: _column([row[place] for row in rows], lines, f"`{shorten(name)}` of {quote(file)}")
        for place, name in enumerate(header)
    }


def _rows(text: str, file: str) -> tuple[list[str], list[list[str]], list[int]]:
    """Return the header, the rows, and the line of each row."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if any(len(cell) > CELL or "\0" in cell for cell in cells):
                message = f"a cell is longer than {CELL} characters, or not text"
                raise _bad(file, reader.line_num, message, "Shorten it.")
            if not header:
                header = cells
                _check_header(header, file, reader.line_num)
            elif len(cells) != len(header):
                message = f"this line has {len(cells)} cells, and the header has {len(header)}"
                fix = "Give every line as many cells as the header has."
                raise _bad(file, reader.line_num, message, fix)
            else:
                rows.append(cells)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise _bad(file, reader.line_num, str(error), "Mend the quotation marks.") from None
    if not header:
        raise _bad(file, 1, "there is no header line", "Name the columns in the first line.")
    return header, rows, lines


def _check_header(header: list[str], file: str, line: int) -> None:
    fix = "Give every column a name of its own, in the first line."
    if len(set(header)) < len(header) or "" in header:
        raise _bad(file, line, "two columns share a name, or one has none", fix)
    if len(header) > ARRAYS:
        raise _bad(file, line, f"there are more than {ARRAYS} columns", "Use an `.npz` file.")
    if all(_FLOAT.fullmatch(name) for name in header):
        raise _bad(file, line, "the first line holds numbers instead of names", fix)


def _column(cells: list[str], lines: list[int], where: str) -> NDArray[Any]:
    array: NDArray[Any]
    if all(map(_INTEGER.fullmatch, cells)):
        array = np.array([int(cell) for cell in cells], dtype=np.int64)
    elif all(_FLOAT.fullmatch(cell) or _NOT_FINITE.fullmatch(cell) for cell in cells):
        array = np.array(
            [
                float(cell.lstrip(".")) if _NOT_FINITE.fullmatch(cell) else float(cell)
                for cell in cells
            ]
        )
        bad = np.flatnonzero(~np.isfinite(array))
        if bad.size:
            message = f"line {lines[bad[0]]}: the column {where} holds `{shorten(cells[bad[0]])}`"
            raise fault("sidecar-not-finite", message, "Write a finite number.")
    else:
        width = max(map(len, cells))
        if 4 * width * len(cells) > ARRAY_BYTES:
            message = f"the column {where} is too wide for its length"
            raise fault("sidecar-too-large", message, "Shorten the texts.")
        array = np.array(cells)
    array.setflags(write=False)
    return array


def _bad(file: str, line: int, message: str, fix: str) -> PydanticCustomError:
    return fault("sidecar-table", f"line {line} of {quote(file)}: {message}", fix)
