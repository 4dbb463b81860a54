"""What the conformance tests share: every registered problem, its instances and their answers."""

import functools
import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import planner as pl
from planner.catalog import Problem

ROOT = Path(__file__).parents[2]
PROBLEMS = pl.problems()
TOLERANCE = 1e-9

DEFAULTS = {"verb": "solve", "method": "auto", "methods": (), "set": (), "seed": 0}


@dataclass(frozen=True)
class Run:
    """One `[[run]]` of an `answers.toml`; `instances/README.md` explains its keys."""

    problem: str
    folder: Path
    values: dict[str, Any] = field(hash=False)

    @property
    def instance(self) -> Path:
        return self.folder / self.values["instance"]

    def get(self, key: str) -> Any:
        return self.values.get(key, DEFAULTS.get(key))

    def __str__(self) -> str:
        parts = [self.instance.stem, self.get("method"), *self.get("methods"), *self.get("set")]
        return "-".join(part for part in parts if part != "auto")


def folder_of(problem: Problem) -> Path | None:
    """Return the folder with the instances of a problem; other people's may have none."""
    return None if problem.instances is None else ROOT / problem.instances


def runs() -> Iterator[Run]:
    """Yield every run of every problem that has answers."""
    for problem in PROBLEMS:
        folder = folder_of(problem)
        if folder is not None:
            answers = tomllib.loads((folder / "answers.toml").read_text(encoding="utf-8"))
            assert answers["problem"] == problem.name
            yield from (Run(problem.name, folder, values) for values in answers["run"])


RUNS = list(runs())
SOLVES = [run for run in RUNS if run.get("verb") == "solve"]


@functools.cache
def solved(path: Path, method: str, overrides: tuple[str, ...], seed: int = 0) -> pl.Result:
    """Solve once for the whole suite."""
    return pl.solve(path, method, overrides=overrides, seed=seed)


def result_of(run: Run) -> pl.Result:
    """Return the result of a `solve` run."""
    return solved(run.instance, run.get("method"), tuple(run.get("set")), run.get("seed"))


KINDS = [
    (problem.name, plan.model_fields["kind"].default)
    for problem in PROBLEMS
    if folder_of(problem) is not None
    for plan in problem.model_room().PLANS
]
"""Every problem that ships instances with every kind of its plans."""


@functools.cache
def run_with(problem: str, kind: str) -> Run:
    """Return the first run of the answers whose plan is of a kind; there must be one."""
    for run in SOLVES:
        if run.problem == problem and run.get("exit") in (None, 0):
            plan = result_of(run).plan
            if plan is not None and plan.kind == kind:
                return run
    raise AssertionError(f"no instance of {problem} is answered by a plan of kind {kind}")


def is_expected(found: object, expected: object) -> bool:
    """Return whether a figure is what an answer says, to the tolerance the answer gives."""
    if isinstance(expected, dict):
        return math.isclose(found, expected["value"], rel_tol=expected["tolerance"])  # type: ignore[arg-type]
    if isinstance(expected, float) and isinstance(found, int | float):
        return math.isclose(found, expected, rel_tol=TOLERANCE)
    return found == expected
