"""A text file that is being imported: its lines, and every fault found in them."""

import re
from pathlib import Path
from typing import NoReturn

from planner.models.base.errors import Finding, InputError

LARGEST = 64 * 2**20
"""Bytes; a topology or plan file above this size is not read."""
SHOWN = 50
"""Faults reported for one file; the rest are counted."""


def whole(word: str) -> int | None:
    """Return a whole number of at most 15 digits, or `None`."""
    return int(word) if re.fullmatch(r"[0-9]{1,15}", word) else None


def share(word: str) -> float | None:
    """Return a number from 0 to below 1, or `None`."""
    if not re.fullmatch(r"[0-9]{0,15}\.?[0-9]{0,15}([eE]-?[0-9]{1,2})?", word):
        return None
    try:
        value = float(word)
    except ValueError:
        return None
    return value if value < 1 else None


class Source:
    """The text of one file; faults are collected and raised all at once.

    Raises `InputError` with `import-missing`, `import-size` or `import-encoding` when the file
    cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.findings: list[Finding] = []
        self.text = self._read()

    @property
    def name(self) -> str:
        """Name of the file, without its folder."""
        return self.path.name

    def lines(self) -> list[tuple[int, list[str]]]:
        """Return (line number from 1, words) of every line that is neither blank nor comment."""
        rows = [
            (number, line.partition("#")[0].split())
            for number, line in enumerate(self.text.splitlines(), start=1)
        ]
        return [(number, words) for number, words in rows if words]

    def fault(
        self, code: str, message: str, fix: str, *, line: int | None = None, path: str = ""
    ) -> None:
        """Note one fault."""
        where = str(self.path)
        self.findings.append(
            Finding(code=code, message=message, fix=fix, path=path, file=where, line=line)
        )

    def stop_if_faulty(self) -> None:
        """Raise `InputError` with every fault noted so far, if there is one."""
        if len(self.findings) > SHOWN:
            more = len(self.findings) - SHOWN
            del self.findings[SHOWN:]
            message = f"{more} more faults in this file"
            self.fault("import-syntax", message, "Check that this is the right kind of file.")
        if self.findings:
            raise InputError(self.findings)

    def stop(
        self, code: str, message: str, fix: str, *, line: int | None = None, path: str = ""
    ) -> NoReturn:
        """Note one fault and raise `InputError` with all of them."""
        self.fault(code, message, fix, line=line, path=path)
        self.stop_if_faulty()
        raise InputError(self.findings)

    def _read(self) -> str:
        if not self.path.is_file():
            self.stop("import-missing", "there is no such file", "Check the name of the source.")
        size = self.path.stat().st_size
        if size > LARGEST:
            message = f"the file has {size} bytes, more than {LARGEST}"
            self.stop("import-size", message, "Check that this is the right kind of file.")
        try:
            return self.path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            message = f"the file is not UTF-8 text (byte {error.start})"
            self.stop("import-encoding", message, "Check that this is the right kind of file.")
