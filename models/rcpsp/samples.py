"""Small random instances for tests that run over every problem."""

from typing import Any

import numpy as np


def draw(rng: np.random.Generator) -> dict[str, Any]:
    """Return the data of a random project of three to seven activities.

    A third has maximum lags; few of these have no plan.
    """
    n, m = int(rng.integers(3, 8)), int(rng.integers(1, 3))
    capacity = [int(rng.integers(2, 6)) for _ in range(m)]
    activities = [
        {
            "name": f"a{number}",
            "duration": int(rng.integers(0, 6)),
            "demand": {f"r{k}": int(rng.integers(0, capacity[k] + 1)) for k in range(m)},
            "successors": [f"a{later}" for later in range(number + 1, n) if rng.random() < 0.2],
        }
        for number in range(n)
    ]
    return {
        "problem": "rcpsp",
        "schema_version": 1,
        "name": "sample",
        "resources": [{"name": f"r{k}", "capacity": capacity[k]} for k in range(m)],
        "activities": activities,
        "time_lags": _lags(rng, n),
    }


def _lags(rng: np.random.Generator, n: int) -> list[dict[str, Any]]:
    lags: list[dict[str, Any]] = []
    kind = rng.random()
    if kind < 0.4:
        return lags
    for _ in range(int(rng.integers(1, 4))):
        source = int(rng.integers(0, n - 1))
        target = int(rng.integers(source + 1, n))
        lag: dict[str, Any] = {"from": f"a{source}", "to": f"a{target}"}
        least = int(rng.integers(0, 6))
        if rng.random() < 0.7 or kind < 0.67:
            lag["min"] = least
        if kind >= 0.67 and (rng.random() < 0.6 or "min" not in lag):
            lag["max"] = least + int(rng.integers(2, 12))
        lags.append(lag)
    return lags
