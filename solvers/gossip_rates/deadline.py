"""Time limits that leave room for the re-check: when a method has to end, and before which step."""

from planner.models.gossip_rates.expanders import is_too_wide, is_wide
from planner.models.gossip_rates.laplacian import DENSE, DENSE_DEGREE
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Run, StopReason

WRITING, EIGENVALUE, RESISTANCES = 4e-6, 5e-6, 7e-6
"""Seconds per node and edge: to load and save, and for each figure of a network of few edges."""
CUBE, FILLED = 2e-10, 5e-12
"""Seconds per cubic node: for a dense inverse, and for factors that fill up."""


def figures_seconds(view: View, *, resistances: bool) -> float:
    """Return about how long the second eigenvalue takes, and the resistances of all edges."""
    size, cube = view.nodes + view.edges, float(view.nodes) ** 3
    if not resistances:
        return EIGENVALUE * size
    if view.nodes <= DENSE or (view.nodes <= 4 * DENSE and view.edges > DENSE_DEGREE * view.nodes):
        return EIGENVALUE * size + CUBE * cube
    return (EIGENVALUE + RESISTANCES) * size + _filled_seconds(view)


def trace_seconds(view: View) -> float:
    """Return about how long the total resistance takes."""
    size = view.nodes + view.edges
    if view.nodes <= DENSE:
        return CUBE * float(view.nodes) ** 3
    return RESISTANCES * size + _filled_seconds(view)


def _filled_seconds(view: View) -> float:
    """Return about how long factors take beyond those of networks that hardly fill up."""
    wide = is_wide(view.nodes, view.ends) and not is_too_wide(view.nodes, view.ends)
    return FILLED * float(view.nodes) ** 3 if wide else 0.0


def recheck_seconds(view: View) -> float:
    """Return about how long the evaluation of a plan and its writing will take."""
    writing = WRITING * (view.nodes + view.edges)
    if view.objective == "total_resistance":
        return writing + EIGENVALUE * (view.nodes + view.edges) + trace_seconds(view)
    needed = view.objective in ("fewest_messages", "gradient_rate")
    return writing + figures_seconds(view, resistances=needed)


class Deadline:
    """The end of a run, or of a part of it, some seconds before its time limit."""

    def __init__(self, run: Run, reserve: float = 0.0, whole: "Deadline | None" = None) -> None:
        self.run, self.reserve = run, reserve
        self.ended_by: StopReason | None = None
        """Why the run, or a part of it, was told to end; `None` if it was not."""
        self._whole, self._last = whole, run.elapsed()

    def remaining(self) -> float | None:
        """Return the seconds left, or `None` without a time limit."""
        left = self.run.remaining()
        return None if left is None else max(0.0, left - self.reserve)

    def stopping(self) -> StopReason | None:
        """Return why to stop now, or `None`."""
        return self._told(self.run.stopping() or ("time" if self.remaining() == 0.0 else None))

    def lacks(self, seconds: float) -> bool:
        """Return whether a step of so many seconds would be too long."""
        left = self.remaining()
        late = left is not None and left < seconds
        return self._told(self.run.stopping() or ("time" if late else None)) is not None

    def is_late(self) -> bool:
        """Return whether another step as long as the one since the last call would be too long."""
        now = self.run.elapsed()
        step, self._last = now - self._last, now
        return self.lacks(step)

    def part(self, share: float) -> "Deadline":
        """Return the end of a part that takes this share of the time left."""
        left = self.remaining()
        rest = 0.0 if left is None else (1 - share) * left
        return Deadline(self.run, self.reserve + rest, self)

    def earlier(self, seconds: float) -> "Deadline":
        """Return an end that leaves so many seconds for what comes after."""
        return Deadline(self.run, self.reserve + seconds, self)

    def _told(self, reason: StopReason | None) -> StopReason | None:
        if reason is not None:
            self.ended_by = reason
            if self._whole is not None:
                self._whole._told(reason)
        return reason
