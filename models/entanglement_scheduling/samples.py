"""Small random instances for tests that run over every problem."""

from typing import Any

import numpy as np

_PERIODS = ((4, 8), (3, 6, 12), (4, 6, 12), (2, 4, 8), (6, 12), (8, 16))
"""Sets of periods with a short hyperperiod."""
_JITTERS: tuple[str, ...] = ("windows", "windows", "zero", "10 ms")


def draw(rng: np.random.Generator) -> dict[str, Any]:
    """Return the data of a random instance of two to four tasks or demands on three nodes.

    A quarter has demands with protocols to choose from; of each kind some have a jitter bound, some
    a circle of time, and few a mandatory demand.
    """
    is_task = bool(rng.random() < 0.75)
    jitter = _JITTERS[int(rng.integers(len(_JITTERS)))]
    limits: dict[str, Any] = {"jitter": jitter, "wrap": bool(rng.random() < 0.3)}
    data: dict[str, Any] = {
        "problem": "entanglement_scheduling",
        "schema_version": 1,
        "name": "sample",
        "topology": {
            "kind": "line",
            "size": 3,
            "communication_qubits": 1 if is_task else int(rng.integers(1, 3)),
            "storage_qubits": int(rng.integers(1, 3)),
        },
        "limits": limits,
    }
    if is_task:
        data["workload"] = {"kind": "tasks", "tasks": _tasks(rng, data["topology"])}
        data["objective"] = _pick(rng, ("throughput", "throughput", "demands", "weight"))
    else:
        data |= _served(rng)
    return data


def _pick(rng: np.random.Generator, names: tuple[str, ...]) -> str:
    return names[int(rng.integers(len(names)))]


def _tasks(rng: np.random.Generator, topology: dict[str, Any]) -> list[dict[str, Any]]:
    periods = _PERIODS[int(rng.integers(len(_PERIODS)))]
    return [_task(rng, topology, periods) for _ in range(int(rng.integers(2, 5)))]


def _task(
    rng: np.random.Generator, topology: dict[str, Any], periods: tuple[int, ...]
) -> dict[str, Any]:
    period = int(periods[int(rng.integers(len(periods)))])
    length = int(rng.integers(1, min(period, 6) + 1))
    nodes = [str(node) for node in rng.choice(3, 2, replace=False)]
    busy: dict[str, list[list[int]]] = {}
    for node in nodes:
        begin = int(rng.integers(0, length))
        end = int(rng.integers(begin + 1, length + 1))
        busy[f"{node}-C0"] = [[begin, end]]
        if rng.random() < 0.4:
            place = int(rng.integers(topology["storage_qubits"]))
            busy[f"{node}-S{place}"] = [[begin, length]]
    if length > 2 and rng.random() < 0.3:
        busy[f"{nodes[0]}-C0"] = [[0, 1], [length - 1, length]]
    return {
        "period": period,
        "length": length,
        "busy": busy,
        "weight": int(rng.integers(1, 6)),
        **({"mandatory": True} if rng.random() < 0.1 else {}),
    }


def _served(rng: np.random.Generator) -> dict[str, Any]:
    demands = []
    for _ in range(int(rng.integers(2, 4))):
        source, target = (str(node) for node in rng.choice(3, 2, replace=False))
        rate = (12.5, 12.5, 6.25, 25.0)[int(rng.integers(4))]
        demands.append(
            {
                "from": source,
                "to": target,
                "min_fidelity": (0.55, 0.6, 0.7)[int(rng.integers(3))],
                "rate": f"{rate} Hz",
                "weight": int(rng.integers(1, 6)),
                **({"mandatory": True} if rng.random() < 0.1 else {}),
            }
        )
    return {
        "protocols": {"most": 2},
        "workload": {"kind": "demands", "demands": demands},
        "objective": _pick(rng, ("throughput", "demands", "weight", "goodput", "latency")),
    }
