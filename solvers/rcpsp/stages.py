"""In which order CP-SAT is set to which task, with which parameters and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planner.solvers.contract import Run

_WORKERS = 8
_CONFLICTS = 40_000
"""After these the single worker has mostly found what it finds, and goes on to refute."""
_EXPLAINING = {
    "num_workers": 1,
    # Linear relaxations of cumulative resources are weak and cost most of the time.
    "linearization_level": 0,
    "use_timetable_edge_finding_in_cumulative": True,
}
"""One worker that learns from conflicts: Schutt, Feydt, Stuckey, Wallace (2011) close most projects
of PSPLIB so. On few cores it gets further than eight workers, of which most do something else."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One task for CP-SAT."""

    refutes: bool
    """Whether it shows that nothing is shorter, or looks for something that is."""
    options: Mapping[str, Any]
    share: float
    """Part of the time that remains."""
    most: float
    """Seconds where there is no time limit, or a long one."""

    def seconds(self, run: Run) -> float:
        """Return how long the stage may take."""
        return seconds_for(run, self.share, self.most)


def stages(run: Run) -> tuple[Stage, ...]:
    """Return the stages: a single worker that improves, then refutes, then many of all kinds."""
    workers = run.budget.workers or _WORKERS
    all_kinds = {**_EXPLAINING, "num_workers": workers, "linearization_level": 1}
    return (
        Stage(False, {**_EXPLAINING, "max_number_of_conflicts": _CONFLICTS}, 0.4, 60.0),
        Stage(True, _EXPLAINING, 0.7, 300.0),
        Stage(False, all_kinds, 1.0, float("inf")),
    )


def seconds_for(run: Run, share: float, most: float) -> float:
    """Return a share of the time that remains, but no more than `most`."""
    remaining = run.remaining()
    return most if remaining is None else min(most, share * remaining)
