"""Small random instances for tests that run over every problem; most of them have a plan."""

from typing import Any

import numpy as np

COLLECTIVES = ("forward", "backward", "gradients", "sync", "update")
BITS = (16, 16, 16, 8, 4, [16, 8], [16, 4], [8, 4])


def draw(rng: np.random.Generator) -> dict[str, Any]:
    """Return the data of a random instance with few devices, layers and plans."""
    mixed = rng.random() < 0.4
    topology = _torus(rng) if rng.random() < 0.15 else _hierarchy(rng, small=mixed)
    is_torus = topology["kind"] == "torus"
    model = _model(rng, topology, mixed=mixed)
    limits: dict[str, Any] = {"memory": f"{float(rng.uniform(0.4, 4.0)):.3g} GB"}
    if rng.random() < 0.3:
        limits = {"memory": "unlimited"}
    if rng.random() < 0.2:
        limits["communicators"] = int(rng.integers(1, 6))
    return {
        "problem": "hierarchical_sharding",
        "schema_version": 1,
        "name": "sample",
        "topology": topology,
        "model": model,
        "training": _training(rng, is_torus=is_torus),
        "precision": _precision(rng),
        "policy": {
            "mixed": mixed,
            "secondary": bool(rng.random() < 0.6),
            "keep": [[False], [True], [False, True]][int(rng.integers(3))],
            "frameworks": _frameworks(rng),
        },
        "limits": limits,
        "objective": str(rng.choice(["communication_time", "step_time"])),
    }


def _torus(rng: np.random.Generator) -> dict[str, Any]:
    axes = [int(rng.choice([2, 3, 4])) for _ in range(int(rng.integers(1, 3)))]
    return {"kind": "torus", "axes": axes, "link_bandwidth": "50 GB/s", "latency": "1 us"}


def _hierarchy(rng: np.random.Generator, *, small: bool) -> dict[str, Any]:
    fanouts = rng.choice([1, 2, 3] if small else [1, 2, 3, 4, 6], int(rng.integers(1, 4)))
    return {
        "kind": "hierarchy",
        "levels": [_level(rng, place, fanout) for place, fanout in enumerate(fanouts.tolist())],
    }


def _level(rng: np.random.Generator, place: int, fanout: int) -> dict[str, Any]:
    level: dict[str, Any] = {
        "name": f"level{place}",
        "fanout": fanout,
        "unit_bandwidth": f"{rng.integers(5, 200)} GB/s",
        "latency": f"{rng.choice([0, 1, 20])} us",
        "in_network_reduction": bool(rng.random() < 0.2),
    }
    if rng.random() < 0.2:
        level["device_bandwidth"] = f"{rng.integers(5, 50)} GB/s"
    if rng.random() < 0.3:
        points = [{"size": "1 MB", "efficiency": 0.3}, {"size": "1 GB", "efficiency": 0.9}]
        curves = [{"points": points}, {"operation": "all_reduce", "group": 2, "points": points[:1]}]
        level["efficiency"] = 0.7 if rng.random() < 0.5 else curves
    return level


def _model(rng: np.random.Generator, topology: dict[str, Any], *, mixed: bool) -> dict[str, Any]:
    widths = {
        "gradient_bytes": float(rng.choice([2, 4])),
        "parameter_bytes": float(rng.choice([2, 2, 1])),
    }
    if not mixed and rng.random() < 0.6:
        return {"parameters": 2e8, "unit_parameters": float(rng.choice([0, 1e7])), **widths}
    classes = [_layer_class(rng, place) for place in range(int(rng.integers(1, 3)))]
    if mixed and topology["kind"] == "hierarchy" and rng.random() < 0.4:
        classes[-1]["expert_parallel"] = topology["levels"][0]["fanout"]
    return {"classes": classes, **widths}


def _layer_class(rng: np.random.Generator, place: int) -> dict[str, Any]:
    layer: dict[str, Any] = {
        "name": f"class{place}",
        "count": int(rng.integers(1, 4)),
        "parameters": float(rng.integers(1, 20)) * 5e6,
        "buckets": int(rng.integers(0, 3)),
    }
    if rng.random() < 0.4:
        layer["unit_parameters"] = float(rng.choice([0, 1e6, 2e7]))
    return layer


def _training(rng: np.random.Generator, *, is_torus: bool) -> dict[str, Any]:
    training: dict[str, Any] = {"overlap": str(rng.choice(["none", "prefetch"]))}
    if not is_torus:
        ways = ["sequential", "sequential", "sequential", "pipelined", "flat_ring"]
        training["collectives"] = str(rng.choice(ways))
    kind = rng.random()
    if kind < 0.4:
        training["microbatches"] = int(rng.integers(1, 6))
        training["forward"] = training["backward"] = "10 ms"
    elif kind < 0.7:
        training["schedules"] = [
            {"name": "many", "microbatches": 4, "forward": "5 ms", "backward": "9 ms"},
            {"name": "few", "forward": "20 ms", "backward": "36 ms", "activations": "300 MB"},
        ]
    else:
        training["batch"] = {
            "sequences": int(rng.choice([1, 2, 4])),
            "activations": "100 MB",
            "forward": "5 ms",
            "backward": "10 ms",
            "recomputation": [
                {"name": "none", "activations": 1.0, "forward": 0.0},
                {"name": "full", "activations": 0.1, "forward": 1.0},
            ],
        }
    return training


def _precision(rng: np.random.Generator) -> dict[str, Any]:
    if rng.random() < 0.5:
        return {}
    precision: dict[str, Any] = {name: BITS[int(rng.integers(len(BITS)))] for name in COLLECTIVES}
    precision["scale_bytes"] = float(rng.choice([0, 4]))
    if rng.random() < 0.5:
        precision["kernel"] = {name: float(rng.choice([0, 1e-12, 3e-11])) for name in COLLECTIVES}
    return precision


def _frameworks(rng: np.random.Generator) -> list[str]:
    if rng.random() < 0.7:
        return ["any"]
    return [["deepspeed"], ["fsdp2"], ["internevo"], ["deepspeed", "fsdp2"]][int(rng.integers(4))]
