"""Worked examples: what zero jitter forbids, and where earliest deadlines fail."""

from planner.models.entanglement_scheduling import check_certificate
from planner.solvers.entanglement_scheduling import arrival_order, strict, windows

from .small_tasks import judged, one_qubit, run_for, tasks


def test_zero_jitter_excludes_what_windows_allow() -> None:
    """(3, 8) and (3, 12) share no qubit strictly periodically: g = 4 leaves no residue."""
    rigid = one_qubit((3, 8), (3, 12), limits={"jitter": "zero"})
    answer = windows.solve(rigid, run_for())
    assert answer.infeasible
    assert answer.certificate is not None
    assert check_certificate(rigid, answer.certificate).infeasible
    free = one_qubit((3, 8), (3, 12))
    assert judged(free, windows.solve(free, run_for())) is not None


def test_inserted_idle_time() -> None:
    """(2, 6) and (8, 16) need a slot left idle, which earliest deadline first never does."""
    instance = one_qubit((2, 6), (8, 16), mandatory=False)
    for method in (windows, arrival_order):
        found = judged(instance, method.solve(instance, run_for()))
        assert found is not None
        assert found.metrics["admitted"] == 2


def test_full_use_may_be_impossible() -> None:
    """(2, 4) and (6, 12) fill the qubit, yet 6 slots fit between no two of the first."""
    instance = one_qubit((2, 4), (6, 12))
    answer = windows.solve(instance, run_for())
    assert answer.infeasible
    assert answer.plan is None
    fits = one_qubit((2, 4), (4, 12))
    assert judged(fits, windows.solve(fits, run_for())) is not None


def test_strict_without_a_schedule_proves_nothing_about_windows() -> None:
    """A strictly periodic schedule that is not there does not make the instance infeasible."""
    answer = strict.solve(one_qubit((3, 8), (3, 12)), run_for())
    assert answer.plan is None
    assert not answer.infeasible


def test_stopped_run_is_not_optimal() -> None:
    """A run that is to stop at once claims no bound but that of its certificate."""
    rows = [
        {"period": 16, "length": 5, "busy": {"a-C0": [(0, 2), (3, 5)], "a-S0": [(1, 4)]}}
        for _ in range(12)
    ]
    run = run_for()
    run.stop()
    answer = windows.solve(tasks(rows), run)
    assert answer.solver_bound is None
    assert answer.stopped_by == "interrupt"


def test_arrival_order_admits_the_early_and_refuses_the_valuable() -> None:
    """Free choice leaves out the first task, which keeps out the second."""
    instance = one_qubit((5, 8), (1, 2), mandatory=False)
    arrived = judged(instance, arrival_order.solve(instance, run_for()))
    chosen = judged(instance, windows.solve(instance, run_for()))
    assert arrived is not None
    assert chosen is not None
    assert (arrived.metrics["demands"], chosen.metrics["demands"]) == (["task0"], ["task1"])
