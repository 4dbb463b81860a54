"""Nodes given by number or by name."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, overload

from pydantic import Discriminator, Field, Tag

from planner.models.base.record import Count, Name


def _form(value: object) -> str:
    return "names" if isinstance(value, list | tuple) else "count"


Nodes = Annotated[
    Annotated[Count, Tag("count")] | Annotated[tuple[Name, ...], Field(min_length=1), Tag("names")],
    Discriminator(_form),
]
"""How many nodes there are (named by a prefix and a number from 0), or the list of their names."""


class Naming(Sequence[str]):
    """The names of a group of nodes, without storing `leaf0` ... `leaf1023`.

    `prefix` serves where `nodes` is a number.
    """

    def __init__(self, nodes: int | Sequence[str], prefix: str) -> None:
        self._prefix = prefix
        self._names = None if isinstance(nodes, int) else tuple(nodes)
        self._size = nodes if isinstance(nodes, int) else len(nodes)
        self._index = {name: index for index, name in enumerate(self._names or ())}

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        """Return the name at a position (from 0, not from the end), or the names of a slice."""
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(self._size))]
        if not 0 <= index < self._size:
            raise IndexError(index)
        return self._names[index] if self._names is not None else f"{self._prefix}{index}"

    def find(self, name: str) -> int | None:
        """Return the position of a name, or `None`."""
        if self._names is not None:
            return self._index.get(name)
        digits = name.removeprefix(self._prefix)
        if digits == name or not (digits.isascii() and digits.isdigit()):
            return None
        index = int(digits) if len(digits) < 19 else self._size
        return index if index < self._size and str(index) == digits else None

    def describe(self) -> str:
        """Return the names in few words, for error messages."""
        if not self._size:
            return "not given"
        if self._names is None:
            return f"{self._prefix}0 to {self._prefix}{self._size - 1}"
        shown = ", ".join(self._names[:6])
        return shown if self._size <= 6 else f"{shown}, ... ({self._size} in all)"

    def repeated(self) -> list[str]:
        """Return the names that occur more than once."""
        return sorted(name for name, times in Counter(self._names or ()).items() if times > 1)
