"""Flow splitting: growth with size, and peers on the same instances.

Peers: ECMP and Ethereal as published (our implementations), scipy's HiGHS on the flow LP as it
stands, and NetGraph 0.24.1 (`ngraph`, extra `peers`) on SNDlib networks.
"""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import yaml

import planner as pl
from benchmarks.driver import Case, Figure

INSTANCES = Path(__file__).parents[1] / "instances" / "flow_splitting"
RATE = "400 Gbit/s"


def cases(*, quick: bool) -> Iterator[Case]:
    """Yield every case, the smaller sizes first."""
    sizes = [(16, 16, 16)] if quick else [(16, 16, 16), (64, 64, 32), (1024, 64, 64)]
    for leaves, hosts, spines in sizes:
        yield _collective("all_to_all", "direct", leaves, hosts, spines)
        yield _collective("all_reduce", "halving_doubling", leaves, hosts, spines)
    for leaves, spines in [(16, 16)] if quick else [(16, 16), (32, 32), (64, 32)]:
        yield _irregular(leaves, spines)
    yield _failures(*((64, 32, 4) if quick else (2048, 64, 10)))
    for name in ["abilene"] if quick else ["abilene", "polska", "nobel_us", "germany50"]:
        yield _backbone(name)


def solve(data: dict[str, Any], method: str = "auto") -> Figure:
    """Return what one of our methods reaches; the bound only if it was re-checked."""
    result = pl.solve(data, method)
    bound = result.bound if result.bound_verified else None
    note = f"{result.method}, {result.metrics['parts']} parts" if result.metrics else result.method
    return Figure(result.value, bound, note)


def fabric(leaves: int, hosts: int, spines: int, **more: Any) -> dict[str, Any]:
    """Return the topology of a fabric with one rate throughout."""
    shape = {"leaves": leaves, "spines": spines, "hosts_per_leaf": hosts}
    return {"kind": "leaf_spine", **shape, "link_rate": RATE, **more}


def instance(name: str, topology: dict[str, Any], **workload: Any) -> dict[str, Any]:
    """Return the data of an instance."""
    head = {"problem": "flow_splitting", "schema_version": 1, "name": name}
    return {**head, "topology": topology, "workload": workload}


def _collective(operation: str, algorithm: str, leaves: int, hosts: int, spines: int) -> Case:
    collective = {"operation": operation, "algorithm": algorithm, "size": "64 MB"}
    topology = fabric(leaves, hosts, spines, nic_rate=RATE)
    data = instance(f"{operation} {algorithm}", topology, collective=collective)
    contenders = {"topoplan": partial(solve, data)}
    if leaves * hosts <= 4096 and algorithm != "direct":
        contenders["ECMP"] = partial(solve, data, "ecmp")
        contenders["Ethereal"] = partial(solve, data, "ethereal")
    return Case(f"{operation}, {algorithm}", f"{leaves * hosts} hosts", contenders)


def _irregular(leaves: int, spines: int) -> Case:
    """A step of a mixture of experts: skewed demand between all leaves, a few links down."""
    rng = np.random.default_rng(2024)
    demand = rng.gamma(0.5, 1.0, (leaves, leaves))
    np.fill_diagonal(demand, 0.0)
    down = {(int(a), int(b)) for a, b in rng.integers(0, (leaves, spines), (leaves // 4, 2))}
    failed = [{"leaf": f"leaf{a}", "spine": f"spine{b}"} for a, b in sorted(down)]
    topology = {**fabric(leaves, 0, spines), "link_rate": 1, "failed_links": failed}
    del topology["hosts_per_leaf"]
    data = instance("irregular", topology, demands={"matrix": demand.tolist()})
    data["units"] = "normalised"
    contenders = {"topoplan": partial(solve, data), "Ethereal": partial(solve, data, "ethereal")}
    if leaves <= 32:
        contenders["plain LP (scipy, HiGHS)"] = partial(_plain_lp, demand, down, spines)
    return Case("irregular demand, failed links", f"{leaves} x {spines}", contenders)


def _plain_lp(demand: np.ndarray, down: set[tuple[int, int]], spines: int) -> Figure:
    """Solve the flow LP with one variable per pair and spine."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, hstack

    leaves = len(demand)
    up = np.ones((leaves, spines))
    for leaf, spine in down:
        up[leaf, spine] = 0.0
    source, target = np.nonzero(demand)
    pair = np.repeat(np.arange(len(source)), spines)
    spine = np.tile(np.arange(spines), len(source))
    usable = (up[source[pair], spine] > 0) & (up[target[pair], spine] > 0)
    pair, spine = pair[usable], spine[usable]
    column = np.arange(len(pair))
    links = leaves * spines
    row = np.concatenate([source[pair] * spines + spine, links + target[pair] * spines + spine])
    load = coo_array((np.ones(2 * len(pair)), (row, np.tile(column, 2))), (2 * links, len(pair)))
    theta = coo_array(-np.tile(up.ravel(), 2)[:, None])
    serve = coo_array((np.ones(len(pair)), (pair, column)), (len(source), len(pair) + 1))
    cost = np.zeros(len(pair) + 1)
    cost[-1] = 1.0
    solved = linprog(
        cost,
        A_ub=hstack([load, theta]),
        b_ub=np.zeros(2 * links),
        A_eq=serve,
        b_eq=demand[source, target],
        method="highs",
    )
    return Figure(float(solved.fun), None, f"{len(pair)} variables")


def _failures(leaves: int, spines: int, failures: int) -> Case:
    failed = [{"leaf": f"leaf{k}", "spine": f"spine{k // 5}"} for k in range(failures)]
    topology = {"kind": "leaf_spine", "leaves": leaves, "spines": spines, "link_rate": 1}
    data = instance("failures", {**topology, "failed_links": failed}, demands={"uniform": 1})
    data["units"] = "normalised"
    return Case(
        f"uniform, {failures} links down",
        f"{leaves} x {spines}",
        {"topoplan": partial(solve, data)},
    )


def _backbone(name: str) -> Case:
    data = yaml.safe_load((INSTANCES / f"sndlib_{name}.yaml").read_text(encoding="utf-8"))
    optimum = pl.solve(data).value
    assert optimum is not None
    contenders = {"topoplan": partial(solve, data), "ECMP": partial(solve, data, "ecmp")}
    for policy in ("TE_WCMP_UNLIM", "SHORTEST_PATHS_ECMP"):
        contenders[f"NetGraph {policy}"] = partial(_netgraph, data, optimum, policy)
    return Case("SNDlib", name, contenders)


def _netgraph(data: dict[str, Any], optimum: float, policy: str) -> Figure:
    """Return optimum / multiplier: with capacity at the optimum, a multiplier of 1 is perfect."""
    from ngraph.scenario import Scenario

    topology, pairs = data["topology"], data["workload"]["demands"]["pairs"]
    links = [
        {"source": link["a"], "target": link["b"], "capacity": optimum}
        for link in topology["links"]
    ]
    demands = [
        {
            "source": f"^{re.escape(pair['from'])}$",
            "target": f"^{re.escape(pair['to'])}$",
            "volume": float(pair["size"]),
            "flow_policy": policy,
        }
        for pair in pairs
    ]
    step = {"type": "MaximumSupportedDemand", "name": "msd", "demand_set": "default"}
    scenario = {
        "network": {"nodes": {name: {} for name in topology["nodes"]}, "links": links},
        "demands": {"default": demands},
        "workflow": [{**step, "resolution": 1e-3}],
    }
    run = Scenario.from_yaml(yaml.safe_dump(scenario))
    run.run()
    multiplier = run.results.to_dict()["steps"]["msd"]["data"]["alpha_star"]
    return Figure(optimum / multiplier, None, f"multiplier {multiplier:.3f}")
