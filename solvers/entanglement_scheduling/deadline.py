"""How much of a time limit the re-check of a schedule needs."""

from planner.models.entanglement_scheduling.view import View
from planner.solvers.contract import Run

REPETITION = 3e-5
"""Seconds per repetition of a protocol: to follow, count and write it."""
LEAST, MOST = 0.05, 0.3
"""Shares of a time limit that are kept back at least and at most."""


class Deadline:
    """The end of a search, as long before the time limit as the re-check will take."""

    def __init__(self, view: View, run: Run) -> None:
        self.run = run
        limit = run.budget.time_limit or 0.0
        repetitions = sum(view.hyperperiod // want.period for want in view.demands)
        self.reserve = min(max(REPETITION * repetitions, LEAST * limit), MOST * limit)

    def is_over(self, share: float = 1.0) -> bool:
        """Return whether a share of the time until then has passed, or the run is to stop."""
        limit = self.run.budget.time_limit
        late = limit is not None and self.run.elapsed() >= share * (limit - self.reserve)
        return late or self.run.stopping() is not None
