"""Small sets of rigid tasks on one node with the qubits a-C0, a-S0, a-S1 and a-S2."""

from typing import Any

import numpy as np

from planner.models.base.evaluation import Evaluation
from planner.models.entanglement_scheduling import evaluate
from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.solvers.contract import Answer, Budget, Run

QUBITS = ("a-C0", "a-S0", "a-S1")


def tasks(rows: list[dict[str, Any]], **top: Any) -> EntanglementScheduling:
    """Return an instance of tasks."""
    data = {
        "problem": "entanglement_scheduling",
        "schema_version": 1,
        "name": "tasks",
        "topology": {
            "kind": "graph",
            "nodes": [{"name": "a", "communication_qubits": 1, "storage_qubits": 3}],
        },
        "workload": {"kind": "tasks", "tasks": rows},
        **top,
    }
    return EntanglementScheduling.model_validate(data)


def one_qubit(*rows: tuple[int, int], mandatory: bool = True, **top: Any) -> EntanglementScheduling:
    """Return tasks (length, period) that hold one qubit throughout."""
    return tasks(
        [
            {"length": c, "period": p, "busy": {"a-C0": [(0, c)]}, "mandatory": mandatory}
            for c, p in rows
        ],
        **top,
    )


def draw(seed: int, **limits: Any) -> EntanglementScheduling:
    """Return two to four random tasks with one or two intervals on one or two qubits."""
    rng = np.random.default_rng(seed)
    rows = [_task(rng) for _ in range(int(rng.integers(2, 5)))]
    objective = ("throughput", "demands", "weight")[int(rng.integers(3))]
    return tasks(rows, objective=objective, limits=limits)


def _task(rng: np.random.Generator) -> dict[str, Any]:
    period = int(rng.choice([2, 3, 4, 6, 8, 12]))
    length = int(rng.integers(1, period + 1))
    busy: dict[str, list[tuple[int, int]]] = {}
    for qubit in rng.choice(QUBITS, size=int(rng.integers(1, 3)), replace=False):
        begin = int(rng.integers(length))
        end = int(rng.integers(begin + 1, length + 1))
        busy[str(qubit)] = [(begin, end)]
        if end + 1 < length and rng.random() < 0.4:
            busy[str(qubit)].append((end + 1, length))
    return {
        "period": period,
        "length": length,
        "busy": busy,
        "mandatory": bool(rng.random() < 0.15),
        "weight": int(rng.integers(1, 9)),
    }


def run_for(seconds: float | None = 30.0, **options: Any) -> Run:
    """Return a run with few workers."""
    return Run(Budget(time_limit=seconds, workers=4), options=options)


def judged(instance: EntanglementScheduling, answer: Answer) -> Evaluation | None:
    """Return what a plan is worth after asserting that it keeps every limit."""
    if answer.plan is None:
        return None
    found = evaluate(instance, answer.plan)
    assert found.violations == ()
    assert found.objective.value == answer.objective
    return found
