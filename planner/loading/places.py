"""Where the keys and values of a document stand in its text."""

import bisect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from planner.loading.paths import Path
from planner.models.base.errors import Finding


class Place(NamedTuple):
    """A line and a column, both counted from 1."""

    line: int
    column: int


class Spot:
    """Where one value stands, where its key stands, and the spots of the values inside it.

    There is one per value of a document, so that places are kept as bare numbers.
    """

    __slots__ = ("_column", "_key_column", "_key_line", "_line", "inside")

    def __init__(
        self,
        place: Place,
        key: Place | None = None,
        inside: "dict[str | int, Spot] | None" = None,
    ) -> None:
        self.place = place
        self.key = key
        self.inside: dict[str | int, Spot] = {} if inside is None else inside

    @property
    def place(self) -> Place:
        """Where the value begins."""
        return Place(self._line, self._column)

    @place.setter
    def place(self, place: Place) -> None:
        self._line, self._column = place

    @property
    def key(self) -> Place | None:
        """Where the key of the value begins; `None` in lists and at the root."""
        return Place(self._key_line, self._key_column) if self._key_line else None

    @key.setter
    def key(self, key: Place | None) -> None:
        self._key_line, self._key_column = key or (0, 0)

    def find(self, path: Path) -> "tuple[Spot, int]":
        """Return the spot of the longest part of `path` that is in the text, and its length."""
        spot = self
        for depth, step in enumerate(path):
            if step not in spot.inside:
                return spot, depth
            spot = spot.inside[step]
        return spot, len(path)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of a text."""

    data: Any
    scan: Callable[[], Spot]
    """Finds where everything stands; called only once there is a fault to report."""
    findings: tuple[Finding, ...] = ()
    """Faults that leave the rest of the text readable."""


class Lines:
    """Turns offsets into a text into places."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        position = text.find("\n")
        while position >= 0:
            self._starts.append(position + 1)
            position = text.find("\n", position + 1)

    def place(self, offset: int) -> Place:
        """Return the place of the character at `offset`."""
        line = bisect.bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)
