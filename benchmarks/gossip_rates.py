"""Gossip rates: certified gap and time from 10 to 100,000 workers, and peers on the same networks.

Peers: mixingmatrix 0.2.0 (fastest mixing Markov chains and averaging, extra `peers`), CVXPY with
Clarabel and with SCS on the projected semidefinite programme as it stands, MATCHA's programme over
the probabilities of fixed matchings, and equal rates. The bound of a peer is recomputed from its
dual by our check; where it gives no dual, the objective alone is told.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import yaml

import planner as pl
from benchmarks.driver import Case, Figure

INSTANCES = Path(__file__).parents[1] / "instances" / "gossip_rates"
HEAD = {"problem": "gossip_rates", "schema_version": 1}
LARGEST_DENSE = 60
"""Workers up to which the plain programmes of CVXPY are tried."""
LIMIT = 600.0


def cases(*, quick: bool) -> Iterator[Case]:
    """Yield every case, the smaller sizes first."""
    networks = ["abilene"] if quick else ["abilene", "polska", "nobel_us", "geant", "germany50"]
    for name in networks:
        data = yaml.safe_load((INSTANCES / f"{name}.yaml").read_text(encoding="utf-8"))
        yield _mixing(name, data)
        yield _messages(name, data)
    for nodes in [50] if quick else [10, 50, 100, 200, 400]:
        yield _chain(nodes)
    for side in [30] if quick else [30, 100, 316]:
        yield _large(f"grid {side} x {side}", _family("grid", [side, side]))
    if not quick:
        yield _large("random 4-regular", _family("random_regular", [2000, 4]))
        yield _backbone()


def solve(data: dict[str, Any], method: str = "auto") -> Figure:
    """Return what one of our methods reaches; the bound only if it was re-checked."""
    try:
        result = pl.solve(data, method, time_limit=LIMIT)
    except pl.CapabilityError as refusal:
        return Figure(None, None, str(refusal)[:60])
    return Figure(result.value, result.bound if result.bound_verified else None, result.method)


def _family(name: str, size: list[int]) -> dict[str, Any]:
    topology = {"kind": "family", "family": name, "size": size}
    return {**HEAD, "name": name, "topology": topology}


def _mixing(name: str, data: dict[str, Any]) -> Case:
    asked = {**data, "objective": "fastest_mixing"}
    contenders = {"topoplan": partial(solve, asked), "uniform": partial(solve, asked, "uniform")}
    contenders["MATCHA"] = partial(solve, asked, "matcha")
    for backend in ("CLARABEL", "SCS"):
        contenders[f"CVXPY, {backend}"] = partial(_cvxpy, asked, backend)
    return Case(f"fastest mixing, {name}", _size(asked), contenders)


def _messages(name: str, data: dict[str, Any]) -> Case:
    asked = {**data, "objective": "fewest_messages"}
    contenders = {"topoplan": partial(solve, asked)}
    for method in ("uniform", "lambda2_only", "matcha", "tree"):
        contenders[method] = partial(solve, asked, method)
    return Case(f"fewest messages, {name}", _size(asked), contenders)


def _chain(nodes: int) -> Case:
    """Fastest mixing Markov chains on random 4-regular graphs, as mixingmatrix publishes them."""
    asked = {**_family("random_regular", [nodes, 4]), "objective": "fmmc"}
    contenders = {
        "topoplan": partial(solve, asked),
        "mixingmatrix": partial(_mixingmatrix, asked),
        "Metropolis": partial(solve, asked, "metropolis"),
    }
    return Case("Markov chain, random 4-regular", f"{nodes} workers", contenders)


def _large(name: str, data: dict[str, Any]) -> Case:
    asked = {**data, "objective": "fastest_mixing"}
    contenders = {"topoplan": partial(solve, asked), "uniform": partial(solve, asked, "uniform")}
    if name.startswith("grid"):
        # The optimum of a grid is known; this is what the method for any large network makes of it.
        contenders["topoplan, unfolding"] = partial(solve, asked, "unfolding")
    return Case(f"fastest mixing, {name}", _size(asked), contenders)


def _backbone() -> Case:
    """The backbone of the world with 3,815 nodes, from the package topohub (extra `peers`)."""
    contenders = {"topoplan": partial(_world, "auto"), "uniform": partial(_world, "uniform")}
    return Case("fastest mixing, topohub backbone", "3,815 workers", contenders)


def _world(method: str) -> Figure:
    import topohub  # noqa: F401  # A missing package is told by the driver.

    options = {"problem": "gossip_rates", "objective": "fastest_mixing"}
    return solve(dict(pl.import_("topohub", "backbone/world", options)), method)


def _size(data: dict[str, Any]) -> str:
    return f"{pl.load(data).view.nodes:,} workers"  # type: ignore[attr-defined]


def _cvxpy(data: dict[str, Any], backend: str) -> Figure:
    """Solve max s, L(p) >= s on the space orthogonal to 1, p >= 0, sum p = 1, as it stands."""
    import cvxpy as cp

    view = pl.load(data).view  # type: ignore[attr-defined]
    if view.nodes > LARGEST_DENSE:
        return Figure(None, None, "too large")
    columns = np.zeros((view.nodes, view.edges))
    place = np.arange(view.edges)
    columns[view.ends[:, 0], place], columns[view.ends[:, 1], place] = 1, -1
    basis = np.linalg.svd(np.eye(view.nodes) - 1 / view.nodes)[0][:, :-1]
    flat = basis.T @ columns
    rate, level = cp.Variable(view.edges, nonneg=True), cp.Variable()
    cone = flat @ cp.diag(rate) @ flat.T - level * np.eye(view.nodes - 1) >> 0
    problem = cp.Problem(cp.Maximize(level), [cone, cp.sum(rate) == 1])
    problem.solve(solver=backend)
    plan = np.maximum(rate.value, 0)
    value = np.linalg.eigvalsh(flat * (plan / plan.sum()) @ flat.T)[0]
    values, vectors = np.linalg.eigh(cone.dual_value)
    points = basis @ (vectors * np.sqrt(np.maximum(values, 0)))
    ends = points[view.ends[:, 0]] - points[view.ends[:, 1]]
    bound = (ends**2).sum(axis=1).max() / (points**2).sum()
    return Figure(float(value), float(bound), "bound from its dual")


def _mixingmatrix(data: dict[str, Any]) -> Figure:
    """Run mixingmatrix with its defaults and a limit; the radius is that of its weights."""
    import mixingmatrix
    import networkx as nx

    view = pl.load(data).view  # type: ignore[attr-defined]
    graph = nx.Graph(view.ends.tolist())
    found = mixingmatrix.solve(graph, time_limit=LIMIT)
    matrix = found.weights.toarray()
    radius = abs(np.linalg.eigvalsh(matrix - 1 / view.nodes)).max()
    note = f"{found.status}, gap by its own word {found.certified_gap:.1e}"
    return Figure(float(radius), None, note)
