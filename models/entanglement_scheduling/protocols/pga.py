"""Packet generation attempts: how long to try until enough end-to-end pairs have come.

The formulas are those of Beauchamp et al. (arXiv 2503.12582).
"""

import math


def end_to_end(generation: float, memory: int, swaps: int, swap_success: float) -> float:
    """Return the probability of an end-to-end pair per slot of a chain with `swaps` swaps.

    Parameters
    ----------
    generation
        Probability in [0, 1] that a link brings a pair within a slot.
    memory
        Slots for which a pair can be kept.
    swaps
        Nodes that swap, one less than the links.
    swap_success
        Probability in [0, 1] that a swap succeeds.

    """
    link = 1.0 - (1.0 - generation) ** (memory + 1)
    return float(link ** (swaps + 1) * swap_success**swaps)


def at_least(pairs: int, attempts: int, success: float) -> float:
    """Return the probability that `attempts` independent tries bring at least `pairs` pairs."""
    if pairs <= 0:
        return 1.0
    if attempts < pairs or success <= 0.0:
        return 0.0
    if success >= 1.0:
        return 1.0
    hit, miss = math.log(success), math.log1p(-success)
    fewer = math.fsum(
        math.exp(
            math.lgamma(attempts + 1)
            - math.lgamma(i + 1)
            - math.lgamma(attempts - i + 1)
            + i * hit
            + (attempts - i) * miss
        )
        for i in range(pairs)
    )
    return max(0.0, 1.0 - fewer)


def attempt_slots(success: float, pairs: int, confidence: float) -> int | None:
    """Return the least slots that bring `pairs` pairs with probability `confidence` in [0, 1).

    `None` where no number of slots does, because a slot never succeeds.
    """
    if success <= 0.0 and pairs > 0:
        return None
    enough = max(1, pairs)
    while at_least(pairs, enough, success) < confidence:
        enough *= 2
    low = 0
    while enough - low > 1:
        middle = (low + enough) // 2
        if at_least(pairs, middle, success) >= confidence:
            enough = middle
        else:
            low = middle
    return enough
