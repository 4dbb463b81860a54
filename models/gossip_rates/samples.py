"""Small random instances for tests that run over every problem; each of them has a plan."""

from typing import Any

import numpy as np

FAMILIES: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("path", (5,)),
    ("cycle", (5,)),
    ("star", (5,)),
    ("complete", (4,)),
    ("complete_bipartite", (2, 3)),
    ("grid", (2, 3)),
    ("hypercube", (3,)),
    ("barbell", (3,)),
    ("lollipop", (3, 2)),
    ("wheel", (6,)),
    ("binary_tree", (2,)),
)
OBJECTIVES = (
    *("fewest_messages", "fewest_messages", "fastest_mixing", "fastest_mixing"),
    *("gradient_rate", "total_resistance", "fdla", "fmmc"),
)
PHYSICAL = {"message_size": "45 Mbit", "budget": {"node": 1}}


def draw(rng: np.random.Generator) -> dict[str, Any]:
    """Return the data of a random connected instance with a handful of nodes."""
    objective = str(rng.choice(OBJECTIVES))
    values: dict[str, Any] = {
        "problem": "gossip_rates",
        "schema_version": 1,
        "name": "sample",
        "objective": objective,
    }
    is_physical = objective in ("fastest_mixing", "gradient_rate") and rng.random() < 0.3
    if rng.random() < 0.4 and not is_physical:
        name, size = FAMILIES[int(rng.integers(len(FAMILIES)))]
        values["topology"] = {"kind": "family", "family": name, "size": list(size)}
    else:
        values["topology"] = _network(rng, is_physical=is_physical)
    if is_physical:
        values |= PHYSICAL
    elif objective in ("fastest_mixing", "gradient_rate"):
        values["budget"] = _budget(rng, objective)
    if rng.random() < 0.15:
        values["overlay"] = "complete"
    return values


def _network(rng: np.random.Generator, *, is_physical: bool) -> dict[str, Any]:
    """Return a random tree with a few more edges, perhaps with costs or bandwidths."""
    nodes = int(rng.integers(2, 8))
    pairs = {(int(rng.integers(child)), child) for child in range(1, nodes)}
    for _ in range(int(rng.integers(0, 5))):
        a, b = sorted(rng.integers(0, nodes, 2).tolist())
        pairs |= {(a, b)} if a < b else set()
    has_costs = rng.random() < 0.4
    edges = []
    for a, b in sorted(pairs):
        edge: dict[str, Any] = {"a": f"node{a}", "b": f"node{b}"}
        if has_costs:
            edge["cost"] = round(float(rng.uniform(0.5, 3)), 3)
        if is_physical:
            edge["bandwidth"] = f"{int(rng.integers(1, 11))} Gbit/s"
            edge["latency"] = f"{int(rng.integers(0, 20))} ms"
        edges.append(edge)
    return {"kind": "graph", "nodes": nodes, "edges": edges}


def _budget(rng: np.random.Generator, objective: str) -> dict[str, Any]:
    kind = rng.random()
    if kind < 0.4:
        return {"total": round(float(rng.uniform(0.5, 4)), 3)}
    if kind < 0.6:
        return {"node": 1}
    if kind < 0.75:
        return {"clock": round(float(rng.uniform(0.5, 4)), 3)}
    if kind < 0.85:
        return {"link": True, "node": 2}
    return {"matching": True} if objective == "fastest_mixing" else {"node": 1.5}
