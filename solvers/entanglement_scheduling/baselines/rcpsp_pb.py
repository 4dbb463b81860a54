"""RCPSP-PB-block, RCPSP-PBS and RCPSP-PB: earliest deadline first, with pauses up to a budget.

Repetitions are placed one after the other, as in RCPSP-NP-EDF, but piece by piece: each piece at
the earliest slot after the one before it at which what it reserves is free. From its first slot to
its last a repetition may pause for no more than the budget, and the qubits that hold pairs across
a pause must be free for it all that time. (arXiv 2111.13124; the published code frees some of
them.) The three differ in what a running piece reserves; see `pieces.Reserves`.
"""

from collections.abc import Sequence

from planner.solvers.entanglement_scheduling.baselines.admission import Scheduler, Tick
from planner.solvers.entanglement_scheduling.baselines.occupation import Occupation
from planner.solvers.entanglement_scheduling.baselines.periodic import Periodic, Span
from planner.solvers.entanglement_scheduling.baselines.pieces import (
    Course,
    Piece,
    Reserves,
    cut,
    joined,
    whole,
)
from planner.solvers.entanglement_scheduling.baselines.releases import Releases


def limited(reserves: Reserves, budget: int) -> Scheduler[Course]:
    """Return the scheduler that lets every repetition pause for `budget` slots in all."""
    pieces: dict[int, tuple[Piece, ...]] = {}
    unbroken: dict[int, tuple[Span, ...]] = {}

    def schedule(tasks: Sequence[Periodic], tick: Tick) -> dict[int, list[Course]] | None:
        for task in tasks:
            if task.place not in pieces:
                pieces[task.place] = cut(task, reserves)
                unbroken[task.place] = whole(pieces[task.place])
        occupation, releases = Occupation(), Releases(tasks)
        found: dict[int, list[Course]] = {task.place: [] for task in tasks}
        while (job := releases.pop()) is not None:
            tick()
            task, repetition = tasks[job[0]], job[1]
            parts, release = pieces[task.place], repetition * task.period
            first = occupation.earliest(
                parts[0].reserved, release, release + task.period - task.length
            )
            if first is None:
                return None
            if occupation.earliest(unbroken[task.place], first, first) is not None:
                occupation.take(unbroken[task.place], first)
                releases.held([(qubit, first + end) for qubit, _, end in unbroken[task.place]])
                found[task.place].append(((0, task.length, first),))
                continue
            starts = place_pieces(occupation, parts, first, release + task.period, budget)
            if starts is None:
                return None
            releases.held(_take(occupation, parts, starts).items())
            found[task.place].append(joined(parts, starts))
        return found

    return schedule


def place_pieces(
    occupation: Occupation, pieces: tuple[Piece, ...], release: int, deadline: int, budget: int
) -> list[int] | None:
    """Return the earliest starts of all pieces, or `None` where the deadline is missed.

    Every rule says that some piece cannot start before a slot, given that others do not start
    before theirs, so raising starts from the release on until no rule is broken finds those that
    are earliest for all pieces at once.
    """
    starts = [release + piece.begin for piece in pieces]
    length, at = pieces[-1].end, 0
    while at < len(pieces):
        piece = pieces[at]
        latest = deadline - (length - piece.begin)
        start = occupation.earliest(piece.reserved, starts[at], latest)
        if start is None:
            return None
        starts[at] = start
        if at:
            ready = starts[at - 1] + pieces[at - 1].length
            taken = [occupation.last_taken(qubit, ready, start) for qubit in pieces[at - 1].kept]
            free = max((slot for slot in taken if slot is not None), default=ready)
            if free > ready:
                starts[at - 1] += free - ready
                at -= 1
                continue
        if start - starts[0] > piece.begin + budget:
            starts[0] = start - piece.begin - budget
            at = 0
            continue
        if at + 1 < len(pieces):
            starts[at + 1] = max(starts[at + 1], start + piece.length)
        at += 1
    return starts


def _take(occupation: Occupation, pieces: tuple[Piece, ...], starts: list[int]) -> dict[int, int]:
    """Take what the pieces reserve and keep; return until when each qubit is held."""
    until: dict[int, int] = {}
    follows = [*starts[1:], starts[-1] + pieces[-1].length]
    for piece, start, follow in zip(pieces, starts, follows, strict=True):
        kept = tuple((qubit, piece.length, follow - start) for qubit in piece.kept)
        spans = piece.reserved + kept
        occupation.take(spans, start)
        for qubit, _, end in spans:
            until[qubit] = max(until.get(qubit, 0), start + end)
    return until
