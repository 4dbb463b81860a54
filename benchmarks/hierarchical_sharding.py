"""Hierarchical sharding: all plans looked at, against plain Python, CBC and CP-SAT.

Peers: a loop over every plan as one would write it down first, and integer programmes of the mixed
plans solved by CBC and by CP-SAT.
"""

import itertools
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import planner as pl
from benchmarks.driver import Case, Figure

INSTANCES = Path(__file__).parents[1] / "instances" / "hierarchical_sharding"
FRONTIER = ((2, 4, 48), (200e9, 100e9, 100e9))
H100 = ((8, 32, 4), (450e9, 400e9, 12800e9))


def cases(*, quick: bool) -> Iterator[Case]:
    """Yield every case, the smaller sizes first."""
    machines = {"2 x 4 x 4": ((2, 4, 4), FRONTIER[1]), "Frontier, 384": FRONTIER}
    if not quick:
        machines["H100, 1,024"] = H100
    for name, (fanouts, rates) in machines.items():
        yield _optimum(name, fanouts, rates)
    if not quick:
        five = INSTANCES / "five_levels.yaml"
        yield Case("optimum and front", "five levels", {"topoplan": partial(_solve, five, "auto")})
    for layers in [10] if quick else [10, 100, 1000]:
        yield _mixed(layers)
    count = 20 if quick else 1000
    yield Case("what-ifs", f"{count} on Frontier", {"topoplan": partial(_what_ifs, count)})


def _data(fanouts: tuple[int, ...], rates: tuple[float, ...]) -> dict[str, Any]:
    levels = [
        {"name": f"level{place}", "fanout": fanout, "unit_bandwidth": f"{rate} B/s"}
        for place, (fanout, rate) in enumerate(zip(fanouts, rates, strict=True))
    ]
    return {
        "problem": "hierarchical_sharding",
        "schema_version": 1,
        "name": "machine",
        "topology": {"kind": "hierarchy", "levels": levels},
        "model": {"parameters": 20e9, "unit_parameters": 0},
        "training": {"microbatches": 4},
        "limits": {"memory": "64 GB"},
    }


def _optimum(name: str, fanouts: tuple[int, ...], rates: tuple[float, ...]) -> Case:
    """The best uniform plan of 20 billion parameters within 64 GB; ours proves and re-checks it."""
    data = _data(fanouts, rates)
    contenders = {
        "topoplan": partial(_solve, data, "exhaustive"),
        "plain Python": partial(_loops, fanouts, rates),
    }
    return Case("optimum and front", name, contenders)


def _solve(source: Path | dict[str, Any], method: str) -> Figure:
    result = pl.solve(source, method)
    bound = result.bound if result.bound_verified else None
    return Figure(result.value, bound, result.method)


def _what_ifs(count: int) -> Figure:
    """Vary model size, micro-batches and memory; every result is proved and re-checked."""
    base, least = pl.load(_data(*FRONTIER)), 0.0
    for number in range(count):
        data = base.data()
        data["model"]["parameters"] = 5e9 + 2e7 * number
        data["training"]["microbatches"] = 1 + number % 8
        result = pl.solve(data, "exhaustive")
        assert result.status == "optimal"
        least += result.value or 0.0
    return Figure(least, None, "sum of the optima")


def _loops(fanouts: tuple[int, ...], rates: tuple[float, ...]) -> Figure:
    """Try every plan, one at a time, by the formulas of the cost model."""
    devices = [1, *itertools.accumulate(fanouts, lambda a, b: a * b)]
    speed = [rate / below for rate, below in zip(rates, devices, strict=False)]
    vectors = list(itertools.product(*[_divisors(fanout) for fanout in fanouts]))
    best = float("inf")
    for o in vectors:
        replicas = [n // x for n, x in zip(fanouts, o, strict=True)]
        for g in (g for g in vectors if _divides(g, o)):
            for p in (p for p in vectors if _divides(p, g)):
                for q in (q for q in vectors if _divides(q, p)):
                    for keep in (False, True) if q == p and _size(p) > 1 else (False,):
                        time = 4 * (_gather(40e9, p, speed) + _gather(40e9, g, speed))
                        time += 0 if keep else 4 * _gather(40e9, q, speed)
                        between = [a // b for a, b in zip(o, g, strict=True)]
                        time += _gather(40e9 / _size(g), between, speed)
                        time += 2 * _gather(40e9 / _size(o), replicas, speed)
                        between = [a // b for a, b in zip(o, p, strict=True)]
                        time += _gather(40e9 / _size(p), between, speed)
                        held = 40e9 / _size(p) + 40e9 / _size(g) + 240e9 / _size(o)
                        held += (40e9 / _size(q) if q != p else 0) + (40e9 if keep else 0)
                        if held <= 64e9:
                            best = min(best, time)
    return Figure(best, None, "one plan at a time")


def _divisors(number: int) -> list[int]:
    return [d for d in range(1, number + 1) if number % d == 0]


def _divides(inner: tuple[int, ...], outer: tuple[int, ...]) -> bool:
    return all(b % a == 0 for a, b in zip(inner, outer, strict=True))


def _size(vector: Any) -> int:
    size = 1
    for entry in vector:
        size *= entry
    return size


def _gather(volume: float, vector: Any, speed: list[float]) -> float:
    time, inner = 0.0, 1
    for entry, rate in zip(vector, speed, strict=True):
        time += volume / inner * (1 - 1 / entry) / rate
        inner *= entry
    return time


def _mixed(layers: int) -> Case:
    """Layers with shardings of their own, on four devices; the peers get our options as columns."""
    data = _data((2, 2), (100e9, 20e9))
    data["model"] = {
        "classes": [
            {"name": "layer", "count": layers, "parameters": 1e9 / layers, "unit_parameters": 0}
        ]
    }
    data["policy"], data["limits"] = {"mixed": True}, {"memory": "5.5 GB"}
    contenders = {
        "topoplan": partial(_solve, data, "mixed"),
        "CBC": partial(_by_cbc, data),
        "CP-SAT": partial(_by_cpsat, data),
    }
    return Case("mixed plans", f"{layers} layers", contenders)


def _options(data: dict[str, Any]) -> tuple[list[float], list[float], int, float]:
    """Return seconds and bytes of every sharding of one layer, the layers, and the limit."""
    from planner.models.hierarchical_sharding.search import Space

    one = {**data, "policy": {"mixed": False}, "limits": {"memory": "unlimited"}}
    layer = dict(data["model"]["classes"][0])
    count = layer["count"]
    one["model"] = {"classes": [{**layer, "count": 1}]}
    space, seconds, held = Space(pl.load(one).view), [], []  # type: ignore[attr-defined]
    for _, block in space.blocks():
        for variant in space.variants:
            memory, time = space.costs(block, variant)
            seconds += [t for t in time.tolist() if t < float("inf")]
            held += [m for m, t in zip(memory, time, strict=True) if t < float("inf")]
    return seconds, held, count, 5.5e9


def _by_cbc(data: dict[str, Any]) -> Figure:
    import pulp

    seconds, held, count, limit = _options(data)
    problem = pulp.LpProblem("mixed", pulp.LpMinimize)
    chosen = [
        problem.add_variable(f"x{place}", 0, count, cat="Integer") for place in range(len(seconds))
    ]
    problem += pulp.lpDot(seconds, chosen)
    problem += pulp.lpSum(chosen) == count
    problem += pulp.lpDot([h / limit for h in held], chosen) <= 1 + 1e-9
    problem.solve(pulp.COIN_CMD(msg=False) if not pulp.PULP_CBC_CMD().available()
                  else pulp.PULP_CBC_CMD(msg=False))  # fmt: skip
    return Figure(pulp.value(problem.objective), None, "no proof kept")


def _by_cpsat(data: dict[str, Any]) -> Figure:
    from ortools.sat.python import cp_model

    seconds, held, count, limit = _options(data)
    model, scale = cp_model.CpModel(), 1e12
    chosen = [model.new_int_var(0, count, "") for _ in seconds]
    model.add(sum(chosen) == count)
    model.add(sum(round(h) * x for h, x in zip(held, chosen, strict=True)) <= round(limit))
    model.minimize(sum(round(t * scale) * x for t, x in zip(seconds, chosen, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.solve(model)
    return Figure(solver.objective_value / scale, None, "rounded to 1e-12 s")
