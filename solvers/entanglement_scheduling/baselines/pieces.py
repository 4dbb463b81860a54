"""A protocol cut into pieces at the slots where it may pause."""

import itertools
from dataclasses import dataclass
from typing import Literal

from planner.solvers.entanglement_scheduling.baselines.periodic import Periodic, Span

Reserves = Literal["all", "piece", "shape"]
"""What a running piece reserves: every qubit of the protocol (`all`), every qubit that the piece
holds at all (`piece`), both for all its slots; or each qubit when the piece holds it (`shape`)."""

Course = tuple[tuple[int, int, int], ...]
"""What one repetition does: (first slot of the protocol, slot after the last, start) per piece."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Slots `begin` to `end` of a protocol, which run without a pause."""

    begin: int
    end: int
    reserved: tuple[Span, ...]
    """Counted from the start of the piece."""
    kept: tuple[int, ...]
    """Qubits that stay held while the protocol pauses before the next piece."""

    @property
    def length(self) -> int:
        """Slots."""
        return self.end - self.begin


def cut(task: Periodic, reserves: Reserves) -> tuple[Piece, ...]:
    """Return the pieces of a task, in order."""
    bounds = (0, *task.pauses, task.length)
    found = []
    for begin, end in itertools.pairwise(bounds):
        within = [
            (qubit, max(first, begin) - begin, min(last, end) - begin)
            for qubit, first, last in task.spans
            if first < end and begin < last
        ]
        kept = sorted(qubit for qubit, first, last in task.spans if first < end < last)
        found.append(Piece(begin, end, _reserved(task, within, end - begin, reserves), tuple(kept)))
    return tuple(found)


def joined(pieces: tuple[Piece, ...], starts: list[int]) -> Course:
    """Return the course of a repetition, with pieces that follow without a pause joined."""
    found: list[tuple[int, int, int]] = []
    for piece, start in zip(pieces, starts, strict=True):
        if found and found[-1][2] + found[-1][1] - found[-1][0] == start:
            begin, _, first = found.pop()
            found.append((begin, piece.end, first))
        else:
            found.append((piece.begin, piece.end, start))
    return tuple(found)


def whole(pieces: tuple[Piece, ...]) -> tuple[Span, ...]:
    """Return what pieces reserve that run one after the other without a pause."""
    return tuple(
        (qubit, piece.begin + begin, piece.begin + end)
        for piece in pieces
        for qubit, begin, end in piece.reserved
    )


def _reserved(
    task: Periodic, within: list[Span], length: int, reserves: Reserves
) -> tuple[Span, ...]:
    if reserves == "shape":
        return tuple(within)
    qubits = task.qubits if reserves == "all" else {qubit for qubit, _, _ in within}
    return tuple((qubit, 0, length) for qubit in sorted(qubits))
