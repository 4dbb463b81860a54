"""Free operation times: fidelity is kept while pairs wait."""

import pytest

from planner.models.entanglement_scheduling.plan import SchedulePlan
from planner.solvers.entanglement_scheduling import operations, windows

from .small_demands import demands
from .small_tasks import judged, run_for

ROWS = (
    ("0", "2", 0.7, 3.125),
    ("2", "1", 0.8, 6.25),
    ("1", "0", 0.8, 6.25),
    ("0", "2", 0.6, 3.125),
)


@pytest.mark.parametrize("qubits", [(1, 3), (1, 0), (2, 2)])
def test_fidelity_with_waiting_is_kept(qubits: tuple[int, int]) -> None:
    """Every admitted demand has its fidelity with decoherence, whatever memories there are."""
    instance = demands(*ROWS, qubits=qubits)
    found = judged(instance, operations.solve(instance, run_for()))
    assert found is not None
    wanted = [ROWS[int(name.removeprefix("demand"))][2] for name in found.metrics["demands"]]  # type: ignore[union-attr,arg-type]
    kept = found.metrics["fidelity_decohered"]
    assert isinstance(kept, list)
    assert kept
    assert all(float(f) >= w - 1e-12 for f, w in zip(kept, wanted, strict=True))


def test_offers_do_not_keep_it() -> None:
    """The equal split reaches 0.7 before waiting only; settings to measure reach it after."""
    instance = demands(ROWS[0], protocols={"schemes": ["published"], "most": 1})
    offered = judged(instance, windows.solve(instance, run_for()))
    made = judged(instance, operations.solve(instance, run_for()))
    assert offered is not None
    assert made is not None
    assert offered.metrics["fidelity_decohered"][0] < 0.7 <= made.metrics["fidelity_decohered"][0]  # type: ignore[index,operator]


def test_latency_meets_the_chain() -> None:
    """With perfect memories two hops take the two links one after the other, and the swap."""
    instance = demands(
        ("0", "2", 0.55, 3.125),
        objective="latency",
        hardware={"storage_time": "1000 s", "communication_time": "1000 s"},
    )
    found = judged(instance, operations.solve(instance, run_for()))
    assert found is not None
    assert found.objective.value == 7.0


def test_waiting_can_be_limited() -> None:
    """Halves never wait longer than the option says, and then fewer protocols are left."""
    instance = demands(("0", "2", 0.55, 3.125), qubits=(1, 3))
    answer = operations.solve(instance, run_for(waiting=0))
    assert answer.plan is not None
    assert isinstance(answer.plan, SchedulePlan)
    # One communication qubit makes the links one after the other, so that one of them waits.
    assert len(answer.plan.demand) == 0


def test_impossible_fidelity_is_refused() -> None:
    """A fidelity that no setting has is not promised."""
    answer = operations.solve(demands(("0", "2", 0.95, 1.5625)), run_for())
    assert answer.plan is not None
    assert answer.objective == 0.0
