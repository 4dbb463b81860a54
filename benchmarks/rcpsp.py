"""Project scheduling: makespan, proof and time on drawn projects and on those of a folder.

Set `PROJECTS` to a folder with files of PSPLIB (.sm) and ProGen/max (.sch) to run them as well.
Peers: PyJobShop 0.0.9 with CP-SAT (extra `peers`), and CP-SAT on the plain model without a first
schedule, tails or energy. What a solver alone proves is its word and is told in the note.
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

LIMIT = float(os.environ.get("LIMIT", "60"))
"""Seconds for each contender; or those of `LIMIT` in the environment."""


def cases(*, quick: bool) -> Iterator[Case]:
    """Yield every case, the smaller sizes first."""
    for activities in [30] if quick else [30, 60, 90, 120]:
        for strength in (0.3, 0.6):
            data = draw(activities, strength, seed=activities)
            yield _case(f"resource strength {strength}", data)
    folder = os.environ.get("PROJECTS")
    for path in sorted(Path(folder).rglob("*")) if folder else []:
        name = {".sm": "psplib", ".sch": "progen-max"}.get(path.suffix.lower())
        if name is not None:
            yield _case(path.stem, dict(import_file(name, path)))


def _case(name: str, data: dict[str, Any]) -> Case:
    contenders = {
        "topoplan": partial(solve, data),
        "generation": partial(solve, data, "sgs"),
        "PyJobShop": partial(_pyjobshop, data),
        "CP-SAT, plain": partial(_plain, data),
    }
    return Case(name, f"{len(data['activities'])} activities", contenders)


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
    try:
        result = pl.solve(data, method, time_limit=LIMIT)
    except pl.CapabilityError as refusal:
        return Figure(None, None, str(refusal)[:60])
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
    note = f"{found.status.value}, bound {found.lower_bound}"
    has_plan = found.status.value in {"Optimal", "Feasible"}
    return Figure(float(found.objective) if has_plan else None, None, note)


def _plain(data: dict[str, Any]) -> Figure:
    from ortools.sat.python import cp_model

    view = pl.load(data).view  # type: ignore[attr-defined]
    model = cp_model.CpModel()
    horizon = int(view.duration.sum() + np.abs(view.arcs[:, 2]).sum())
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
    has_plan = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return Figure(solver.objective_value if has_plan else None, None, note)
