"""What a demand could ask for instead: longer periods, lower fidelities, other protocols."""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from planner.models.entanglement_scheduling.network import Network
from planner.models.entanglement_scheduling.shape import Shape
from planner.models.entanglement_scheduling.view import View, Want

if TYPE_CHECKING:
    from planner.models.entanglement_scheduling.hardware import Protocols
    from planner.models.entanglement_scheduling.protocols.menu import Offer

STEP = 0.05
"""Between the fidelities that are tried."""
MULTIPLES = 16
"""Multiples of a period that are tried, beside its doublings."""
ROUTES, MOST = 5, 50
"""Paths and offers that are tried where fewer are considered."""
LEAST = 0.5
"""Pairs of no more fidelity are not entangled."""


def longer_periods(view: View, want: Want) -> list[int]:
    """Return longer periods that keep the hyperperiod within its limit, ascending.

    These are all that leave the hyperperiod as it is, the first multiples of the period, and its
    doublings.
    """
    slots, most = view.hyperperiod, view.instance.limits.hyperperiod
    divisors = [each for each in range(1, int(slots**0.5) + 1) if slots % each == 0]
    factors = {*range(2, MULTIPLES + 1), *(2**i for i in range(1, most.bit_length()))}
    every = {*divisors, *(slots // each for each in divisors),
             *(want.period * factor for factor in factors)}  # fmt: skip
    return sorted(
        each for each in every if each > want.period and math.lcm(each, slots) <= max(most, slots)
    )


def lower_fidelities(want: Want) -> list[float]:
    """Return multiples of `STEP` below what a demand asks for, descending to `LEAST`."""
    if want.min_fidelity is None:
        return []
    count = int(np.ceil(want.min_fidelity / STEP - 1e-9))
    return [round(STEP * each, 2) for each in range(count - 1, 0, -1) if STEP * each > LEAST]


def shapes_for(
    view: View,
    want: Want,
    period: int,
    fidelity: float | None,
    rules: "Protocols | None" = None,
) -> Sequence[Shape]:
    """Return the shapes that would be offered for another period, fidelity or other rules.

    A rigid task has one shape, whatever is asked for.
    """
    if view.is_rigid:
        return view.shapes[view.demands.index(want)]
    assert fidelity is not None
    return [offer.shape for offer in offers_for(view, want, period, fidelity, rules)]


def offers_for(
    view: View, want: Want, period: int, fidelity: float, rules: "Protocols | None" = None
) -> "tuple[Offer, ...]":
    """Return what would be offered for another period, fidelity or other rules."""
    from planner.models.entanglement_scheduling.protocols.menu import menu

    rules = view.instance.protocols if rules is None else rules
    assert want.source is not None
    assert want.target is not None
    return menu(view.network, want.source, want.target, fidelity, period,
                schemes=rules.schemes, distillation=rules.distillation, routes=rules.routes,
                most=rules.most, enforce=rules.fidelity)  # fmt: skip


def more_protocols(rules: "Protocols") -> "Iterator[tuple[str, Protocols]]":
    """Yield settings of `protocols` that search further, one at a time, as text and as rules."""
    if "pareto" not in rules.schemes:
        schemes = (*rules.schemes, "pareto")
        yield "`protocols.schemes` with pareto", rules.model_copy(update={"schemes": schemes})
    if rules.routes < ROUTES:
        text = f"`protocols.routes` {ROUTES}"
        yield text, rules.model_copy(update={"routes": ROUTES})
    if rules.most < MOST:
        yield f"`protocols.most` {MOST}", rules.model_copy(update={"most": MOST})


def more_distillation(rules: "Protocols") -> "Iterator[tuple[str, Protocols]]":
    """Yield each kind of distillation that is not used, beside those that are."""
    for kind in ("bbpssw", "dejmps", "epl"):
        if kind not in rules.distillation:
            kinds = (*rules.distillation, kind)
            text = f"`protocols.distillation` [{', '.join(kinds)}]"
            yield text, rules.model_copy(update={"distillation": kinds})


def is_linked(view: View, demand: int) -> bool:
    """Return whether links lead from one end of a demand for pairs to the other."""
    want = view.demands[demand]
    assert want.source is not None
    assert want.target is not None
    return is_connected(view.network, want.source, want.target)


def is_connected(network: Network, source: int, target: int) -> bool:
    """Return whether links lead from one node to another."""
    reached, fresh = {source}, {source}
    while fresh and target not in reached:
        fresh = set(_neighbours(network, fresh)) - reached
        reached |= fresh
    return target in reached


def _neighbours(network: Network, nodes: set[int]) -> Iterator[int]:
    inside = np.isin(network.ends, list(nodes))
    yield from network.ends[inside[:, 0], 1].tolist()
    yield from network.ends[inside[:, 1], 0].tolist()
