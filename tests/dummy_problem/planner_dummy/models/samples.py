"""Small random instances, as a user would write them."""

from typing import Any

import numpy as np


def draw(rng: np.random.Generator) -> dict[str, Any]:
    """Return the data of an instance of at most eight numbers; some have no plan."""
    count = int(rng.integers(1, 9))
    forbidden = np.flatnonzero(rng.random(count) < 0.2)
    return {
        "problem": "dummy",
        "schema_version": 1,
        "name": f"random of {count}",
        "numbers": [float(number) for number in rng.integers(0, 20, count)],
        "choose": int(rng.integers(1, count + 1)),
        "forbidden": forbidden.tolist(),
    }
