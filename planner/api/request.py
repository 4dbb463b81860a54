"""What is asked of a run: method, limits, seed and options, checked before any work is done."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.catalog import Problem
from planner.loading.words import suggest
from planner.models.base.errors import CapabilityError, InputError, refuse
from planner.models.base.instance import Instance
from planner.solvers.contract import Budget, Listener, Method

AUTO = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Everything a run is given besides its instance and method."""

    budget: Budget = field(default_factory=Budget)
    seed: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)
    progress: Listener | None = None

    def as_options(self, method: str) -> dict[str, Any]:
        """Return what was asked for, as the result records it."""
        return {
            "method": method,
            "time_limit": self.budget.time_limit,
            "gap": float(self.budget.gap),
            "workers": self.budget.workers,
            **self.options,
        }


def request(
    *,
    budget: Budget | None,
    time_limit: float | None,
    gap: float | None,
    workers: int | None,
    seed: int,
    options: Mapping[str, Any] | None,
    progress: Listener | None,
) -> Request:
    """Return the checked request; raises `InputError` (`budget`, `seed`, `option-name`)."""
    if budget is None:
        budget = Budget(
            time_limit=time_limit, gap=Budget().gap if gap is None else gap, workers=workers
        )
    elif (time_limit, gap, workers) != (None, None, None):
        raise _bad("budget", "there are both a `budget` and single limits", "Give one of the two.")
    _check_budget(budget)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**63:
        raise _bad("seed", f"{seed!r} is no seed", "Give a whole number of zero or more.")
    reserved = {"method", "time_limit", "gap", "workers"} & (options or {}).keys()
    if reserved:
        name = min(reserved)
        message = f"`{name}` is no option of a method"
        raise _bad("option-name", message, f"Give it as the argument `{name}`.")
    return Request(budget=budget, seed=seed, options=dict(options or {}), progress=progress)


def find_method(problem: Problem, name: str) -> Method:
    """Return a method by name; raises `InputError` (`method-unknown`) with what there is."""
    methods: tuple[Method, ...] = problem.solver_room().METHODS
    for method in methods:
        if method.name == name:
            return method
    message = f"`{problem.name}` has no method `{name}`"
    known = [AUTO, *(method.name for method in methods)]
    raise refuse("method-unknown", message, suggest(name, known, "methods"), path="method")


def check_options(method: Method, options: Mapping[str, Any]) -> None:
    """Refuse options that a method does not read; raises `InputError` (`option-unknown`)."""
    unknown = sorted(options.keys() - method.options.keys())
    if unknown:
        message = f"the method `{method.name}` has no option `{unknown[0]}`"
        known = ", ".join(f"`{name}`" for name in method.options) or "none"
        raise _bad("option-unknown", message, f"Its options: {known}.", unknown[0])


def choose_method(problem: Problem, instance: Instance, name: str) -> tuple[Method, str | None]:
    """Return the method to run, and a note on why `auto` picked it.

    Raises `InputError` (`method-unknown`) and `CapabilityError`, which names methods that would
    take the instance.
    """
    note = None
    if name == AUTO:
        choice = problem.solver_room().choose(instance)
        note = f"auto picked `{choice.method}`: {choice.why}"
        name = choice.method
    method = find_method(problem, name)
    refusal = method.refuses(instance)
    if refusal is not None:
        raise CapabilityError(
            f"the method `{name}` cannot take this instance: {refusal.rstrip('.')}. "
            f"{_alternatives(problem, instance)}"
        )
    return method, note


def _alternatives(problem: Problem, instance: Instance) -> str:
    methods: tuple[Method, ...] = problem.solver_room().METHODS
    able = [
        method.name
        for method in methods
        if method.proves != "baseline" and method.refuses(instance) is None
    ]
    if not able:
        return "No method of this problem can."
    return f"Methods that can: {', '.join(able)}; or `auto`, which chooses."


def _check_budget(budget: Budget) -> None:
    limit, gap, workers = budget.time_limit, budget.gap, budget.workers
    if limit is not None and not 0 < limit < math.inf:
        raise _bad("budget", f"the time limit is {limit}", "Give seconds above zero.", "time_limit")
    if not 0 <= gap < math.inf:
        raise _bad("budget", f"the gap is {gap}", "Give a share such as 0.01 for 1 %.", "gap")
    if workers is not None and workers < 1:
        raise _bad("budget", f"there are {workers} workers", "Give at least one.", "workers")


def _bad(code: str, message: str, fix: str, path: str = "") -> InputError:
    return refuse(code, message, fix, path=path or code)
