"""Reads side-cars: arrays in a file beside the instance, without trusting the file."""

import functools
import hashlib
import os
import stat
from pathlib import Path, PurePosixPath, PureWindowsPath

from pydantic_core import PydanticCustomError

from planner.loading import csv_table, npz
from planner.loading.limits import CSV_BYTES, MEBIBYTE, SIDECAR_BYTES
from planner.loading.words import nearest, quote, shorten
from planner.models.base.faults import fault
from planner.models.base.instance import Instance
from planner.models.base.sidecar import SidecarContent, SidecarReader

_FORMATS = {".npz": (npz.read_npz, SIDECAR_BYTES), ".csv": (csv_table.read_csv, CSV_BYTES)}
_INSIDE = "Put the file beside the instance, and name it relative to the instance's folder."


class FolderReader:
    """Reads the side-cars of one folder; each file once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read = functools.cache(self._read_once)

    def __call__(self, file: str) -> SidecarContent:
        """Return the digest and the arrays of a side-car.

        Raises faults with the codes `sidecar-outside`, `sidecar-missing`, `sidecar-unreadable`,
        `sidecar-format`, `sidecar-too-large`, `sidecar-corrupt`, `sidecar-pickle`,
        `sidecar-dtype`, `sidecar-not-finite` and `sidecar-table`.
        """
        return self._read(file)

    def _read_once(self, file: str) -> SidecarContent:
        suffix = PurePosixPath(file).suffix.lower()
        if suffix not in _FORMATS:
            message = f"{quote(file)} is neither `.npz` nor `.csv`"
            fix = "Save the arrays with `numpy.savez_compressed`, or as a table with a header."
            raise fault("sidecar-format", message, fix)
        reader, limit = _FORMATS[suffix]
        raw = _read_bytes(self._locate(file), file, limit)
        return SidecarContent(sha256=hashlib.sha256(raw).hexdigest(), arrays=reader(raw, file))

    def _locate(self, file: str) -> Path:
        """Return the real path of a file, which lies inside the folder."""
        windows = PureWindowsPath(file)
        parts = {*PurePosixPath(file).parts, *windows.parts}
        if PurePosixPath(file).is_absolute() or windows.anchor or ".." in parts or "\0" in file:
            raise fault("sidecar-outside", f"{quote(file)} may lie outside the folder", _INSIDE)
        try:
            folder = self._folder.resolve()
            path = (folder / file).resolve(strict=True)
        except FileNotFoundError:
            raise fault("sidecar-missing", f"there is no {quote(file)}", self._near(file)) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise _unreadable(file, error) from None
        if not path.is_relative_to(folder):
            message = f"{quote(file)} is a link to a place outside the folder"
            raise fault("sidecar-outside", message, _INSIDE)
        return path

    def _near(self, file: str) -> str:
        try:
            meant = nearest(file, (path.name for path in self._folder.iterdir()))
        except OSError:
            meant = None
        return f"Did you mean `{meant}`?" if meant else _INSIDE


class KnownReader:
    """Serves the side-cars that an instance was read with; asks `other` for new ones."""

    def __init__(self, instance: Instance, other: SidecarReader | None) -> None:
        self._known = {car.file: car.content for car in instance.sidecars()}
        self._other = other

    def __call__(self, file: str) -> SidecarContent:
        """Return the content of a side-car; raises as `FolderReader` does, or `sidecar-folder`."""
        if file in self._known:
            return self._known[file]
        if self._other is None:
            message = f"{quote(file)} cannot be read here: the instance has no folder"
            raise fault("sidecar-folder", message, "Pass `folder=`.")
        return self._other(file)


def _read_bytes(path: Path, file: str, limit: int) -> bytes:
    try:
        # A pipe would wait for ever, and must not even be opened.
        if not stat.S_ISREG(path.stat().st_mode):
            message = f"{quote(file)} is not a regular file"
            raise fault("sidecar-unreadable", message, "Name a file with arrays.")
        with path.open("rb") as stream:
            raw = stream.read(limit + 1)
    except OSError as error:
        raise _unreadable(file, error) from None
    if len(raw) > limit:
        message = f"{quote(file)} is larger than {limit // MEBIBYTE} MiB"
        fix = "Thin out the data, or save them as `.npz` with smaller numbers."
        raise fault("sidecar-too-large", message, fix)
    return raw


def _unreadable(file: str, error: Exception) -> PydanticCustomError:
    what = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
    message = f"{quote(file)} cannot be read: {shorten(what, 200)}"
    return fault("sidecar-unreadable", message, "Check the file and who may read it.")
