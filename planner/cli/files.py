"""Files the command writes: refused before the work, not after it."""

import errno
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from planner.cli import show
from planner.models.base.errors import InputError, refuse

STDOUT = Path("-")
"""As an output it means the standard output."""
FULL = (errno.ENOSPC, errno.EDQUOT)
"""What the system says when there is no room left."""


def is_stdout(path: Path | None) -> bool:
    """Return whether an output is the standard output, by whichever name."""
    return path in (STDOUT, Path("/dev/stdout"))


def check_output(path: Path | None, inputs: Sequence[Path] = (), *, with_npz: bool = False) -> None:
    """Refuse an output file that cannot be written, before anything is computed.

    `inputs` are the files that the same command reads, none of which may be replaced, be it by
    the `.npz` that lies beside some outputs (`with_npz`). Devices and pipes can be written to; what
    else is no regular file cannot. Raises `InputError` (`file-unwritable`, `file-is-input`).
    """
    if path is None or is_stdout(path):
        return
    from planner.api.exchange import keep_inputs

    keep_inputs(path, inputs, with_npz=with_npz)
    if _is_stream(path):
        return
    if path.exists() and not path.is_file():
        message = f"`{path}` is no regular file"
        raise refuse("file-unwritable", message, "Choose another name.", path=str(path))
    folder = path.resolve().parent
    if not folder.is_dir():
        fix = f"Make the folder first: mkdir -p {folder}"
        raise refuse("file-unwritable", f"there is no folder `{folder}`", fix, path=str(path))
    if not os.access(folder, os.W_OK):
        message = f"the folder `{folder.absolute()}` cannot be written to"
        raise refuse("file-unwritable", message, "Choose another place.", path=str(path))


def check_new(path: Path) -> None:
    """Refuse to overwrite a file; raises `InputError` (`file-exists`, `file-unwritable`)."""
    check_output(path)
    if path.exists() and not _is_stream(path):
        fix = "Choose another name, or give --force to replace it."
        raise refuse("file-exists", f"`{path}` exists already", fix, path=str(path))


def hand_over(
    text: str, output: Path | None, document: Mapping[str, Any] | None, *, following: str
) -> None:
    """Write an instance to a file, and show what was asked for on stdout.

    That is the `document` if there is one (`--json`); else the text where there is no file; else
    the verb `following`, to go on with.
    """
    if output is not None:
        write_text(output, text)
    if document is not None:
        show.document(document)
    elif output is None:
        click.echo(text, nl=False)
    else:
        show.line(f"wrote {output}; next: planner {following} {output}")


def write_text(path: Path, text: str) -> None:
    """Write a text file; raises `InputError` (`file-unwritable`)."""
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise unwritable(path, error) from None


def unwritable(path: Path, error: OSError) -> InputError:
    """Return the error for a file that cannot be written."""
    message = f"`{path}` cannot be written: {error.strerror}"
    code = "disk-full" if error.errno in FULL else "file-unwritable"
    return refuse(code, message, "Choose another place.", path=str(path))


def result_name(instance: Path, previous: Path | None = None) -> Path:
    """Return the default name of a result: `<stem>.result.json` in the current folder.

    Where that is the previous result, which is read, a number is put into it.
    """
    name, number = Path(f"{instance.stem}.result.json"), 1
    while previous is not None and name.is_file() and name.resolve() == previous.resolve():
        number += 1
        name = Path(f"{instance.stem}.{number}.result.json")
    return name


def _is_stream(path: Path) -> bool:
    """Return whether a path is a character device or a pipe."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)
