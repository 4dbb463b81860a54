"""Reads `.npz` archives of plain arrays; sizes are checked before anything is unpacked.

The array headers are parsed and the numbers copied here, so that no pickle can ever be loaded.
"""

import io
import math
import warnings
import zipfile
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray
from pydantic_core import PydanticCustomError

from planner.loading.limits import ARRAY_BYTES, ARRAYS, CELL, MEBIBYTE
from planner.loading.words import quote
from planner.models.base.faults import fault

_SAVE = "Save the arrays anew with `numpy.savez_compressed`."
_MOST_ENTRIES = 2**31
_MOST_AXES = 4


def read_npz(raw: bytes, file: str) -> dict[str, NDArray[Any]]:
    """Return the arrays of an archive by name, read-only and in native byte order.

    Allowed are truth values, whole numbers and floats of at most 64 bits, and text of fixed width.
    Raises faults (`sidecar-corrupt`, `sidecar-too-large`, `sidecar-pickle`, `sidecar-dtype`,
    `sidecar-not-finite`).
    """
    # zipfile reads the whole directory at once, so its length is bounded beforehand.
    if raw.count(b"PK\x01\x02") > 2 * ARRAYS:
        raise _too_large(file, f"more than {2 * ARRAYS} members")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = _members(archive, file)
            return {name: _read(archive, info, file) for name, info in members.items()}
    except PydanticCustomError:
        raise
    except Exception as error:  # Whatever the parsers stumble over, the archive is at fault.
        raise _corrupt(file, str(error)) from None


def _members(archive: zipfile.ZipFile, file: str) -> dict[str, zipfile.ZipInfo]:
    """Return the members by array name, once their number and declared sizes are in order."""
    infos = archive.infolist()
    total = sum(info.file_size for info in infos)
    if len(infos) > ARRAYS or total > ARRAY_BYTES:
        raise _too_large(file, f"{len(infos)} arrays with {total:,} bytes in all")
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename.removesuffix(".npy")
        if name == info.filename or name in members:
            raise _corrupt(file, f"the member {quote(info.filename)} is no array of its own")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _corrupt(file, f"{quote(name)} is compressed in a way that is not read")
        members[name] = info
    return members


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: str) -> NDArray[Any]:
    where = f"{quote(info.filename.removesuffix('.npy'))} in {quote(file)}"
    with archive.open(info) as stream:
        shape, is_fortran, dtype = _header(stream, where)
        size = math.prod(shape) * dtype.itemsize
        if size > info.file_size:
            raise _corrupt(file, f"the array {where} ends too early")
        # One byte more than is needed brings the reader to the end, where it checks the sum.
        content = stream.read(size + 1)
    if len(content) != size:
        raise _corrupt(file, f"the array {where} has another length than its header says")
    array = np.frombuffer(content, dtype=dtype).reshape(shape, order="F" if is_fortran else "C")
    array = array.astype(dtype.newbyteorder("="), copy=False)
    _check_content(array, where)
    array.setflags(write=False)
    return array


def _header(stream: Any, where: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return shape, Fortran order and type of an array from its header alone."""
    version = npy.read_magic(stream)
    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    if version not in readers:
        raise _bad_type(where, "a kind of array that needs a header of version 3")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shape, is_fortran, dtype = readers[version](stream)
    if dtype.hasobject:
        message = f"the array {where} holds pickled Python objects"
        fix = "Convert it first, for example with `array.astype(float)`."
        raise fault("sidecar-pickle", message, fix)
    is_number = dtype.kind in "biuf" and dtype.itemsize <= 8
    is_text = dtype.kind == "U" and 0 < dtype.itemsize <= 4 * CELL
    if dtype.shape or not (is_number or is_text):
        raise _bad_type(where, f"`{str(dtype)[:60]}`")
    if len(shape) > _MOST_AXES or not all(0 <= length < _MOST_ENTRIES for length in shape):
        raise _bad_type(where, f"an array of the shape {str(shape)[:60]}")
    return shape, is_fortran, dtype


def _check_content(array: NDArray[Any], where: str) -> None:
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        message = f"the array {where} holds NaN or infinite numbers"
        fix = "Replace them by numbers, or leave the entries out."
        raise fault("sidecar-not-finite", message, fix)
    flat = np.ascontiguousarray(array).reshape(-1)
    if array.dtype.kind == "b" and flat.size and flat.view(np.uint8).max() > 1:
        raise _bad_type(where, "truth values that are neither 0 nor 1")
    if array.dtype.kind == "U" and flat.size:
        codes = flat.view(np.uint32)
        if ((codes > 0x10FFFF) | ((codes >= 0xD800) & (codes <= 0xDFFF))).any():
            raise _bad_type(where, "text that is not Unicode")


def _too_large(file: str, what: str) -> PydanticCustomError:
    message = f"{quote(file)} unpacks to {what}"
    fix = f"At most {ARRAYS} arrays with {ARRAY_BYTES // MEBIBYTE} MiB in all are read."
    return fault("sidecar-too-large", message, fix)


def _bad_type(where: str, what: str) -> PydanticCustomError:
    message = f"the array {where} holds {what}"
    fix = "Use truth values, whole numbers, floats of 64 bits at most, or text of fixed width."
    return fault("sidecar-dtype", message, fix)


def _corrupt(file: str, what: str) -> PydanticCustomError:
    message = f"{quote(file)} is damaged or not an `.npz` file: {what[:200]}"
    return fault("sidecar-corrupt", message, _SAVE)
