"""Small random instances for tests that run over every problem; each of them has a plan."""

from typing import Any

import numpy as np

from planner.models.base.arrays import IntArray

COLLECTIVES = (
    ("all_to_all", "direct"),
    ("all_reduce", "ring"),
    ("all_reduce", "direct"),
    ("all_reduce", "halving_doubling"),
    ("reduce_scatter", "halving_doubling"),
    ("all_gather", "ring"),
)


def draw(rng: np.random.Generator) -> dict[str, Any]:
    """Return the data of a random instance with a handful of nodes and flows."""
    on_graph = rng.random() < 0.2
    topology = _graph(rng) if on_graph else _fabric(rng)
    workload = _graph_workload(rng, topology) if on_graph else _fabric_workload(rng, topology)
    return {
        "problem": "flow_splitting",
        "schema_version": 1,
        "name": "sample",
        "units": "normalised",
        "topology": topology,
        "workload": {"splitting": str(rng.choice(["free", "free", "equal", "whole"])), **workload},
    }


def _fabric(rng: np.random.Generator) -> dict[str, Any]:
    leaves, spines = int(rng.integers(2, 5)), int(rng.integers(2, 5))
    fabric: dict[str, Any] = {"kind": "leaf_spine", "leaves": leaves}
    if rng.random() < 0.3:
        fast = int(rng.integers(1, spines))
        fabric["spine_groups"] = [
            {"count": fast, "link_rate": 2.0},
            {"count": spines - fast, "link_rate": 1.0},
        ]
    else:
        fabric |= {"spines": spines, "link_rate": float(rng.choice([1.0, 2.0]))}
        if rng.random() < 0.2:
            fabric["parallel_links"] = 2
    if rng.random() < 0.5:
        fabric["hosts_per_leaf"] = int(rng.integers(1, 4))
        if rng.random() < 0.5:
            fabric["nic_rate"] = float(rng.choice([1.0, 2.0]))
    fabric["failed_links"] = _failed_links(rng, leaves, spines)
    if rng.random() < 0.2:
        fabric["link_overrides"] = [
            {"leaf": f"leaf{rng.integers(leaves)}", "spine": "spine0", "up_rate": 0.5}
        ]
    return fabric


def _failed_links(rng: np.random.Generator, leaves: int, spines: int) -> list[dict[str, str]]:
    """Fail a few links, but none of the last spine, so that every pair keeps a path."""
    number = int(rng.integers(0, 3)) if rng.random() < 0.5 else 0
    links = {(int(rng.integers(leaves)), int(rng.integers(spines - 1))) for _ in range(number)}
    return [{"leaf": f"leaf{leaf}", "spine": f"spine{spine}"} for leaf, spine in sorted(links)]


def _fabric_workload(rng: np.random.Generator, fabric: dict[str, Any]) -> dict[str, Any]:
    leaves = int(fabric["leaves"])
    hosts = leaves * int(fabric.get("hosts_per_leaf", 0))
    kind = rng.random()
    if hosts and kind < 0.3:
        return {"collective": _collective(rng, hosts)}
    if hosts and kind < 0.6:
        ends = _ends(rng, hosts, int(rng.integers(1, 7)))
        return {"flows": _messages(rng, "host", ends)}
    if kind < 0.7:
        return {"demands": {"uniform": 1.0}}
    if kind < 0.8:
        amounts = rng.integers(0, 3, (leaves, leaves)).astype(float)
        amounts[0, 1] = 1.0
        return {"demands": {"matrix": amounts.tolist()}}
    ends = _ends(rng, leaves, int(rng.integers(1, 7)))
    return {"flows": _messages(rng, "leaf", ends)}


def _collective(rng: np.random.Generator, hosts: int) -> dict[str, Any]:
    operation, algorithm = COLLECTIVES[int(rng.integers(len(COLLECTIVES)))]
    ranks = hosts
    if algorithm == "halving_doubling":
        ranks = 2 ** (hosts.bit_length() - 1)
    placement = str(rng.choice(["block", "striped"]))
    return {
        "operation": operation,
        "algorithm": algorithm,
        "size": float(ranks),
        "ranks": ranks,
        "placement": placement,
    }


def _ends(rng: np.random.Generator, nodes: int, number: int) -> IntArray:
    """Return ordered pairs of different nodes, one row each."""
    source = rng.integers(0, nodes, number)
    target = (source + rng.integers(1, nodes, number)) % nodes
    return np.stack([source, target], axis=1)


def _messages(rng: np.random.Generator, kind: str, ends: IntArray) -> list[dict[str, Any]]:
    equal = rng.random() < 0.5
    sizes = np.ones(len(ends)) if equal else rng.integers(1, 6, len(ends)).astype(float)
    return [
        {"from": f"{kind}{source}", "to": f"{kind}{target}", "size": float(size)}
        for (source, target), size in zip(ends.tolist(), sizes, strict=True)
    ]


def _graph(rng: np.random.Generator) -> dict[str, Any]:
    """Return a ring of nodes with a few chords and perhaps a parallel link."""
    nodes = int(rng.integers(3, 6))
    ring = [(node, (node + 1) % nodes) for node in range(nodes)]
    chords = [tuple(pair) for pair in _ends(rng, nodes, int(rng.integers(0, 3))).tolist()]
    links = [
        {"a": f"node{a}", "b": f"node{b}", "rate": float(rng.choice([1.0, 2.0]))}
        for a, b in [*ring, *chords]
    ]
    return {"kind": "graph", "nodes": nodes, "links": links}


def _graph_workload(rng: np.random.Generator, graph: dict[str, Any]) -> dict[str, Any]:
    messages = _messages(rng, "node", _ends(rng, int(graph["nodes"]), int(rng.integers(1, 5))))
    return {"flows": messages} if rng.random() < 0.5 else {"demands": {"pairs": messages}}
