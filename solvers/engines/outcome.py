"""What every backend answers, in the same words."""

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray
from planner.solvers.contract import StopReason

CLOSED = 1e-6
"""Relative gap at which a value counts as optimal whatever gap was asked for."""

OnSolution = Callable[[FloatArray, float, float | None], None]
"""Is told each better solution: its values, its objective, and the bound known by then."""
OnBound = Callable[[float], None]
"""Is told each better bound."""


class Status(enum.Enum):
    """What a backend has shown."""

    OPTIMAL = "optimal"
    """There is a solution, and the gap to the bound is closed (1e-6 relative)."""
    FEASIBLE = "feasible"
    """There is a solution, checked against the rows and bounds of the model."""
    INFEASIBLE = "infeasible"
    """The backend says it has proved that there is no solution."""
    UNBOUNDED = "unbounded"
    """There are solutions of any quality."""
    UNKNOWN = "unknown"
    """Nothing was shown; a limit was reached or the numbers were too difficult."""


@dataclass(frozen=True, slots=True)
class Basis:
    """A basis of a linear programme, as the codes of `highspy.HighsBasisStatus`."""

    columns: NDArray[np.int8]
    rows: NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The outcome of one call of a backend; what is not known is `None`."""

    status: Status
    backend: str
    """`highs`, `cbc`, `cpsat`, `clarabel` or `scs`."""
    version: str
    """Version of the backend itself, for example 2.10.3 of CBC."""
    stopped_by: StopReason | None = None
    """The limit that ended the search: `time`, `gap`, `interrupt` or `memory`."""
    objective: float | None = None
    """Recomputed from `values`, in the sense of the model (not negated)."""
    bound: float | None = None
    """The best objective that the backend has not excluded; a claim, good to its tolerances."""
    values: FloatArray | None = None
    """One value per variable, in the order of the model."""
    duals: FloatArray | None = None
    """Linear programmes: rise of the objective per unit of the right-hand side of each row."""
    reduced_costs: FloatArray | None = None
    """Linear programmes: cost minus the priced rows, per column."""
    basis: Basis | None = None
    """Linear programmes solved to a vertex by HiGHS."""
    core: tuple[int, ...] | None = None
    """CP-SAT, infeasible: indices of assumed literals that suffice for it (maybe not minimal)."""
    log: str = ""
    """The last lines of the backend's log."""

    @property
    def has_solution(self) -> bool:
        """Whether `values` and `objective` are there."""
        return self.values is not None

    @property
    def backends(self) -> dict[str, str]:
        """The backend and its version, for `Answer.backends`."""
        return {self.backend: self.version}


def is_closed(objective: float, bound: float, gap: float = CLOSED, noise: float = 0.0) -> bool:
    """Return whether objective and bound agree to a relative `gap` of the bound.

    `noise` is the difference that means nothing in the numbers of the model, so that an optimum of
    zero can be recognised.
    """
    return abs(objective - bound) <= max(gap * abs(bound), noise)


def gap_of_objective(gap: float) -> float:
    """Return the gap relative to the objective that ensures `gap` relative to the bound.

    Backends divide by the objective (HiGHS, CP-SAT) or by the larger of the two (CBC).
    """
    return gap / (1.0 + gap)


def grade(
    status: Status, objective: float, bound: float | None, *, gap: float, noise: float = 0.0
) -> tuple[Status, StopReason | None]:
    """Return the status that a solution deserves, and `gap` where only the asked gap was reached.

    An optimum that a backend claims is believed only where its own bound agrees; a solution whose
    gap happens to be closed when a limit is reached is optimal.
    """
    if bound is not None and is_closed(objective, bound, CLOSED, noise):
        return Status.OPTIMAL, None
    within = bound is not None and is_closed(objective, bound, gap, noise)
    return Status.FEASIBLE, "gap" if status is Status.OPTIMAL and within else None


def settle_unbounded(claimed: Outcome, free: Outcome) -> Outcome:
    """Return a claim of unboundedness corrected by `free`, the outcome without costs.

    Backends call a model unbounded when its relaxation is, whether or not it has a solution.
    """
    if free.has_solution:
        return replace(claimed, status=Status.UNBOUNDED)
    return replace(claimed, status=free.status, stopped_by=free.stopped_by)
