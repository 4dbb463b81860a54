"""The one table from the native codes of all backends to what they are worth here.

A limit maps to `UNKNOWN` with the name of the limit: the engine turns it into `FEASIBLE` if there
is a solution that passes its check. A code that is not in the table is an error, never a guess.
"""

from typing import NamedTuple

from planner.models.base.errors import BackendError
from planner.solvers.contract import StopReason
from planner.solvers.engines.outcome import Status


class Verdict(NamedTuple):
    """What a native code claims."""

    status: Status
    stopped_by: StopReason | None = None


_OPTIMAL = Verdict(Status.OPTIMAL)
_FEASIBLE = Verdict(Status.FEASIBLE)
_INFEASIBLE = Verdict(Status.INFEASIBLE)
_UNBOUNDED = Verdict(Status.UNBOUNDED)
_UNKNOWN = Verdict(Status.UNKNOWN)
_TIME = Verdict(Status.UNKNOWN, "time")
_INTERRUPT = Verdict(Status.UNKNOWN, "interrupt")
_MEMORY = Verdict(Status.UNKNOWN, "memory")

TABLE: dict[str, dict[str, Verdict]] = {
    # highspy.HighsModelStatus
    "highs": {
        "kOptimal": _OPTIMAL,
        "kModelEmpty": _OPTIMAL,
        "kInfeasible": _INFEASIBLE,
        # A solve without costs decides between the two.
        "kUnbounded": _UNBOUNDED,
        "kUnboundedOrInfeasible": _UNBOUNDED,
        "kTimeLimit": _TIME,
        "kInterrupt": _INTERRUPT,
        "kHighsInterrupt": _INTERRUPT,
        "kMemoryLimit": _MEMORY,
        "kIterationLimit": _UNKNOWN,
        "kSolutionLimit": _UNKNOWN,
        "kObjectiveBound": _UNKNOWN,
        "kObjectiveTarget": _UNKNOWN,
        "kUnknown": _UNKNOWN,
    },
    # First line of the solution file of CBC 2.10, without the objective
    "cbc": {
        "Optimal": _OPTIMAL,
        "Optimal (within gap tolerance)": _OPTIMAL,
        "Infeasible": _INFEASIBLE,
        "Integer infeasible": _INFEASIBLE,
        "Unbounded": _UNBOUNDED,
        "Stopped on time": _TIME,
        "Stopped on ctrl-c": _INTERRUPT,
        # Also written after an interrupt; the engine knows whether it sent one.
        "Stopped on iterations": _UNKNOWN,
        "Stopped on difficulties": _UNKNOWN,
    },
    # ortools CpSolverStatus
    "cpsat": {
        "OPTIMAL": _OPTIMAL,
        "FEASIBLE": _FEASIBLE,
        "INFEASIBLE": _INFEASIBLE,
        "UNKNOWN": _UNKNOWN,
    },
    # clarabel.SolverStatus, before CVXPY folds limits and failures together
    "clarabel": {
        "Solved": _OPTIMAL,
        "AlmostSolved": _UNKNOWN,
        "PrimalInfeasible": _INFEASIBLE,
        "AlmostPrimalInfeasible": _UNKNOWN,
        "DualInfeasible": _UNBOUNDED,
        "AlmostDualInfeasible": _UNKNOWN,
        "MaxTime": _TIME,
        "CallbackTerminated": _INTERRUPT,
        "MaxIterations": _UNKNOWN,
        "InsufficientProgress": _UNKNOWN,
        "NumericalError": _UNKNOWN,
    },
    # scs status_val; a first-order value is never optimal, since nothing bounds it
    "scs": {
        "1": _FEASIBLE,
        "2": _UNKNOWN,
        "-1": _UNBOUNDED,
        "-2": _INFEASIBLE,
        "-3": _UNKNOWN,
        "-5": _INTERRUPT,
        "-6": _UNKNOWN,
        "-7": _UNKNOWN,
    },
}


def verdict(backend: str, code: str, detail: str = "") -> Verdict:
    """Return what the native `code` of a backend claims.

    Raises `BackendError` for a code that is not in the table; `detail` (the end of a log, say) is
    added to its message.
    """
    found = TABLE[backend].get(code)
    if found is None:
        more = f":\n{detail}" if detail else ""
        raise BackendError(f"{backend} ended with `{code}`, which is no answer{more}")
    return found
