"""Collects the log of a backend: every line to `logging` at DEBUG, the last ones kept."""

import logging
from collections import deque

_KEPT = 40


class LogTail:
    """The last lines of a log; pieces may come without regard to line ends."""

    def __init__(self, backend: str) -> None:
        self._logger = logging.getLogger(f"planner.engines.{backend}")
        self._lines: deque[str] = deque(maxlen=_KEPT)
        self._open = ""

    def write(self, piece: str) -> None:
        """Take a piece of the log."""
        *lines, self._open = (self._open + piece).split("\n")
        for line in lines:
            self._take(line)

    def write_line(self, line: str) -> None:
        """Take one whole line, with or without its end."""
        self.write(line if line.endswith("\n") else line + "\n")

    @property
    def text(self) -> str:
        """The last lines, joined."""
        return "\n".join([*self._lines, self._open] if self._open else self._lines)

    def _take(self, line: str) -> None:
        if line.strip():
            self._lines.append(line.rstrip())
            self._logger.debug("%s", line.rstrip())
