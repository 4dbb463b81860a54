"""Project scheduling: makespan, proof and time on drawn projects of 40 to 120 activities.

Peers: PyJobShop with OR-tools (`pip install pyjobshop`), and CP-SAT on the plain model without a
first schedule, tails or energy. What a peer proves is its solver's word and is told in the note.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

import planner as pl
from benchmarks.driver import Case, Figure

LIMIT = 60.0
"""Seconds for each contender."""


def cases(*, quick: bool) -> Iterator[Case]:
    """Yield every case, the smaller sizes first."""
    for activities in [30] if quick else [30, 60, 90, 120]:
        for strength in (0.3, 0.6):
            data = draw(activities, strength, seed=activities)
            contenders = {
                "topoplan": partial(solve, data),
                "generation": partial(solve, data, "sgs"),
                "PyJobShop": partial(_pyjobshop, data),
                "CP-SAT, plain": partial(_plain, data),
            }
            yield Case(f"resource strength {strength}", f"{activities} activities", contenders)


def draw(activities: int, strength: float, seed: int) -> dict[str, Any]:
    """Return a random project with four resources; a lower strength makes them scarcer."""
    rng = np.random.default_rng(seed)
    resources = [{"name": f"r{k}", "capacity": int(10 + 20 * strength)} for k in range(4)]
    rows = [
        {
            "name": f"a{number}",
            "duration": int(rng.integers(1, 11)),
            "demand": {f"r{k}": int(rng.integers(1, 11)) for k in range(4) if rng.random() < 0.5},
            "successors": [
                f"a{later}"
                for later in range(number + 1, min(activities, number + 15))
                if rng.random() < 0.12
            ],
        }
        for number in range(activities)
    ]
    head = {"problem": "rcpsp", "schema_version": 1, "name": "drawn"}
    return {**head, "resources": resources, "activities": rows}


def solve(data: dict[str, Any], method: str = "auto") -> Figure:
    """Return what one of our methods reaches; the bound only if it was re-checked."""
    result = pl.solve(data, method, time_limit=LIMIT)
    bound = result.bound if result.bound_verified else None
    return Figure(result.value, bound, f"{result.method}: {result.status}, bound {result.bound}")


def _pyjobshop(data: dict[str, Any]) -> Figure:
    from pyjobshop import Model

    view = pl.load(data).view  # type: ignore[attr-defined]
    model = Model()
    resources = [model.add_renewable(capacity=units) for units in view.capacity.tolist()]
    tasks = [model.add_task() for _ in view.names]
    for task, duration, demand in zip(
        tasks, view.duration.tolist(), view.demand.tolist(), strict=True
    ):
        model.add_mode(task, resources=resources, duration=duration, demands=demand)
    for source, target, weight in view.arcs.tolist():
        model.add_start_before_start(tasks[source], tasks[target], delay=weight)
    found = model.solve(solver="ortools", time_limit=LIMIT, display=False)
    return Figure(float(found.objective), None, f"{found.status.value}, bound {found.lower_bound}")


def _plain(data: dict[str, Any]) -> Figure:
    from ortools.sat.python import cp_model

    view = pl.load(data).view  # type: ignore[attr-defined]
    model = cp_model.CpModel()
    horizon = int(view.duration.sum())
    starts = [model.new_int_var(0, horizon, "") for _ in view.names]
    end = model.new_int_var(0, horizon, "")
    spans = [
        model.new_fixed_size_interval_var(start, int(duration), "")
        for start, duration in zip(starts, view.duration, strict=True)
    ]
    for source, target, weight in view.arcs.tolist():
        model.add(starts[target] >= starts[source] + weight)
    for start, duration in zip(starts, view.duration.tolist(), strict=True):
        model.add(end >= start + duration)
    for resource, capacity in enumerate(view.capacity.tolist()):
        model.add_cumulative(spans, view.demand[:, resource].tolist(), capacity)
    model.minimize(end)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = LIMIT
    solver.parameters.num_workers = 8
    status = solver.solve(model)
    note = f"{solver.status_name(status)}, bound {solver.best_objective_bound:g}"
    return Figure(solver.objective_value, None, note)
