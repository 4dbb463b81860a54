"""Files of the wrong kind: an instance where a result belongs, and the reverse."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from planner.models.base.errors import Finding, InputError, refuse

_HEAD = 65_536
"""Bytes that are looked at."""
_RESULT = re.compile(rb'"format"\s*:\s*"planner-result/')
_INSTANCE = re.compile(rb'^\s*"?schema_version"?\s*[:=]', re.MULTILINE)


@contextmanager
def noticed(
    *,
    instances: Sequence[Path] = (),
    results: Sequence[Path | None] = (),
    with_data: bool = False,
) -> Iterator[None]:
    """Say in one line that a file is of the other kind, instead of everything it lacks.

    Files are looked at once the block has refused them. `with_data` says that the command has the
    option `--data`, which is the way out for side-cars that are not found. Raises `InputError`
    (`file-kind`, or what the block raises).
    """
    try:
        yield
    except InputError as error:
        for path in instances:
            if _RESULT.search(_head(path)):
                fix = f"Give the instance it was made from; `planner verify {path}` takes a result."
                raise refuse("file-kind", f"`{path}` is a result", fix) from None
        for path in filter(None, results):
            head = _head(path)
            if _INSTANCE.search(head) and not _RESULT.search(head):
                fix = f"Give a result; `planner solve {path}` makes one."
                raise refuse("file-kind", f"`{path}` is an instance", fix) from None
        if with_data:
            raise InputError(map(_with_data, error.findings)) from None
        raise


def _with_data(finding: Finding) -> Finding:
    if finding.code != "sidecar-missing":
        return finding
    message = f"{finding.message}: not found beside the result"
    return replace(finding, message=message, fix="Give the folder it is in: --data DIR.")


def _head(path: Path) -> bytes:
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError:
        return b""
