"""Long arrays of plans and certificates: kept in an `.npz` beside the result, each with a digest.

In the JSON a long array is replaced by a `Reference`. The `.npz` has the name of the result file,
so that both can be renamed together.
"""

import functools
import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError
from pydantic_core import PydanticCustomError, to_jsonable_python

from planner.loading.limits import ARRAYS
from planner.loading.sidecars import FolderReader
from planner.models.base.errors import refuse
from planner.models.base.record import Record

LONG = 10_000
"""Arrays with more entries than this leave the JSON."""

_LEVEL = 2
"""How hard to compress, 1 to 9."""
_FIX = "Keep the `.npz` that was written with the result beside it, or solve again."


class Reference(Record):
    """Stands in the JSON for an array that lives in the `.npz`."""

    npz: str
    """Name of the array inside the file."""
    dtype: Literal["int64", "float64"]
    shape: tuple[int, ...]
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Digest of the numbers, row by row, in little-endian order."""


class Shelf:
    """The `.npz` of one result; read once, when its first array is asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @functools.cached_property
    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """The arrays by name.

        Raises `InputError` with the codes of a side-car (`sidecar-missing`, `sidecar-corrupt`,
        `sidecar-too-large`, ...).
        """
        try:
            return FolderReader(self._path.parent)(self._path.name).arrays
        except PydanticCustomError as error:
            fix = str((error.context or {}).get("fix", _FIX))
            raise refuse(error.type, error.message(), fix, path=self._path.name) from None

    def fetch(self, values: Mapping[str, Any], where: str) -> NDArray[Any]:
        """Return the array that a reference means.

        Raises `InputError` as `arrays` does, or with `reference-malformed` or `digest-sidecar`.
        """
        try:
            reference = Reference.model_validate(values)
        except ValidationError:
            message = "a reference to a stored array is malformed"
            raise refuse("reference-malformed", message, _FIX, path=where) from None
        array = self.arrays.get(reference.npz)
        found = None if array is None else _long_array(array)
        if found is None or _reference(reference.npz, found) != reference:
            message = f"`{self._path.name}` does not hold the array that was stored"
            raise refuse("digest-sidecar", message, _FIX, path=where)
        return found


def take_out(value: Any, where: str, arrays: dict[str, NDArray[Any]]) -> Any:
    """Return `value` as JSON values; its long arrays move to `arrays`, named by their place."""
    if isinstance(value, Mapping):
        if "npz" in value:  # taken out before; it counts
            arrays[str(value["npz"])] = np.zeros(0)
        return {key: take_out(item, f"{where}.{key}", arrays) for key, item in value.items()}
    array = _long_array(value) if len(arrays) < ARRAYS else None
    if array is None:
        if isinstance(value, list | tuple):
            return [take_out(item, f"{where}.{n}", arrays) for n, item in enumerate(value)]
        return value.tolist() if isinstance(value, np.ndarray) else to_jsonable_python(value)
    arrays[where] = array
    return _reference(where, array).model_dump(mode="json")


def put_back(value: Any, shelf: Shelf, where: str) -> Any:
    """Return `value` with each reference replaced by its array; raises as `Shelf.fetch` does."""
    if isinstance(value, Mapping):
        if "npz" in value:
            return shelf.fetch(value, where).tolist()
        return {key: put_back(item, shelf, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], dict | list):
        return [put_back(item, shelf, f"{where}.{n}") for n, item in enumerate(value)]
    return value


def write(arrays: Mapping[str, NDArray[Any]], file: IO[bytes]) -> None:
    """Write the arrays in the `.npz` format; the same arrays give the same bytes.

    `numpy.savez_compressed` compresses a tenth better and takes several times as long.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def _reference(name: str, array: NDArray[Any]) -> Reference:
    return Reference(
        npz=name,
        dtype="int64" if array.dtype.kind == "i" else "float64",
        shape=array.shape,
        sha256=hashlib.sha256(array.data).hexdigest(),
    )


def _long_array(value: Any) -> NDArray[Any] | None:
    """Return a long array of numbers, given as an array or as lists, in the form it is stored."""
    if isinstance(value, list | tuple):
        size = 1
        first: Any = value
        while isinstance(first, list | tuple):
            size, first = size * len(first), first[0] if first else None
        if size <= LONG or not isinstance(first, int | float):
            return None
        try:
            value = np.asarray(value)
        except ValueError:  # rows of different lengths
            return None
    if not isinstance(value, np.ndarray) or value.size <= LONG or value.dtype.kind not in "if":
        return None
    return np.ascontiguousarray(value, dtype="<i8" if value.dtype.kind == "i" else "<f8")
