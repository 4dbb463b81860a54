"""A schedule that every exporter can write."""

import pytest

import planner as pl

DEMANDS = {
    "problem": "entanglement_scheduling",
    "schema_version": 1,
    "name": "two-hops",
    "topology": {"kind": "line", "size": 3},
    "workload": {
        "kind": "demands",
        "demands": [
            {"name": "far", "from": "0", "to": "2", "min_fidelity": 0.55, "rate": "3.125 Hz"},
            {"name": "near", "from": "2", "to": "1", "min_fidelity": 0.6, "rate": "6.25 Hz"},
        ],
    },
}
TASKS = {
    "problem": "entanglement_scheduling",
    "schema_version": 1,
    "name": "one-memory",
    "topology": {
        "kind": "graph",
        "nodes": [{"name": "m", "storage_qubits": 0}],
    },
    "workload": {
        "kind": "tasks",
        "tasks": [{"name": "a", "period": 4, "length": 2, "busy": {"m-C0": [[0, 2]]}}],
    },
}


@pytest.fixture(scope="session")
def schedule():
    """Return the result of two demands on two hops, both admitted."""
    result = pl.solve(DEMANDS, "published")
    assert result.metrics["admitted"] == 2
    return result


@pytest.fixture(scope="session")
def rigid():
    """Return the result of one rigid task."""
    return pl.solve(TASKS, "rcpsp_np_edf")
