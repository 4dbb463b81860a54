"""What a demand could ask for instead: longer periods, lower fidelities."""

from collections.abc import Iterator, Sequence

import numpy as np

from planner.models.entanglement_scheduling.network import Network
from planner.models.entanglement_scheduling.shape import Shape
from planner.models.entanglement_scheduling.view import View, Want

STEP = 0.05
"""Between the fidelities that are tried."""
LEAST = 0.5
"""Pairs of no more fidelity are not entangled."""


def longer_periods(view: View, want: Want) -> list[int]:
    """Return the longer periods that leave the hyperperiod as it is, ascending."""
    slots = view.hyperperiod
    divisors = [each for each in range(1, int(slots**0.5) + 1) if slots % each == 0]
    every = {*divisors, *(slots // each for each in divisors)}
    return sorted(each for each in every if each > want.period)


def lower_fidelities(want: Want) -> list[float]:
    """Return multiples of `STEP` below what a demand asks for, descending to `LEAST`."""
    if want.min_fidelity is None:
        return []
    count = int(np.ceil(want.min_fidelity / STEP - 1e-9))
    return [round(STEP * each, 2) for each in range(count - 1, 0, -1) if STEP * each > LEAST]


def shapes_for(view: View, want: Want, period: int, fidelity: float | None) -> Sequence[Shape]:
    """Return the shapes that would be offered for another period or fidelity.

    A rigid task has one shape, whatever is asked for.
    """
    if view.is_rigid:
        return view.shapes[view.demands.index(want)]
    from planner.models.entanglement_scheduling.protocols.menu import menu

    rules = view.instance.protocols
    assert want.source is not None
    assert want.target is not None
    assert fidelity is not None
    offers = menu(view.network, want.source, want.target, fidelity, period,
                  schemes=rules.schemes, distillation=rules.distillation, routes=rules.routes,
                  most=rules.most, enforce=rules.fidelity)  # fmt: skip
    return [offer.shape for offer in offers]


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
