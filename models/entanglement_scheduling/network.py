"""A quantum network as arrays: nodes with pools of qubits, links with what each can do."""

import math
from dataclasses import dataclass
from fractions import Fraction

from planner.models.base.arrays import FloatArray, IntArray

Settings = tuple["Setting", ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to drive a link."""

    fidelity: float
    """Fidelity of a fresh pair, to the nearest Bell state."""
    rate: float
    """Mean pairs per second."""
    slots: int
    """Slots that one generation tries, from the instance's policy."""
    success: float
    """Probability that a pair comes within them: 1 - exp(-rate * slots * slot length)."""
    bright: float | None = None
    """Bright-state population of single-click generation, where the pair is of that form."""


@dataclass(frozen=True, slots=True)
class Physics:
    """What time and noise do to pairs, and how long operations take."""

    slot: float
    """Seconds."""
    swap_slots: int
    distil_slots: int
    swap_success: float
    storage_time: float
    """Depolarising time of a half in a storage qubit, in seconds."""
    communication_time: float
    """Depolarising time of a half that waits in a communication qubit, in seconds."""


@dataclass(frozen=True, slots=True)
class Network:
    """n nodes and m links. Pool 2v are the communication qubits of node v, 2v + 1 its storage."""

    names: tuple[str, ...]
    communication: IntArray
    """(n,): communication qubits."""
    storage: IntArray
    """(n,): storage qubits."""
    is_end: tuple[bool, ...]
    """Whether pairs may be wanted at the node."""
    ends: IntArray
    """(m, 2): nodes of each link."""
    length: FloatArray
    """(m,): metres."""
    settings: tuple[Settings, ...]
    """Per link, in the order of the instance."""
    physics: Physics


def whole_slots(seconds: float, slot: float) -> int:
    """Return the least number of slots that lasts `seconds`.

    Both are taken as the decimal numbers that the user wrote, so that 1 / (6.25 * 0.01) is 16.
    """
    return math.ceil(Fraction(repr(seconds)) / Fraction(repr(slot)))


def period_slots(rate: float, slot: float) -> int:
    """Return ceil(1 / (rate * slot)), exactly, for decimal figures; see `whole_slots`."""
    return math.ceil(1 / (Fraction(repr(rate)) * Fraction(repr(slot))))
