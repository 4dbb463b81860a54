"""The methods of project scheduling, and how `auto` picks one."""

from planner.models.rcpsp.instance import Rcpsp
from planner.solvers.contract import Choice, Method
from planner.solvers.rcpsp import branching, sgs

_ROOM = "planner.solvers.rcpsp"

METHODS = (
    Method(
        name="cpsat",
        proves="exact",
        summary="Schedules and bounds of our own, then CP-SAT: improves, refutes, improves.",
        entry=f"{_ROOM}.by_cpsat:solve",
        isolated=True,
    ),
    Method(
        name="branching",
        proves="bounded",
        summary="Small projects: resolves resource conflicts one by one; the check repeats it.",
        entry=f"{_ROOM}.branching:solve",
        refuses=branching.refuses,
    ),
    Method(
        name="sgs",
        proves="bounded",
        summary="Serial and parallel generation by priority rules and samples, then justified.",
        entry=f"{_ROOM}.sgs:solve",
        refuses=sgs.refuses,
        options={"samples": f"Number of random schedules ({sgs.SAMPLES} unless given)."},
    ),
)


def choose(instance: Rcpsp) -> Choice:
    """Return the method that closes the gap on any instance, given time."""
    if instance.time_lags:
        return Choice("cpsat", "exact, with time lags")
    return Choice("cpsat", "exact; ends at once where a generated schedule meets a bound")
