"""Reads the text of a file, within limits and with a clear word on what is in the way."""

from pathlib import Path

from planner.loading.limits import MEBIBYTE
from planner.loading.words import nearest, printable, shorten
from planner.models.base.errors import Finding, InputError


def read_text(path: Path, limit: int) -> str:
    """Return the text of a UTF-8 file of at most `limit` bytes, with Unix line ends.

    Raises `InputError` with the codes `file-missing`, `file-unreadable`, `file-too-large` or
    `file-encoding`.
    """
    raw = _read(path, limit)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refuse(path, "file-encoding", "this is UTF-16", "Save the file as UTF-8.", line=1)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message = f"byte {error.start + 1} is not UTF-8 text"
        fix = "Save the file as UTF-8; arrays in binary form go into a side-car."
        raise _refuse(path, "file-encoding", message, fix, line=line) from None
    return text.replace("\r\n", "\n")


def _read(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as stream:
            raw = stream.read(limit + 1)
    except FileNotFoundError:
        raise _refuse(path, "file-missing", "there is no such file", _neighbour(path)) from None
    except IsADirectoryError:
        fix = "Name the instance file inside it."
        raise _refuse(path, "file-unreadable", "this is a folder", fix) from None
    except (OSError, ValueError) as error:
        what = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        message = f"the file cannot be read: {what}"
        fix = "Check the name of the file and who may read it."
        raise _refuse(path, "file-unreadable", message, fix) from None
    if len(raw) > limit:
        message = f"the file is larger than {limit // MEBIBYTE} MiB"
        fix = "Move large tables into `.npz` or `.csv` side-cars and name them in the instance."
        raise _refuse(path, "file-too-large", message, fix)
    return raw


def _neighbour(path: Path) -> str:
    if "\n" in str(path):
        return "Give the name of a file, or the data themselves as a mapping."
    try:
        meant = nearest(path.name, (other.name for other in path.parent.iterdir()), likeness=0.8)
    except (OSError, ValueError):
        meant = None
    return f"Did you mean `{path.parent / meant}`?" if meant else "Check the name of the file."


def _refuse(
    path: Path, code: str, message: str, fix: str, *, line: int | None = None
) -> InputError:
    file = shorten(printable(str(path)), 300)
    return InputError([Finding(code=code, message=message, fix=fix, file=file, line=line)])
