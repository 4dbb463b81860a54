"""A refutation of a horizon: facts of which each is shown by assuming its opposite.

To refute "ends by T", facts about starts and orders are added one by one. The opposite of each must
lead the rules of `windows` to a contradiction, and so must all facts together (shaving: Martin,
Shmoys 1996). Checking a fact is one propagation, however hard it was to find.
"""

from dataclasses import replace

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.rcpsp.view import View
from planner.models.rcpsp.windows import Frame, Windows, fits, frame, opening, ordered, propagate

NOT_BEFORE, NOT_AFTER, IN_ORDER = 0, 1, 2
"""Facts (0, i, t): i starts at t or later; (1, i, t): at t or earlier; (2, i, j): i before j."""
STEPS, WORK = 4000, 50_000_000
"""Facts in one refutation, and facts times activities times periods, so that a check is short."""


def refuted_value(view: View, horizon: int, steps: IntArray) -> int | None:
    """Return the least makespan, in periods, that is left beyond a horizon that facts refute.

    Horizon and facts (k, 3) count in the `period` of the view. `None` where a fact does not follow
    from those before it, or all of them still leave room. The instance is not `find_impossible`,
    and `is_shaped` holds.
    """
    return (horizon + 1) * view.period if _refutes(view.coarse(), horizon, steps) else None


def most_steps(view: View, horizon: int) -> int:
    """Return how many facts a refutation may have."""
    return min(STEPS, WORK // (view.activities * (horizon + 1)))


def is_shaped(view: View, horizon: int, steps: IntArray) -> bool:
    """Return whether numbers of facts name what is there, within the sizes that are checked."""
    if not fits(view, horizon) or len(steps) > most_steps(view, horizon):
        return False
    if not len(steps):
        return True
    if steps.shape[1] != 3:
        return False
    rule, activity, third = steps.T
    most = np.where(rule == IN_ORDER, view.activities - 1, horizon)
    return bool(
        ((rule >= NOT_BEFORE) & (rule <= IN_ORDER) & (activity >= 0) & (third >= 0)).all()
        and ((activity < view.activities) & (third <= most)).all()
    )


def follows(of: Frame, windows: Windows, fact: list[int]) -> bool:
    """Return whether the rules exclude the opposite of a fact."""
    rule, first, second = fact
    if rule == NOT_BEFORE:
        opposite = with_fact(of, windows, [NOT_AFTER, first, second - 1])
    elif rule == NOT_AFTER:
        opposite = with_fact(of, windows, [NOT_BEFORE, first, second + 1])
    elif of.apart[first, second]:
        opposite = with_fact(of, windows, [IN_ORDER, second, first])
    else:
        # Two that may run together need no order.
        return False
    return propagate(of, opposite) is None


def with_fact(of: Frame, windows: Windows, fact: list[int]) -> Windows:
    """Return the windows with a fact taken for true."""
    rule, first, second = fact
    if rule == IN_ORDER:
        return ordered(of, windows, first, second)
    if rule == NOT_BEFORE:
        early = windows.early.copy()
        early[first] = max(early[first], second)
        return replace(windows, early=early)
    late = windows.late.copy()
    late[first] = min(late[first], second)
    return replace(windows, late=late)


def _refutes(view: View, horizon: int, steps: IntArray) -> bool:
    of = frame(view, horizon)
    windows = propagate(of, opening(of))
    for fact in steps.tolist():
        if windows is None:
            return True
        if not follows(of, windows, fact):
            return False
        windows = propagate(of, with_fact(of, windows, fact))
    return windows is None
