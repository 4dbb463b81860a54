"""The methods of entanglement scheduling, and how `auto` picks one."""

from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.solvers.contract import Choice, Method
from planner.solvers.entanglement_scheduling import sizes
from planner.solvers.entanglement_scheduling.baselines.methods import BASELINES

_ROOM = "planner.solvers.entanglement_scheduling"
_OPENING = f"{_ROOM}.opening:opening"

METHODS = (
    Method(
        name="windows",
        proves="exact",
        summary="CP-SAT over admission, protocols and starts, from a strictly periodic schedule.",
        entry=f"{_ROOM}.windows:solve",
        isolated=True,
        opening=_OPENING,
        refuses=sizes.refuses_windows,
    ),
    Method(
        name="strict",
        proves="bounded",
        summary="Strictly periodic schedules by modular constraints; exact where jitter is zero.",
        entry=f"{_ROOM}.strict:solve",
        isolated=True,
        opening=_OPENING,
        refuses=sizes.refuses_phases,
    ),
    Method(
        name="lns",
        proves="bounded",
        summary="Large networks: plans the demands of one bottleneck again and again.",
        entry=f"{_ROOM}.lns:solve",
        isolated=True,
        opening=_OPENING,
        refuses=sizes.refuses_table,
    ),
    Method(
        name="arrival_order",
        proves="bounded",
        summary="First come, first served, with an exact test of every demand.",
        entry=f"{_ROOM}.arrival_order:solve",
        isolated=True,
        refuses=sizes.refuses_windows,
    ),
    Method(
        name="operations",
        proves="bounded",
        summary="Free operation times: swap-only protocols that keep their fidelity with waiting.",
        entry=f"{_ROOM}.operations:solve",
        isolated=True,
        refuses=sizes.refuses_operations,
        options={"waiting": "Most slots that a half may wait for its operation (any, if absent)."},
    ),
    *BASELINES,
)


def choose(instance: EntanglementScheduling) -> Choice:
    """Return the method that is exact on the instance, or the best one for its size."""
    zero = all(want.jitter == 0 for want in instance.view.demands)
    if zero and sizes.refuses_phases(instance) is None:
        return Choice("strict", "jitter is zero, so that phases are all there is to choose")
    if sizes.intervals(instance) <= sizes.FEW:
        return Choice("windows", "exact on an instance of this size")
    if sizes.refuses_table(instance) is None:
        return Choice("lns", "too many repetitions for one model")
    if sizes.refuses_phases(instance) is None:
        return Choice("strict", "a long hyperperiod, which phases do not depend on")
    return Choice("published", "too large for any search")
