"""Result files: JSON with a seal, read and written."""

import contextlib
import errno
import json
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import IO, Any, TypeVar

from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from planner.loading.files import read_text
from planner.loading.json_reader import read_json
from planner.loading.paths import format_path
from planner.loading.sidecars import FolderReader
from planner.loading.values import check_values
from planner.models.base.errors import AuditError, Finding, InputError, refuse
from planner.models.base.instance import digest
from planner.results import columns
from planner.results.result import FORMAT, Result

MOST_BYTES = 2**28
"""A result file above this size is not read; long arrays live beside it."""
MOST_FINDINGS = 50
FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the system says when there is no room left."""
UNREADABLE = {
    *("file-missing", "file-unreadable", "file-too-large", "file-encoding"),
    *("json-syntax", "too-deep", "too-many-values", "result-none"),
}
"""Codes of a file that is no result at all, rather than a wrong one."""
Model = TypeVar("Model", bound=BaseModel)

ARTEFACTS = ("plan", "certificate")
"""The keys whose long arrays leave the JSON."""

LATER = {"bound_scope"}
"""Keys that files of earlier versions lack; they are written where a result has them."""

_REPAIR = "Solve again, or ask whoever made the file for a fresh one."


def document(result: Result) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return the JSON values of a result, and the long arrays they refer to by name."""
    values = result.model_dump(mode="json", by_alias=True, exclude={"plan", "certificate"})
    arrays: dict[str, NDArray[Any]] = {}
    for field in ARTEFACTS:
        part: BaseModel | None = getattr(result, field)
        dumped = None if part is None else part.model_dump(mode="python", by_alias=True)
        values[field] = columns.take_out(dumped, field, arrays)
    left_out = LATER - result.model_fields_set
    return {key: values[key] for key in Result.model_fields if key not in left_out}, arrays


def seal(values: Mapping[str, Any]) -> str:
    """Return the digest of all keys of a result document but `sha256` itself."""
    return digest({key: value for key, value in values.items() if key != "sha256"})


def write(result: Result, path: Path) -> list[Path]:
    """Write a result and its long arrays; return the files written, the result first.

    A device or pipe gets the whole document, the long arrays in it.
    """
    if is_stream(path):
        _write_whole(path, lambda file: file.write((_layout(result.data()) + "\n").encode()))
        return [path]
    values, arrays = document(result)
    written = [path]
    if path.name in result.instance.sidecars:
        message = f"`{path}` has the name of a file of the instance"
        raise refuse("result-unwritable", message, "Choose another name for the result.")
    if arrays:
        written.append(path.with_suffix(".npz"))
        if written[1] == path or written[1].name in result.instance.sidecars:
            message = f"`{written[1]}`, for the long arrays of the result, is another file's name"
            raise refuse("result-unwritable", message, "Choose another name for the result.")
        _write_whole(written[1], lambda file: columns.write(arrays, file))
    _write_whole(path, lambda file: file.write((_layout(values) + "\n").encode()))
    return written


@dataclass(frozen=True)
class Stored:
    """A result file as it was read, before anything in it is believed."""

    path: Path
    values: dict[str, Any]

    def is_sealed(self) -> bool:
        """Return whether the content is what it was when the result was written.

        Long arrays may stand in the file itself, as on the standard output of a command.
        """
        arrays: dict[str, NDArray[Any]] = {}
        stored = {
            field: columns.take_out(self.values.get(field), field, arrays) for field in ARTEFACTS
        }
        return self.values.get("sha256") == seal({**self.values, **stored})

    def result(self) -> Result:
        """Return the typed result; raises `InputError` for a malformed or unknown format."""
        result = parse(self.values, npz=self.path.with_suffix(".npz"))
        result._sidecars = FolderReader(self.path.parent)
        return result

    def intact_result(self) -> Result:
        """Return the typed result, for use without a full re-check of its figures.

        Raises `AuditError` if the file was changed after it was written, and as `result` does.
        """
        result = self.result()
        if not self.is_sealed():
            raise AuditError(
                f"`{self.path}` was changed after it was written; `planner verify` says what in it "
                "does not hold."
            )
        return result


def read(path: Path) -> Stored:
    """Read a result file.

    Raises `InputError` when there is no such file or it holds no JSON object (see `UNREADABLE`),
    and for values that no result holds: `duplicate-key`, `not-finite`, `text-invalid`.
    """
    try:
        reading = read_json(read_text(path, MOST_BYTES))
    except InputError as error:
        raise InputError(replace(found, file=str(path)) for found in error.findings) from None
    found = [
        *reading.findings,
        *(
            Finding(
                code=issue.code, message=issue.message, fix=_REPAIR, path=format_path(issue.loc)
            )
            for issue in check_values(reading.data)
        ),
    ]
    if found:
        raise InputError(replace(each, file=str(path)) for each in found[:MOST_FINDINGS])
    if not isinstance(reading.data, dict):
        message = f"`{path}` holds no JSON object"
        raise refuse("result-none", message, "Give a result file written by planner.")
    return Stored(path=path, values=reading.data)


def parse(values: Mapping[str, Any], npz: Path | None = None) -> Result:
    """Return the typed result of a document; `npz` is the file its references mean.

    Raises `InputError`: `format-unknown`, `problem-unknown`, `result-malformed`, and what
    `artefact` raises.
    """
    from planner.catalog import get

    if values.get("format") != FORMAT:
        message = f"the format is {values.get('format')!r}, not `{FORMAT}`"
        fix = "Give a result file of planner; one of a later format needs a later version of it."
        raise refuse("format-unknown", message, fix, path="format")
    if not isinstance(values.get("problem"), str):
        raise refuse("result-malformed", "the problem is not named", _REPAIR, path="problem")
    room = get(values["problem"]).model_room()
    parts = {
        "plan": artefact(room, "plan", values.get("plan"), npz),
        "certificate": artefact(room, "certificate", values.get("certificate"), npz),
    }
    return _validated(Result, {**values, **parts}, "")


def artefact(room: ModuleType, field: str, value: Any, npz: Path | None = None) -> Any:
    """Return the typed plan or certificate (`field`) of a problem from JSON values.

    Raises `InputError`: `plan-malformed` or `certificate-malformed` for an unknown kind or wrong
    columns, and what `columns.put_back` raises.
    """
    if value is None:
        return None
    classes = {"plan": room.PLANS, "certificate": room.CERTIFICATES}[field]
    kinds = {model.model_fields["kind"].default: model for model in classes}
    kind = value.get("kind") if isinstance(value, Mapping) else None
    if not isinstance(kind, str) or kind not in kinds:
        message = f"there is no {field} of the kind {kind!r}"
        fix = f"Kinds of this problem: {', '.join(kinds)}."
        raise refuse(f"{field}-malformed", message, fix, path=f"{field}.kind")
    if npz is not None:
        value = columns.put_back(value, columns.Shelf(npz), field)
    return _validated(kinds[kind], value, field)


def _validated(model: type[Model], value: Any, where: str) -> Model:
    code = f"{where or 'result'}-malformed"
    try:
        return model.model_validate(value)
    except ValidationError as error:
        findings = [
            Finding(
                code=code,
                message=fault["msg"],
                fix=(fault.get("ctx") or {}).get("fix", _REPAIR),
                path=format_path((*([where] if where else []), *fault["loc"])),
            )
            for fault in error.errors(include_url=False, include_input=False)[:MOST_FINDINGS]
        ]
    raise InputError(findings)


def _layout(value: Any, depth: int = 0) -> str:
    """Return JSON text for people: objects indented, lists of numbers and small things in a row."""
    if isinstance(value, dict) and value and depth < 2:
        rows = [f"{_plain(key)}: {_layout(item, depth + 1)}" for key, item in value.items()]
        opening, closing = "{}"
    elif isinstance(value, list) and value and isinstance(value[0], dict | list):
        rows = [_plain(item) for item in value]
        opening, closing = "[]"
    else:
        return _plain(value)
    pad = "  " * depth
    return f"{opening}\n{pad}  " + f",\n{pad}  ".join(rows) + f"\n{pad}{closing}"


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def is_stream(path: Path) -> bool:
    """Return whether a path is a device or a pipe, such as `/dev/null`, which takes bytes only."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)


def _write_whole(path: Path, write_to: Callable[[IO[bytes]], object]) -> None:
    """Write under a temporary name in the same folder, then rename.

    A link stays: the file it points to is replaced. A device or pipe is written to directly, and
    nothing else that is no regular file is touched.
    """
    try:
        if is_stream(path):
            with path.open("wb") as file:
                write_to(file)
        elif path.exists() and not path.is_file():
            raise refuse(
                "result-unwritable", f"`{path}` is no regular file", "Choose another name."
            )
        else:
            _replace(path.resolve(), write_to)
    except OSError as error:
        code = "disk-full" if error.errno in FULL else "result-unwritable"
        message = f"`{path}` cannot be written: {error.strerror or error}"
        raise refuse(code, message, "Choose another place for the result.") from None


def _replace(path: Path, write_to: Callable[[IO[bytes]], object]) -> None:
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with partial.open("xb") as file:
            write_to(file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
