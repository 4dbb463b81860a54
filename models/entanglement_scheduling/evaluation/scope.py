"""Which class of plans a plan belongs to, where bounds speak of one class only."""

from planner.models.entanglement_scheduling.evaluation.reading import Reading
from planner.models.entanglement_scheduling.view import View

OFFERED = "offered protocols"
"""Every row runs without pauses by a protocol that the instance offers."""
WHOLE = "uninterrupted tasks"
"""Rigid tasks, none of which pauses."""
OTHER = "other protocols"
PAUSED = "protocols with pauses"


def searched(view: View) -> str:
    """Return the class of plans that an exact search tries all of, and most methods search."""
    return WHOLE if view.is_rigid else OFFERED


def scope_of(view: View, reading: Reading, *, paused: bool) -> str:
    """Return the class of a plan that was read."""
    if paused:
        return PAUSED
    if view.is_rigid or reading.rows is None:
        return searched(view)
    offered: dict[int, set[object]] = {}
    for demand, protocol in zip(reading.rows.demand.tolist(), reading.protocols, strict=True):
        if demand not in offered:
            offered[demand] = {offer.protocol for offer in view.menu(demand)}
        if protocol not in offered[demand]:
            return OTHER
    return OFFERED
