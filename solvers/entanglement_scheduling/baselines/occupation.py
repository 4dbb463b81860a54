"""Which slots of which qubits are taken, as bits of whole numbers."""

from collections import defaultdict
from collections.abc import Iterable

Spans = Iterable[tuple[int, int, int]]
"""(qubit, first slot, slot after the last), counted from the start of a protocol."""


class Occupation:
    """Slots of qubits; bit t of a qubit's number says that slot t is taken.

    The earliest start of a rigid shape takes a few shifts per segment: a start is blocked if any
    slot of the segment is taken, so the taken slots are smeared out over as many starts as the
    segment is long, doubling the smear in each step.
    """

    def __init__(self) -> None:
        """Begin with every slot free."""
        self._taken: defaultdict[int, int] = defaultdict(int)

    def take(self, spans: Spans, start: int) -> None:
        """Take what a protocol holds that starts at a slot."""
        taken = self._taken
        for qubit, begin, end in spans:
            taken[qubit] |= ((1 << (end - begin)) - 1) << (start + begin)

    def earliest(self, spans: Spans, first: int, last: int) -> int | None:
        """Return the earliest start in first..last at which all spans are free, if any."""
        count = last - first + 1
        if count <= 0:
            return None
        taken, blocked = self._taken, 0
        for qubit, begin, end in spans:
            length = end - begin
            seen = (taken[qubit] >> (first + begin)) & ((1 << (count + length - 1)) - 1)
            if not seen:
                continue
            smeared = 1
            while smeared < length:
                step = min(smeared, length - smeared)
                seen |= seen >> step
                smeared += step
            blocked |= seen
        free = ~blocked & ((1 << count) - 1)
        return first + (free & -free).bit_length() - 1 if free else None

    def last_taken(self, qubit: int, first: int, end: int) -> int | None:
        """Return the slot after the last taken one of a qubit in [first, end), if any."""
        if end <= first:
            return None
        seen = (self._taken[qubit] >> first) & ((1 << (end - first)) - 1)
        return first + seen.bit_length() if seen else None
