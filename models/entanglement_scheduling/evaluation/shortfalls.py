"""What a schedule that keeps every limit may still not deliver: fidelity once pairs have waited."""

from planner.models.entanglement_scheduling.evaluation.timetable import Rows
from planner.models.entanglement_scheduling.protocols.tolerance import reaches
from planner.models.entanglement_scheduling.shape import Quality
from planner.models.entanglement_scheduling.view import View

RARE = 0.01
"""Success of one repetition below which a demand is as good as not served."""


def below_fidelity(view: View, rows: Rows, qualities: tuple[Quality, ...]) -> int:
    """Return how many demands get less than their fidelity once waiting counts."""
    least = [view.demands[demand].min_fidelity for demand in rows.demand.tolist()]
    return sum(
        wanted is not None and not reaches(quality.decohered, wanted)
        for wanted, quality in zip(least, qualities, strict=False)
    )


def shortfall_notes(view: View, rows: Rows, qualities: tuple[Quality, ...]) -> tuple[str, ...]:
    """Return a sentence about demands that arrive below their fidelity, and one about rare pairs.

    Where waiting is enforced the first of them are violations, which need no note.
    """
    of, notes = f"of {len(rows.demand)} demands", list[str]()
    low = below_fidelity(view, rows, qualities)
    if low and view.instance.protocols.fidelity == "ideal":
        notes.append(
            f"Pairs of {low} {of} arrive below their fidelity once waiting counts; "
            "`protocols.fidelity: decohered` keeps it."
        )
    rare = sum(quality.success < RARE for quality in qualities)
    if rare:
        notes.append(f"{rare} {of} get a pair from less than {RARE:.0%} of their repetitions.")
    return tuple(notes)
