"""The optimum by complete enumeration."""

import itertools
import math

from planner_dummy.models.instance import Choosing

MOST = 100_000


def optimum(instance: Choosing) -> float | None:
    """Return the least sum of any choice; `None` where there is none, or too many to try."""
    numbers: list[float] = instance.values[instance.allowed].tolist()
    choices = math.comb(len(numbers), instance.choose)
    if not 0 < choices <= MOST:
        return None
    return min(sum(choice) for choice in itertools.combinations(numbers, instance.choose))
