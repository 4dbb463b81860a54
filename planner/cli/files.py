"""Files the command writes: refused before the work, not after it."""

import os
from pathlib import Path

from planner.models.base.errors import InputError, refuse


def check_output(path: Path | None) -> None:
    """Refuse an output file that cannot be written, before anything is computed.

    Raises `InputError` (`file-unwritable`).
    """
    if path is None:
        return
    folder = path.parent
    if not folder.is_dir():
        fix = f"Make the folder first: mkdir -p {folder}"
        raise refuse("file-unwritable", f"there is no folder `{folder}`", fix, path=str(path))
    if not os.access(folder, os.W_OK):
        message = f"the folder `{folder.absolute()}` cannot be written to"
        raise refuse("file-unwritable", message, "Choose another place.", path=str(path))


def check_new(path: Path) -> None:
    """Refuse to overwrite a file; raises `InputError` (`file-exists`, `file-unwritable`)."""
    check_output(path)
    if path.exists():
        fix = "Choose another name, or give --force to replace it."
        raise refuse("file-exists", f"`{path}` exists already", fix, path=str(path))


def write_text(path: Path, text: str) -> None:
    """Write a text file; raises `InputError` (`file-unwritable`)."""
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise unwritable(path, error) from None


def unwritable(path: Path, error: OSError) -> InputError:
    """Return the error for a file that cannot be written."""
    message = f"`{path}` cannot be written: {error.strerror}"
    return refuse("file-unwritable", message, "Choose another place.", path=str(path))


def result_name(instance: Path) -> Path:
    """Return the default name of a result: `<stem>.result.json` in the current folder."""
    return Path(f"{instance.stem}.result.json")
