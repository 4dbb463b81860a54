"""A network as a list of cables between numbered devices, before it is given a shape."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

Value = TypeVar("Value", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Cable:
    """A full-duplex link: `rate` in bit/s per direction, `latency` in seconds."""

    a: int
    b: int
    rate: Fraction
    latency: Fraction


@dataclass(frozen=True, slots=True)
class Wiring:
    """Hosts and switches by number, and every cable between them; parallel cables repeat."""

    hosts: tuple[int, ...]
    switches: tuple[int, ...]
    cables: tuple[Cable, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A topology an instance can hold, and how its names relate to the device numbers.

    `topology` are the values of the field of that name; `hosts` the names of the hosts, in the
    order of their numbers; `notes` what a reader of the file should know.
    """

    topology: Mapping[str, object]
    hosts: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_leaf_spine(self) -> bool:
        """Whether the topology is a leaf-spine fabric (else a graph)."""
        return self.topology["kind"] == "leaf_spine"


def most_common(values: Sequence[Value], first: Value | None = None) -> Value:
    """Return the value that occurs most often; of several `first`, or else the one seen first.

    Without any values it is `first`.
    """
    counts = Counter(values)
    if first is not None and counts[first] == max(counts.values(), default=0):
        return first
    return counts.most_common(1)[0][0]


def ranges(numbers: list[int]) -> str:
    """Return whole numbers in few words: `0-15, 32`."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
