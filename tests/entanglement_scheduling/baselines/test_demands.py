"""The published pipeline on demands: its protocols, names for qubits, arrival order."""

import pytest

from planner.models.entanglement_scheduling.check import check_certificate
from planner.solvers.entanglement_scheduling.baselines import BASELINES


@pytest.fixture
def demands(instance_of):
    """Return a function that makes an instance of demands on a line of nodes 5 km apart."""

    def make(size, *listed, **more):
        return instance_of(
            topology={"kind": "line", "size": size, "length": "5 km"},
            workload={"kind": "demands", "demands": [
                {"from": a, "to": b, "min_fidelity": fidelity, "rate": f"{rate} Hz"}
                for a, b, fidelity, rate in listed
            ]},
            **more,
        )  # fmt: skip

    return make


@pytest.mark.parametrize(
    ("hops", "fidelity", "slots"), [(1, 0.9, 17), (2, 0.55, 7), (2, 0.75, 17), (3, 0.55, 17)]
)
def test_published_lengths(demands, solve, hops, fidelity, slots):
    """Lengths of the published search over links of 5 km (mdskrzypczyk/LinkScheduling, 46b4a67)."""
    instance = demands(hops + 1, ("0", str(hops), fidelity, 0.1953125), objective="latency")
    answer, evaluation = solve(instance, "published")
    assert answer.objective == slots
    assert evaluation.objective.value == slots
    assert evaluation.violations == ()


def test_published_takes_no_offer(demands, solve):
    """The pipeline keeps to its own protocols where better ones are offered."""
    instance = demands(4, ("0", "3", 0.55, 0.1953125), objective="latency")
    assert solve(instance, "published")[0].objective == 17
    assert solve(instance, "rcpsp_np_edf")[0].objective == 9


@pytest.mark.parametrize(("objective", "value"), [("demands", 2.0), ("weight", 2.0)])
def test_other_objectives(demands, solve, objective, value):
    """Demands count by number or by weight, with pauses and without."""
    instance = demands(2, ("0", "1", 0.6, 1), ("0", "1", 0.6, 2), objective=objective)
    for name in ("rcpsp_np_edf", "rcpsp_pb"):
        answer, evaluation = solve(instance, name)
        assert answer.objective == evaluation.objective.value == value


def test_unreachable_fidelity_is_left_out(demands, solve):
    """A demand that no protocol serves is not admitted, and the next one is."""
    instance = demands(2, ("0", "1", 0.999, 1), ("0", "1", 0.6, 1))
    for name in ("published", "pts_pb", "rcpsp_np_fpr"):
        assert solve(instance, name)[0].plan.demand.tolist() == [1]


@pytest.mark.parametrize("objective", ["throughput", "goodput"])
@pytest.mark.parametrize("name", [method.name for method in BASELINES])
def test_random_demands(instance_of, solve, name, objective):
    """Schedules of random demands keep every limit, and are worth what they say."""
    instance = instance_of(
        topology={"kind": "h", "length": "5 km", "communication_qubits": 1, "storage_qubits": 3},
        workload={"kind": "random", "load": "20 Hz", "min_fidelity": 0.65, "seed": 3},
        objective=objective,
    )
    answer, evaluation = solve(instance, name)
    assert evaluation.violations == ()
    assert len(answer.plan.demand) > 2
    if answer.objective is not None:
        assert evaluation.objective.value == pytest.approx(answer.objective, rel=1e-9)
    checked = check_certificate(instance, answer.certificate)
    assert checked.violations == ()
    if checked.scope in (None, evaluation.scope):
        assert checked.bounds[objective] >= evaluation.objective.value - 1e-9
