"""Small networks with demands."""

from typing import Any

from planner.models.entanglement_scheduling.instance import EntanglementScheduling


def demands(
    *rows: tuple[str, str, float, float],
    kind: str = "line",
    qubits: tuple[int, int] = (1, 3),
    mandatory: bool = False,
    **top: Any,
) -> EntanglementScheduling:
    """Return demands (from, to, fidelity, pairs per second) on a line of three nodes, say."""
    size = {"size": 3} if kind == "line" else {}
    return EntanglementScheduling.model_validate(
        {
            "problem": "entanglement_scheduling",
            "schema_version": 1,
            "name": "demands",
            "topology": {
                "kind": kind,
                **size,
                "communication_qubits": qubits[0],
                "storage_qubits": qubits[1],
            },
            "workload": {
                "kind": "demands",
                "demands": [
                    {
                        "from": a,
                        "to": b,
                        "min_fidelity": f,
                        "rate": f"{r} Hz",
                        "mandatory": mandatory,
                    }
                    for a, b, f, r in rows
                ],
            },
            **top,
        }
    )
