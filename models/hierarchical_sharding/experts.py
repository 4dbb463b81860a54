"""Where the experts of a class live, and over which devices its state is then shared."""

import math


def expert_split(fanout: tuple[int, ...], experts: int) -> tuple[int, ...] | None:
    """Return the expert-parallel children per level, filled from the innermost level outwards.

    `None` where `experts` is not a product of inner fanouts and a divisor of the next one.
    """
    split, rest = [], experts
    for children in fanout:
        here = math.gcd(rest, children)
        if rest > 1 and here != min(rest, children):
            return None
        split.append(here)
        rest //= here
    return tuple(split) if rest == 1 else None
