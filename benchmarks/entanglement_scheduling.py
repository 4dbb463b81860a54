"""Entanglement scheduling: published schedulers against the exact methods, and growth.

Set `TASK_SETS` to a folder with task sets (.json, the format `rigid-tasks`) and quantum networks
(.gml) to run them as well. Peers: the nine schedulers of arXiv 2111.13124, there and on demands
drawn here, which ask for more than the networks can do. They admit in the order of arrival.
"""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import planner as pl
from benchmarks.driver import Case, Figure
from planner.formats import import_file

SCHEDULERS = (
    "pts_np_edf", "pts_cedf", "pts_pb",
    "rcpsp_np_fpr", "rcpsp_np_edf", "rcpsp_cedf",
    "rcpsp_pb_block", "rcpsp_pbs", "rcpsp_pb",
)  # fmt: skip
LIMIT = float(os.environ.get("LIMIT", "60"))
"""Seconds for our own methods where the optimum is not proved sooner, or those of `LIMIT`."""
SURFNET_CITIES, SURFNET_LINKS = 54, 64


def cases(*, quick: bool) -> Iterator[Case]:
    """Yield every case, the smaller networks first."""
    networks = {"star": 0.60, "h": 0.60} if quick else {
        "star": 0.55, "h": 0.55, "line": 0.60, "symmetric": 0.65,
    }  # fmt: skip
    for kind, fidelity in networks.items():
        for load in (20,) if quick else (20, 60):
            yield _published(f"{kind}, {fidelity}, {load} ebit/s", _network(kind, load, fidelity))
    for load in (20,) if quick else (20, 50, 100):
        yield _large(f"108 nodes, {load} ebit/s", _research_network(load), quick=quick)
    folder = os.environ.get("TASK_SETS")
    for path in sorted(Path(folder).rglob("*")) if folder else []:
        if path.suffix == ".json":
            yield _published(path.stem, dict(import_file("rigid-tasks", path)))
        elif path.suffix == ".gml":
            yield _large(path.stem, dict(import_file("gml", path)), quick=quick)


def _published(size: str, data: dict[str, Any]) -> Case:
    contenders = {"topoplan": partial(_solve, data, "auto", LIMIT)}
    contenders |= {name: partial(_solve, data, name, None) for name in SCHEDULERS}
    return Case("published schedulers", size, contenders)


def _large(size: str, data: dict[str, Any], *, quick: bool) -> Case:
    limit = LIMIT if quick else 10 * LIMIT
    contenders = {"topoplan": partial(_solve, data, "auto", limit)}
    contenders |= {name: partial(_solve, data, name, None) for name in SCHEDULERS[3:5]}
    return Case("research network", size, contenders)


def _network(kind: str, load: float, fidelity: float) -> dict[str, Any]:
    return {
        "problem": "entanglement_scheduling",
        "schema_version": 1,
        "name": kind,
        "topology": {"kind": kind},
        "protocols": {"schemes": ["published"]},
        "workload": _workload(load, fidelity),
    }


def _workload(load: float, fidelity: float) -> dict[str, Any]:
    return {"kind": "random", "load": f"{load} Hz", "min_fidelity": fidelity, "seed": 1}


def _research_network(load: float) -> dict[str, Any]:
    """A network of the size and kind of SURFnet: repeaters in a sparse mesh, an end node at each.

    A ring with random chords, so that distances and cuts resemble those of a national backbone.
    """
    rng = np.random.default_rng(1)
    ring = [(a, (a + 1) % SURFNET_CITIES) for a in range(SURFNET_CITIES)]
    chords = set[tuple[int, int]]()
    while len(ring) + len(chords) < SURFNET_LINKS:
        a, b = sorted(int(each) for each in rng.choice(SURFNET_CITIES, 2, replace=False))
        if b - a not in (0, 1, SURFNET_CITIES - 1):
            chords.add((a, b))
    nodes = [{"name": f"r{each}", "end_node": False} for each in range(SURFNET_CITIES)]
    nodes += [{"name": f"e{each}"} for each in range(SURFNET_CITIES)]
    links = [{"a": f"r{a}", "b": f"r{b}"} for a, b in (*ring, *sorted(chords))]
    links += [{"a": f"e{each}", "b": f"r{each}"} for each in range(SURFNET_CITIES)]
    return {
        "problem": "entanglement_scheduling",
        "schema_version": 1,
        "name": "research network",
        "topology": {"kind": "graph", "nodes": nodes, "links": links},
        "hardware": {"capabilities": [{"fidelity": 0.999, "rate": "1400 Hz"}]},
        "workload": _workload(load, 0.98),
    }


def _solve(data: dict[str, Any], method: str, limit: float | None) -> Figure:
    result = pl.solve(data, method, time_limit=limit)
    bound = result.bound if result.bound_verified else None
    note = result.status if result.bound_source != "solver" else f"{result.status} by its solver"
    return Figure(result.value, bound, note)
