"""The published schedulers as methods: one function `(instance, run) -> Answer` each.

Demands are served by the shortest protocol they are offered, so that the schedulers can be compared
with others on the same offers; `published` takes the protocols of the published search instead.
"""

from planner.models.base.errors import refuse
from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.solvers.contract import Answer, Run
from planner.solvers.entanglement_scheduling.baselines import critical, pts, pts_pb, rcpsp, rcpsp_pb
from planner.solvers.entanglement_scheduling.baselines.admission import Scheduler, admit
from planner.solvers.entanglement_scheduling.baselines.answers import preempted, scheduled
from planner.solvers.entanglement_scheduling.baselines.periodic import (
    Choose,
    periodic_tasks,
    published,
    shortest,
)
from planner.solvers.entanglement_scheduling.baselines.pieces import Course, Reserves

BUDGET = 100
"""Slots that a repetition may pause for unless the option `budget` says otherwise."""


def pts_np_edf(instance: EntanglementScheduling, run: Run) -> Answer:
    """Return the schedule of one processor by earliest deadline first."""
    return _rigid(instance, run, pts.np_edf, together=True)


def pts_cedf(instance: EntanglementScheduling, run: Run) -> Answer:
    """Return the schedule of one processor with look-ahead."""
    return _rigid(instance, run, pts.cedf, together=True)


def one_processor_pausing(instance: EntanglementScheduling, run: Run) -> Answer:
    """Return the schedule of one processor with pauses."""
    return _pausing(instance, run, pts_pb.limited(_budget(run)), together=True)


def rcpsp_np_fpr(instance: EntanglementScheduling, run: Run) -> Answer:
    """Return the schedule with whole-length reservation of qubits."""
    return _rigid(instance, run, rcpsp.np_fpr)


def rcpsp_np_edf(instance: EntanglementScheduling, run: Run) -> Answer:
    """Return the schedule by earliest deadline first on every qubit."""
    return _rigid(instance, run, rcpsp.np_edf)


def rcpsp_cedf(instance: EntanglementScheduling, run: Run) -> Answer:
    """Return the schedule with look-ahead on every qubit."""
    return _rigid(instance, run, critical.cedf)


def rcpsp_pb_block(instance: EntanglementScheduling, run: Run) -> Answer:
    """Return the schedule with pauses in which a running piece reserves every qubit."""
    return _reserving(instance, run, "all")


def rcpsp_pbs(instance: EntanglementScheduling, run: Run) -> Answer:
    """Return the schedule with pauses in which a piece reserves what it uses, all along."""
    return _reserving(instance, run, "piece")


def every_qubit_pausing(instance: EntanglementScheduling, run: Run) -> Answer:
    """Return the schedule with pauses in which qubits are reserved while they are held."""
    return _reserving(instance, run, "shape")


def published_pipeline(instance: EntanglementScheduling, run: Run) -> Answer:
    """Return what the published pipeline makes of demands: its protocols and RCPSP-NP-EDF."""
    return _rigid(instance, run, rcpsp.np_edf, choose=published)


def _rigid(
    instance: EntanglementScheduling,
    run: Run,
    schedule: Scheduler[int],
    *,
    choose: Choose = shortest,
    together: bool = False,
) -> Answer:
    tasks = periodic_tasks(instance, choose)
    return scheduled(instance, admit(tasks, schedule, run, together=together), run)


def _reserving(instance: EntanglementScheduling, run: Run, reserves: Reserves) -> Answer:
    return _pausing(instance, run, rcpsp_pb.limited(reserves, _budget(run)))


def _pausing(
    instance: EntanglementScheduling,
    run: Run,
    schedule: Scheduler[Course],
    *,
    together: bool = False,
) -> Answer:
    tasks = periodic_tasks(instance, shortest)
    return preempted(instance, admit(tasks, schedule, run, together=together), run)


def _budget(run: Run) -> int:
    value = run.options.get("budget", BUDGET)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        message = f"{value!r} is not a number of slots"
        raise refuse("option-value", message, "Give a whole number, 0 or more.", "options.budget")
    return value
