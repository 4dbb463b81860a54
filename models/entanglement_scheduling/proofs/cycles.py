"""Faults of periods: schedules that repeat too late, and how to round periods down."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.base.errors import Issue

if TYPE_CHECKING:
    from planner.models.entanglement_scheduling.instance import EntanglementScheduling

_BASES = range(1, 128, 2)
"""Odd numbers whose doublings are tried as periods."""
_SHOWN = 6
_WRITTEN = 10**15
"""Slots that are written out."""


def find_cycle_faults(instance: "EntanglementScheduling") -> Iterator[Issue]:
    """Yield a hyperperiod that is beyond `limits.hyperperiod`, with periods that mend it."""
    view, limit = instance.view, instance.limits.hyperperiod
    slots = view.hyperperiod
    if slots <= limit:
        return
    told = f"{slots} slots" if slots < _WRITTEN else "more than 10^15 slots"
    rounded = round_down(view.period, limit)
    if rounded is None:
        longest = int(view.period.max())
        fix = f"Raise `limits.hyperperiod`; the longest period alone has {longest} slots."
    else:
        moved = np.unique(np.stack([view.period, rounded])[:, view.period != rounded], axis=1)
        pairs = [f"{old} to {new}" for old, new in moved.T.tolist()]
        shown = ", ".join(pairs[:_SHOWN]) + (", ..." if len(pairs) > _SHOWN else "")
        fix = (
            f"Raise `limits.hyperperiod`, or shorten periods ({shown} slots), "
            f"that is ask for higher rates; then it has {math.lcm(*rounded.tolist())} slots."
        )
    yield Issue(
        code="hyperperiod-too-long",
        loc=("limits", "hyperperiod"),
        message=f"the schedule repeats after {told}, the least common multiple of the periods",
        fix=fix,
    )


def round_down(period: IntArray, limit: int) -> IntArray | None:
    """Return periods that are no longer and whose least common multiple is within a limit.

    Each becomes b 2^i for one odd b below 128, the one that raises the rates least altogether.
    `None` where no b will do.
    """
    best: tuple[float, IntArray] | None = None
    for base in _BASES:
        if base > int(period.min()):
            break
        exponent = np.frexp(period // base)[1] - 1
        rounded: IntArray = base * 2 ** exponent.astype(np.int64)
        cost = float((1 / rounded).sum())
        if int(rounded.max()) <= limit and (best is None or cost < best[0]):
            best = cost, rounded
    return None if best is None else best[1]
