"""Side-cars of a workload: what they must hold, and their columns as arrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic_core import PydanticCustomError

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.errors import Issue
from planner.models.base.quantities import LARGEST, SIZE, SMALLEST, parse
from planner.models.base.sidecar import Sidecar
from planner.models.topologies.naming import Naming

Loc = tuple[str | int, ...]
COLUMNS = ("from", "to", "size")


@dataclass(frozen=True, eq=False, slots=True)
class Rows:
    """Messages read from a side-car, one entry each."""

    source: IntArray
    target: IntArray
    size: FloatArray


class TableError(ValueError):
    """A side-car that cannot be used; `issue` says why."""

    def __init__(self, loc: Loc, code: str, message: str, fix: str) -> None:
        self.issue = Issue(code=code, loc=loc, message=message, fix=fix)
        super().__init__(message)


def read_rows(car: Sidecar, loc: Loc, names: Naming, kind: str, *, normalised: bool) -> Rows:
    """Return the columns `from`, `to` and `size` of a side-car.

    `from` and `to` hold positions in `names` (the nodes of one `kind`) or the names themselves.
    Raises `TableError` with the codes `sidecar-array`, `sidecar-shape`, `sidecar-index`,
    `sidecar-size` or one of the quantity codes.
    """
    arrays = car.content.arrays
    for column in COLUMNS:
        if column not in arrays:
            raise _missing(car, loc, column, "Give the columns `from`, `to` and `size`")
    lengths = {arrays[column].shape for column in COLUMNS}
    if len(lengths) > 1 or len(next(iter(lengths))) != 1:
        shapes = ", ".join(f"`{column}` {arrays[column].shape}" for column in COLUMNS)
        message = f"the columns of `{car.file}` have different lengths: {shapes}"
        raise TableError(loc, "sidecar-shape", message, "Give one entry per message in each.")
    factor = _factor(car, loc, normalised=normalised)
    return Rows(
        source=_positions(car, loc, "from", names, kind),
        target=_positions(car, loc, "to", names, kind),
        size=_sizes(car, loc, "size") * factor,
    )


def read_matrix(car: Sidecar, loc: Loc, nodes: int, *, normalised: bool) -> FloatArray:
    """Return the array `matrix`, amount[source, target]; raises `TableError`, see `read_rows`."""
    matrix = car.content.arrays["matrix"]
    if matrix.shape != (nodes, nodes):
        message = f"`matrix` in `{car.file}` has the shape {matrix.shape}, not ({nodes}, {nodes})"
        raise TableError(loc, "sidecar-shape", message, "Give one row and column per node.")
    return _sizes(car, loc, "matrix") * _factor(car, loc, normalised=normalised)


def holds_matrix(car: Sidecar) -> bool:
    """Return whether the side-car holds a `matrix` rather than columns."""
    return "matrix" in car.content.arrays


def _missing(car: Sidecar, loc: Loc, wanted: str, fix: str) -> TableError:
    held = ", ".join(f"`{name}`" for name in list(car.content.arrays)[:8]) or "nothing"
    message = f"`{car.file}` has no `{wanted}`; it holds {held}"
    return TableError(loc, "sidecar-array", message, f"{fix}.")


def _factor(car: Sidecar, loc: Loc, *, normalised: bool) -> float:
    """Return how many bytes (or units of a normalised instance) one in the file stands for."""
    if normalised and car.unit is None:
        return 1.0
    if normalised:
        message = f"`{car.file}` has the unit `{car.unit}` in an instance with `units: normalised`"
        raise TableError((*loc, "unit"), "quantity-unit-unexpected", message, "Remove `unit`.")
    if car.unit is None:
        message = f"the sizes in `{car.file}` have no unit"
        fix = "Name it beside the file, for example `unit: MB`."
        raise TableError((*loc, "unit"), "quantity-unit-missing", message, fix)
    try:
        return parse(f"1 {car.unit}", SIZE)
    except PydanticCustomError as error:
        context: Mapping[str, Any] = error.context or {}
        message, fix = str(context.get("message", error)), str(context.get("fix", ""))
        raise TableError((*loc, "unit"), error.type, message, fix) from None


def _sizes(car: Sidecar, loc: Loc, name: str) -> FloatArray:
    column = car.content.arrays[name]
    if column.dtype.kind not in "iuf":
        message = f"`{name}` in `{car.file}` does not hold numbers"
        raise TableError(loc, "sidecar-size", message, "Give every size as a bare number.")
    sizes = column.astype(np.float64)
    bad = np.argwhere(~(sizes >= 0) | (sizes > LARGEST) | ((sizes > 0) & (sizes < SMALLEST)))
    if len(bad):
        at = tuple(int(index) for index in bad[0])
        message = (
            f"{len(bad)} of the sizes in `{car.file}` are negative or no size at all, "
            f"the first is {sizes[at]} at {at if len(at) > 1 else at[0]}"
        )
        raise TableError(
            loc, "sidecar-size", message, f"Give 0 or sizes from {SMALLEST:g} to {LARGEST:g}."
        )
    return sizes


def _positions(car: Sidecar, loc: Loc, name: str, names: Naming, kind: str) -> IntArray:
    column = car.content.arrays[name]
    # Where nodes are named `1`, `2`, ... a number in the file is a name.
    if column.dtype.kind in "US" or (
        column.dtype.kind in "iu" and any(node.isdigit() for node in names)
    ):
        found = _find_all(column, names)
    elif column.dtype.kind in "iuf":
        inside = (column >= 0) & (column < len(names)) & (column == np.floor(column))
        found = np.where(inside, column, -1).astype(np.int64)
    else:
        found = np.full(len(column), -1)
    bad = np.flatnonzero(found < 0)
    if len(bad):
        row = int(bad[0])
        message = (
            f"{len(bad)} entries of `{name}` in `{car.file}` name no {kind}, "
            f"the first is {column[row]} in row {row} (counted from 0)"
        )
        fix = f"Use positions from 0 to {len(names) - 1} or names: {names.describe()}."
        raise TableError(loc, "sidecar-index", message, fix if len(names) else _no_nodes(kind))
    return found


def _no_nodes(kind: str) -> str:
    return f"The topology has no {kind}s; give it some first."


def _find_all(column: NDArray[Any], names: Naming) -> IntArray:
    texts = np.char.decode(column, "utf-8") if column.dtype.kind == "S" else column.astype(str)
    distinct, back = np.unique(texts, return_inverse=True)
    found = [names.find(str(text)) for text in distinct]
    return np.array([-1 if place is None else place for place in found], dtype=np.int64)[back]
