"""Why nothing is offered to a demand: too long for its period, or of too low a fidelity."""

from planner.models.entanglement_scheduling.reasons.relaxations import (
    LEAST,
    is_connected,
    lower_fidelities,
    more_distillation,
    more_protocols,
    offers_for,
)
from planner.models.entanglement_scheduling.view import View, Want
from planner.models.entanglement_scheduling.workload import LONGEST

ROUNDS = 5
"""Halvings of what lies between a fidelity that is served and one that is not."""
DIGITS = 4
"""Decimals of the fidelities that are asked for."""


def why_no_offer(view: View, want: Want) -> str:
    """Return why no protocol serves a demand in time, and what would change that."""
    if want.source is None or want.target is None or want.min_fidelity is None:
        return "Nothing is offered to it."
    names = view.network.names[want.source], view.network.names[want.target]
    if not is_connected(view.network, want.source, want.target):
        return f"No links lead from {names[0]} to {names[1]}. Add some to `topology.links`."
    between = f"from {names[0]} to {names[1]}"
    longer = offers_for(view, want, LONGEST, want.min_fidelity)
    if longer:
        least = min(offer.shape.length for offer in longer)
        told = (
            f"The shortest protocol found {between} that reaches a fidelity of "
            f"{want.min_fidelity:g} takes {least} slots, its period has {want.period}. "
            f"Ask for at most {1 / (least * view.slot):.6g} pairs per second"
        )
    else:
        best = best_served(view, want)
        reached = "" if best is None else f"; one that takes any time is found for {best:g}"
        told = (
            f"No offered protocol {between} reaches a fidelity of {want.min_fidelity:g}{reached}. "
            "Lower `min_fidelity`, or give better links under `hardware.capabilities`"
        )
    helping = helpful_rules(view, want)
    return told + (f", or write {' or '.join(helping)}." if helping else ".")


def best_served(view: View, want: Want) -> float | None:
    """Return the highest fidelity asked for that is served, whatever the time it takes.

    Multiples of 0.05 are asked for first, then halves of what lies between the last two. `None`
    where nothing entangled is found.
    """
    assert want.min_fidelity is not None
    above = want.min_fidelity
    for best in [*lower_fidelities(want), LEAST]:
        if offers_for(view, want, LONGEST, best):
            break
        above = best
    else:
        return None
    for _ in range(ROUNDS):
        middle = round((best + above) / 2, DIGITS)
        if not best < middle < above:
            break
        if offers_for(view, want, LONGEST, middle):
            best = middle
        else:
            above = middle
    return best


def helpful_rules(view: View, want: Want) -> list[str]:
    """Return settings of `protocols` under which something is offered to a demand, as text."""
    rules = view.instance.protocols
    assert want.min_fidelity is not None
    return [
        text
        for text, more in (*more_protocols(rules), *more_distillation(rules))
        if offers_for(view, want, want.period, want.min_fidelity, more)
    ]
