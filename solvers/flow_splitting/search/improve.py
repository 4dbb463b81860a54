"""Iterated local search: relieve the busiest link until nothing helps, kick, start again."""

from collections.abc import Callable

import numpy as np

from planner.solvers.contract import Run, StopReason
from planner.solvers.flow_splitting.search.kempe import best_kempe_chain
from planner.solvers.flow_splitting.search.kicks import kick
from planner.solvers.flow_splitting.search.moves import apply, best_chain, best_move, best_swap
from planner.solvers.flow_splitting.search.placement import Placement

PATIENCE = 200
"""Kicks in a row without a better placement after which the search ends."""
WORK = 40_000_000
"""Flows dealt anew by kicks in a row at most; fewer kicks on larger instances."""


def improve(
    placement: Placement,
    target: float,
    run: Run,
    rng: np.random.Generator,
    on_better: Callable[[Placement], None],
) -> StopReason | None:
    """Improve `placement` in place until its busiest link needs at most `target`.

    Also ends at the limits of `run`, whose reason is returned, or when kicks no longer help.
    `on_better` is called with each placement that is better than all before.
    """
    best_time, best = placement.busiest().time, placement.snapshot()
    kicks, most = 0, max(2, min(PATIENCE, WORK // max(1, len(placement.size))))
    stopped_by = None
    while True:
        time, stopped_by = _descend(placement, target, run, rng)
        if time < best_time * (1 - 1e-12):
            best_time, best, kicks = time, placement.snapshot(), 0
            on_better(placement)
        else:
            kicks += 1
        if best_time <= target or stopped_by is not None or kicks > most:
            break
        placement.restore(best)
        kick(placement, placement.busiest(), rng)
    placement.restore(best)
    return stopped_by


def _descend(
    placement: Placement, target: float, run: Run, rng: np.random.Generator
) -> tuple[float, StopReason | None]:
    """Relieve the busiest link until that is impossible; return its time and what stopped it."""
    while True:
        link = placement.busiest()
        reason = run.stopping()
        if link.time <= target or reason is not None:
            return link.time, reason
        if apply(placement, best_move(placement, link)):
            continue
        if apply(placement, best_swap(placement, link, rng)):
            continue
        if apply(placement, best_chain(placement, link)):
            continue
        if not apply(placement, best_kempe_chain(placement, link, rng)):
            return link.time, None
