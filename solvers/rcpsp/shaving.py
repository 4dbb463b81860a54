"""Refutations of horizons by shaving: facts tried one by one until nothing fits any more."""

from collections.abc import Callable, Iterator

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.rcpsp.certificate import Proof, RefutationProof, RefutedCertificate
from planner.models.rcpsp.lags import longest
from planner.models.rcpsp.refutation import (
    IN_ORDER,
    NOT_AFTER,
    NOT_BEFORE,
    follows,
    most_steps,
    with_fact,
)
from planner.models.rcpsp.view import View
from planner.models.rcpsp.windows import Frame, Windows, fits, frame, opening, propagate
from planner.solvers.contract import Answer

Stop = Callable[[], bool]


def raised(
    view: View, found: tuple[int, Proof], ceiling: int, stop: Stop
) -> Iterator[tuple[int, Proof]]:
    """Yield ever better bounds, from `found` on, until one equals `ceiling` or none is shown."""
    period, coarse = view.period, view.coarse()
    value, most, step = -(-found[0] // period), ceiling // period, 1
    while value < most and not stop():
        step = min(step, most - value)
        if not fits(view, value + step - 1):
            return
        facts = refute(coarse, value + step - 1, stop, is_deep=step == 1)
        if facts is not None:
            value += step
            yield value * period, RefutationProof(horizon=value - 1, steps=facts)
            step *= 2
        elif step == 1:
            return
        else:
            step = 1


def refuted(view: View, stop: Stop) -> Answer | None:
    """Return the answer that there is no plan, where facts refute a makespan that would suffice."""
    coarse = view.coarse()
    if not fits(view, longest(coarse)):
        return None
    facts = refute(coarse, longest(coarse), stop)
    if facts is None:
        return None
    return Answer(certificate=RefutedCertificate(steps=facts), infeasible=True)


def refute(view: View, horizon: int, stop: Stop, *, is_deep: bool = True) -> IntArray | None:
    """Return facts (k, 3) that refute a horizon, or `None` where none are found.

    Without `is_deep` only the rules themselves are tried, and not what they say of assumptions.
    """
    shaver, most = _Shaver(view, horizon, stop), most_steps(view, horizon)
    while is_deep and shaver.windows is not None:
        known = len(shaver.facts)
        shaver.shave_starts()
        shaver.shave_orders()
        if len(shaver.facts) == known or len(shaver.facts) > most or stop():
            break
    if shaver.windows is not None or len(shaver.facts) > most:
        return None
    return np.array(shaver.facts, np.int64).reshape(-1, 3)


class _Shaver:
    """Collects facts about one horizon; `windows` is `None` once they contradict each other."""

    def __init__(self, view: View, horizon: int, stop: Stop) -> None:
        self.of: Frame = frame(view, horizon)
        self.windows: Windows | None = propagate(self.of, opening(self.of))
        self.facts: list[list[int]] = []
        self._stop = stop

    def shave_starts(self) -> None:
        """Raise earliest and lower latest starts, in steps that double while they succeed."""
        for activity in range(self.of.view.activities):
            for rule in (NOT_BEFORE, NOT_AFTER):
                width = 1
                while self._try_start(rule, activity, width):
                    width *= 2

    def shave_orders(self) -> None:
        """Fix orders of two activities that cannot run together."""
        for first, second in np.argwhere(self.of.apart).tolist():
            if self.windows is None or self._stop():
                return
            table, wait = self.windows.between, self.of.view.duration
            if table[first, second] < wait[first] and table[second, first] < wait[second]:
                self._try([IN_ORDER, first, second])

    def _try_start(self, rule: int, activity: int, width: int) -> bool:
        if self.windows is None or self._stop():
            return False
        early, late = int(self.windows.early[activity]), int(self.windows.late[activity])
        time = early + width if rule == NOT_BEFORE else late - width
        return early <= time <= late and self._try([rule, activity, time])

    def _try(self, fact: list[int]) -> bool:
        assert self.windows is not None
        if not follows(self.of, self.windows, fact):
            return False
        self.facts.append(fact)
        self.windows = propagate(self.of, with_fact(self.of, self.windows, fact))
        return True
