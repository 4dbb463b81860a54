"""Small random instances for tests that run over every problem."""

import itertools
from typing import Any

import numpy as np

TENSORS = [
    {"name": "embedding", "shape": [7, 4], "split": "vocabulary", "place": "first"},
    {"name": "up", "shape": [8, 4], "split": "column", "parts": 2},
    {"name": "down", "shape": [4, 8], "split": "row"},
    {"name": "norm", "shape": [4]},
    {"name": "head", "shape": [7, 4], "split": "vocabulary", "place": "last"},
]


def draw(rng: np.random.Generator) -> dict[str, Any]:
    """Return the data of a random instance with at most six devices; some have too few."""
    layers = int(rng.integers(1, 4))
    is_parallel = rng.random() < 0.4
    count = int(rng.integers(1, 40))
    layout = {}
    for side in ("old", "new"):
        form = "parallel" if is_parallel and rng.random() < 0.7 else "flat"
        if not is_parallel and rng.random() < 0.5:
            form = "ranges"
        layout[side] = _layout(rng, form, count)
    old = _shards(layout["old"]) + int(rng.integers(0, 2))
    new = max(1, _shards(layout["new"]) + int(rng.integers(-1 if rng.random() < 0.2 else 0, 2)))
    state: dict[str, Any] = {"parameters": count}
    if is_parallel:
        state = {"layers": layers, "tensors": TENSORS}
    return {
        "problem": "checkpoint_resharding",
        "schema_version": 1,
        "name": "sample",
        "state": {**state, "bytes_per_parameter": float(rng.choice([12.0, 16.0, 1.0]))},
        "layout": layout,
        "devices": _devices(rng, old, new),
        "rates": {"device_bandwidth": "10 GB/s", "storage_bandwidth": "2 GB/s"},
    }


def _layout(rng: np.random.Generator, form: str, count: int) -> dict[str, Any]:
    """Return a layout of at most six shards, copies included."""
    if form == "parallel":
        shape = [[1, 1, 2], [2, 1, 1], [2, 2, 1], [1, 3, 1], [2, 1, 2], [4, 1, 1]][rng.integers(6)]
        tensor, pipeline, data = shape
        zero = bool(rng.random() < 0.5)
        return {"kind": form, "tensor": tensor, "pipeline": pipeline, "data": data, "zero": zero}
    if form == "flat":
        shards = int(rng.integers(1, 6))
        return {"kind": form, "shards": shards, "replicas": 2 if shards < 3 else 1}
    shards = int(rng.integers(1, 5))
    edges = np.unique([0, count, *rng.integers(0, count + 1, 5).tolist()]).tolist()
    ranges = [
        {"shard": int(rng.integers(shards)), "start": start, "stop": stop}
        for start, stop in itertools.pairwise(edges)
    ]
    return {"kind": form, "ranges": ranges}


def _shards(layout: dict[str, Any]) -> int:
    if layout["kind"] == "parallel":
        return int(layout["tensor"] * layout["pipeline"] * layout["data"])
    if layout["kind"] == "flat":
        return int(layout["shards"] * layout["replicas"])
    return 1 + max(int(each["shard"]) for each in layout["ranges"])


def _devices(rng: np.random.Generator, old: int, new: int) -> dict[str, Any]:
    """Return numbered devices, or named ones of which some stay in another order."""
    if rng.random() < 0.5:
        return {"old": old, "new": new, "per_node": int(rng.integers(1, 3))}
    names = [f"gpu{number}" for number in range(old + new)]
    return {"old": names[:old], "new": [str(name) for name in rng.permutation(names)[:new]]}
