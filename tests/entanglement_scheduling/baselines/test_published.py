"""The outcomes of the published code on its own task sets.

The sets and outcomes come from the MIT-licensed repository mdskrzypczyk/LinkScheduling (commit
46b4a67); they are no part of this repository, and without them these tests are skipped.
"""

import json
from pathlib import Path

import pytest

from planner.models.entanglement_scheduling.instance import EntanglementScheduling

DATA = Path(__file__).parents[4] / "shared/data/entanglement_scheduling/instances"
SETS = ["H_F0.6_load20_seed1", "symm_F0.65_load20_seed1", "surfnet_F0.98_load10_seed21"]
SCHEDULERS = {
    "PTS-NP-EDF": "pts_np_edf", "RCPSP-NP-FPR": "rcpsp_np_fpr", "RCPSP-NP-EDF": "rcpsp_np_edf",
}  # fmt: skip


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_stored_outcome(solve, name, scheduler):
    """Throughput, who is admitted, response time and jitter are those of the published code."""
    stored = _stored(name)
    expected = stored["paper_schedulers"][scheduler]
    answer, evaluation = solve(_instance(stored["instance"]), SCHEDULERS[scheduler])
    assert evaluation.violations == ()
    assert evaluation.objective.value == pytest.approx(expected["throughput_hz"], rel=1e-12)
    assert answer.plan.demand.tolist() == expected["accepted"]
    assert evaluation.metrics["response_time"] == pytest.approx(expected["wcrt_s"])
    jitter = pytest.approx(expected["max_jitter_var_s2"], abs=1e-12)
    assert evaluation.metrics["jitter_variance"] == jitter


@pytest.mark.parametrize(
    "name", ["H_run000_F0.75", "line_run000_F0.55", "line_run000_F0.7", "line_run000_F0.85"]
)
def test_look_ahead_on_published_runs(solve, name):
    """Whom RCPSP-CEDF admitted stands first in these sets, and it admits the same here."""
    stored = _stored(name)
    expected = stored["paper_schedulers"]["RCPSP-CEDF"]
    answer, evaluation = solve(_instance(stored["instance"]), "rcpsp_cedf")
    assert answer.plan.demand.tolist() == list(range(expected["n_accepted"]))
    assert evaluation.objective.value == pytest.approx(expected["throughput_hz"], rel=1e-12)


def _stored(name):
    path = DATA / f"{name}.json"
    if not path.exists():
        pytest.skip("the published task sets are not here")
    return json.loads(path.read_text(encoding="utf-8"))


def _instance(data):
    nodes = [
        {
            "name": name,
            "end_node": node["end_node"],
            "communication_qubits": len(node["comm"]),
            "storage_qubits": len(node["storage"]),
        }
        for name, node in data["nodes"].items()
    ]
    links = [
        {"a": edge["u"], "b": edge["v"], "length": f"{edge['length_km']} km"}
        for edge in data["edges"]
    ]
    tasks = [
        {
            "from": task["src"],
            "to": task["dst"],
            "min_fidelity": task["f_min"],
            "rate": f"{task['rate_hz']!r} Hz",
            "period": task["period_slots"],
            "length": task["length_slots"],
            "busy": task["busy"],
        }
        for task in data["tasks"]
    ]
    return EntanglementScheduling.model_validate({
        "problem": "entanglement_scheduling", "schema_version": 1, "name": data["name"],
        "topology": {"kind": "graph", "nodes": nodes, "links": links},
        "workload": {"kind": "tasks", "tasks": tasks},
    })  # fmt: skip
