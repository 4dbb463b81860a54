"""Small random instances for tests that run over every problem."""

from typing import Any

import numpy as np

SCHEDULES = ("dp", "diloco", "streaming", "overlap", "co2")


def draw(rng: np.random.Generator) -> dict[str, Any]:
    """Return the data of a random instance with a few variants; not every one has a plan."""
    layers = int(rng.integers(1, 9))
    kept = [name for name in SCHEDULES if rng.random() < 0.6] or ["diloco"]
    periods = sorted({int(rng.integers(3, 9)), int(rng.integers(9, 20))})
    link: dict[str, Any] = {
        "bandwidth": f"{10 ** rng.uniform(-1, 2):.4g} Gbit/s",
        "participants": int(rng.choice([2, 2, 4])),
    }
    if rng.random() < 0.3:
        link["latency"] = f"{rng.uniform(0, 20):.3g} ms"
    data: dict[str, Any] = {
        "problem": "wan_training",
        "schema_version": 1,
        "name": "sample",
        "model": {
            "layers": layers,
            "parameters": float(f"{10 ** rng.uniform(7, 9):.4g}"),
            "step_time": f"{rng.uniform(50, 500):.4g} ms",
        },
        "link": link,
        "choices": {
            "schedules": kept,
            "inner_steps": periods,
            "fragment_layers": sorted({1, int(rng.integers(1, layers + 1))}),
            "overlap_steps": [1, 2],
            "outer_bits": [16, 4],
        },
        "offload": bool(rng.random() < 0.5),
        "target_utilisation": float(f"{rng.uniform(0.3, 0.99):.3g}"),
        "search": {"rule": str(rng.choice(["continuous", "grid", "published"]))},
        "objective": str(rng.choice(["required_bandwidth", "utilisation"])),
    }
    if rng.random() < 0.5:
        data["choices"]["fragment_interval"] = [1, 2]
    if rng.random() < 0.2:
        data["rules"] = "web_simulator"
    if rng.random() < 0.3:
        data["limits"] = {"synchronisation_period": int(rng.integers(1, 12))}
    return data
