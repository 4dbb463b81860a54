"""What distilling and swapping make of fidelities: the arithmetic of the published search.

Targets are Werner states throughout, and facts those of arXiv 2111.13124 and its code.
"""

import math
from functools import lru_cache

from planner.models.entanglement_scheduling.protocols import physics

TARGET_PRECISION = 1e-5
"""How close the bounds on a fidelity target come before the search for it ends."""


@lru_cache(maxsize=65536)
def pump_rounds(fidelity: float, target: float) -> int | None:
    """Return how often a pair must be distilled with fresh ones of its kind to reach a target.

    `None` where no number suffices.
    """
    if fidelity <= 0.5:
        return None
    fresh = reached = physics.werner(fidelity)
    rounds = 0
    while reached[0] < target:
        better, _ = physics.bbpssw(reached, fresh)
        if better[0] <= reached[0]:
            return None
        reached = better
        rounds += 1
    return rounds


@lru_cache(maxsize=65536)
def target_before(rounds: int, target: float) -> float | None:
    """Return a fidelity from which exactly `rounds` pumpings reach the target, `None` if none."""
    if rounds == 0:
        return target
    high, low = target, _pumped_from(target)
    while abs(high - low) > TARGET_PRECISION:
        middle = (high + low) / 2
        needed = pump_rounds(middle, target)
        if needed == rounds:
            return middle
        if needed is not None and needed < rounds:
            high = middle
        else:
            low = middle
    return None


def nest_levels(fidelity: float, target: float, most: int) -> int | None:
    """Return the levels of nested distillation from equal pairs to a target, at most `most`."""
    if fidelity <= 0.5:
        return None
    reached = physics.werner(fidelity)
    for levels in range(most + 1):
        if reached[0] >= target:
            return levels
        reached, _ = physics.bbpssw(reached, reached)
    return None


def generation_rounds(pairs: int, lines: int, total: int) -> int:
    """Return how often `lines` communication qubits must try at once for nested distillation.

    With k pairs generated, as many halves wait as k has binary ones.
    """
    rounds = generated = 0
    while generated < pairs:
        generated += max(1, min(lines, total - generated.bit_count()))
        rounds += 1
    return rounds


# The terms of the next two stand in the order of the published code: which of two mirror images
# of a protocol is the better one, is decided there by the last bit of their fidelities.


def swapped(first: float, second: float) -> float:
    """Return the fidelity of a swap of Werner states."""
    return (4 / 3) * first * second - (1 / 3) * first - (1 / 3) * second + (1 / 3)


def unswapped(target: float) -> float:
    """Return the fidelity that two equal pairs need to give `target` when swapped."""
    a, b, c = 4 / 3, -2 / 3, (1 / 3) - target
    return (-b + math.sqrt(max(0.0, b**2 - 4 * a * c))) / (2 * a)


def _pumped_from(target: float) -> float:
    """Return the fidelity that distilling with a pair of `target` would bring to `target`."""
    return (2 * target * target - 6 * target + 1) / (8 * target * target - 12 * target + 1)
