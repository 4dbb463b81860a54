"""Priority rules: what makes an activity urgent. The lowest value goes first."""

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray
from planner.models.rcpsp.lags import heads, tails
from planner.models.rcpsp.view import View

RULES = ("lft", "lst", "mts", "grpw", "spt")
"""Latest finish, latest start, most total successors, greatest rank positional weight (Kolisch
1996), shortest processing time."""


def priorities(view: View, rule: str) -> FloatArray:
    """Return the values (n,) of a rule of `RULES`; ties go to the longer tail."""
    tail = tails(view).length.astype(np.float64)
    if rule == "spt":
        value = view.duration.astype(np.float64)
    elif rule == "lst":
        value = -tail
    elif rule == "lft":
        value = view.duration - tail
    elif rule == "mts":
        value = -_followers(view).sum(axis=1).astype(np.float64)
    else:
        direct = np.zeros((view.activities,), np.float64)
        source, target, _ = view.arcs.T
        np.add.at(direct, source, view.duration[target])
        value = -(view.duration + direct)
    spread = 1.0 + float(tail.max())
    found: FloatArray = value - tail / spread / 2
    return found


def _followers(view: View) -> NDArray[np.bool_]:
    """Return who comes after whom (n, n), directly or not."""
    table = np.zeros((view.activities, view.activities), dtype=bool)
    order = np.argsort(heads(view).length, kind="stable")[::-1]
    source, target, _ = view.arcs.T
    after: list[list[int]] = [[] for _ in view.names]
    for first, second in zip(source.tolist(), target.tolist(), strict=True):
        after[first].append(second)
    changed = True
    while changed:
        changed = False
        for node in order.tolist():
            row = table[node].copy()
            for each in after[node]:
                row[each] = True
                row |= table[each]
            if (row != table[node]).any():
                table[node], changed = row, True
    return table
