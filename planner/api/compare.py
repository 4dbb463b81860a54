"""`compare`: several methods on one instance, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import Field

from planner.api.request import AUTO, Request, choose_method, find_method, request
from planner.api.solve import solve_loaded
from planner.api.sources import InstanceSource, Override, instance_of, problem_of
from planner.catalog import Problem
from planner.models.base.errors import BackendError, CapabilityError, refuse
from planner.models.base.evaluation import BoundSource, Metric, Objective
from planner.models.base.instance import Instance
from planner.models.base.record import Record
from planner.results.figures import relative_gap
from planner.results.records import Baseline, Status
from planner.results.result import Result
from planner.results.wording import source_words, status_words
from planner.solvers.contract import Budget, Listener, Method, Proves, StopReason


class Row(Record):
    """What one method reached. A stochastic method is given by its means."""

    method: str
    proves: Proves | None = None
    status: Status | None = None
    """`None` where the method could not run; `message` says why."""
    stopped_by: StopReason | None = None
    objective: Objective | None = None
    bound: float | None = None
    bound_source: BoundSource | None = None
    bound_scope: str | None = None
    best_bound: float | None = None
    """Best bound of the whole comparison among those that speak of its plan."""
    gap: float | None = None
    """Against `best_bound`."""
    verified: bool = False
    metrics: Mapping[str, Metric] = {}
    seconds: float | None = None
    message: str | None = None

    def __str__(self) -> str:
        value = "" if self.objective is None else f", {self.objective.name} {self.objective.value}"
        return f"{self.method}: {self.message or self.status}{value}"


class Comparison(Record):
    """Several methods on one instance, with the strongest bound any of them proved."""

    problem: str
    name: str
    """Name of the instance."""
    bound: float | None = None
    bound_source: BoundSource | None = None
    bound_scope: str | None = None
    """Class of plans that the bound speaks of; `None` for every plan."""
    rows: tuple[Row, ...]
    results: Mapping[str, Result] = Field(default={}, exclude=True)
    """The result of each method that ran, with `baselines` filled; not part of the JSON."""

    def __str__(self) -> str:
        return "\n".join(str(row) for row in self.rows)

    def _repr_html_(self) -> str:
        """Return the table that Jupyter shows."""
        from planner.results.html import table

        name = next((row.objective.name for row in self.rows if row.objective), "objective")
        columns = ("method", "status", name, "gap", "verified", "seconds", "")
        rows = [
            (
                row.method,
                status_words(row.status, row.bound_scope) if row.status else None,
                row.objective.value if row.objective else None,
                row.gap,
                row.verified,
                row.seconds,
                row.message or "",
            )
            for row in self.rows
        ]
        who = source_words(str(self.bound_source), self.bound_scope)
        return table(columns, rows, f"{self.name}: bound {self.bound} ({who})")


def compare(
    instance: InstanceSource,
    methods: Sequence[str] | None = None,
    *,
    time_limit: float | None = None,
    gap: float | None = None,
    workers: int | None = None,
    budget: Budget | None = None,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
    progress: Listener | None = None,
    overrides: Sequence[Override] = (),
) -> Comparison:
    """Run several methods on one instance, one after the other, each within the same limits.

    Parameters
    ----------
    instance
        An instance, the path of its file, or its data.
    methods
        Names of methods; if not given, every method of the problem that takes the instance.
    time_limit, gap, workers, budget, seed, progress, overrides
        As in `solve`, for each method.
    options
        Further options; each goes to the methods that know it, of which there must be one.

    Returns
    -------
    Comparison
        One row per method, in the order given. A method that refuses the instance, or whose solver
        fails, has a row with a message. After Ctrl-C the methods that were left are not run.

    Raises
    ------
    InputError
        For faults of the instance, unknown methods or options, or the limits.

    """
    asked = request(
        budget=budget,
        time_limit=time_limit,
        gap=gap,
        workers=workers,
        seed=seed,
        options=options,
        progress=progress,
    )
    loaded = instance_of(instance, overrides)
    problem = problem_of(loaded)
    kinds: dict[str, Method] = {method.name: method for method in problem.solver_room().METHODS}
    names = list(dict.fromkeys(methods)) if methods is not None else _able(problem, loaded)
    # Before the first method runs, which may take long.
    chosen = [find_method(problem, name) for name in names if name != AUTO]
    _check_options(list(kinds.values()) if AUTO in names else chosen, asked.options)
    results: dict[str, Result] = {}
    messages: dict[str, str] = {}
    for name in names:
        _run(name, problem, loaded, asked, results, messages)
        if name in results and results[name].stopped_by == "interrupt":
            break
    results = _with_baselines(results, kinds)
    return _table(loaded, names, kinds, results, messages)


def baseline_of(result: Result) -> Baseline:
    """Return what a result reaches, as others list it among their baselines."""
    own = result.baselines.get(result.method)
    if own is not None:
        return own
    if result.objective is None:
        raise ValueError("a result without a plan is no baseline")
    keeps_limits = not result.violations
    return Baseline(objective=result.objective, metrics=result.metrics, keeps_limits=keeps_limits)


def _with_baselines(
    results: Mapping[str, Result], kinds: Mapping[str, Method]
) -> dict[str, Result]:
    """Return the results, each with what the baselines among the others reach."""
    baselines = {
        name: baseline_of(result)
        for name, result in results.items()
        if kinds[result.method].proves == "baseline" and result.objective is not None
    }
    found = {}
    for name, result in results.items():
        others = {other: row for other, row in baselines.items() if other != name}
        listed = {**result.baselines, **others}
        found[name] = result.model_copy(update={"baselines": listed}).sealed()
    return found


def _check_options(methods: Sequence[Method], options: Mapping[str, Any]) -> None:
    known = sorted({name for method in methods for name in method.options})
    for name in options:
        if name not in known:
            message = f"none of the methods has an option `{name}`"
            fix = f"Their options: {', '.join(f'`{each}`' for each in known) or 'none'}."
            raise refuse("option-unknown", message, fix, path=name)


def _able(problem: Problem, instance: Instance) -> list[str]:
    methods: tuple[Method, ...] = problem.solver_room().METHODS
    return [method.name for method in methods if method.refuses(instance) is None]


def _run(
    name: str,
    problem: Problem,
    instance: Instance,
    asked: Request,
    results: dict[str, Result],
    messages: dict[str, str],
) -> None:
    try:
        method, _ = choose_method(problem, instance, name)
        own = {key: value for key, value in asked.options.items() if key in method.options}
        results[name] = solve_loaded(instance, name, replace(asked, options=own))
    except (CapabilityError, BackendError) as error:
        messages[name] = str(error)


def _table(
    instance: Instance,
    names: Sequence[str],
    kinds: Mapping[str, Method],
    results: Mapping[str, Result],
    messages: Mapping[str, str],
) -> Comparison:
    best = _strongest(list(results.values()))
    rows = []
    for name in names:
        if name not in results:
            proves = kinds[name].proves if name in kinds else None
            rows.append(
                Row(method=name, proves=proves, message=messages.get(name, "not run: interrupted"))
            )
        else:
            own = _speaking_of(results[name], list(results.values()), instance)
            rows.append(_row(name, kinds[results[name].method], results[name], own))
    return Comparison(
        problem=instance.problem,
        name=instance.name,
        bound=best.bound if best is not None else None,
        bound_source=best.bound_source if best is not None else None,
        bound_scope=best.bound_scope if best is not None else None,
        rows=tuple(rows),
        results=dict(results),
    )


def _row(name: str, method: Method, result: Result, bound: float | None) -> Row:
    reached = baseline_of(result) if result.objective is not None else None
    value = reached.objective.value if reached is not None else None
    is_valid = result.status != "violates_limits"
    return Row(
        method=name if name != AUTO else f"{AUTO} ({result.method})",
        proves=method.proves,
        status=result.status,
        stopped_by=result.stopped_by,
        objective=reached.objective if reached is not None else None,
        bound=result.bound,
        bound_source=result.bound_source,
        bound_scope=result.bound_scope,
        best_bound=bound,
        gap=relative_gap(value, bound) if is_valid else None,
        verified=result.verified,
        metrics=reached.metrics if reached is not None else {},
        seconds=result.provenance.timing.solve,
    )


def _speaking_of(result: Result, results: Sequence[Result], instance: Instance) -> float | None:
    """Return the strongest bound of all results among those that speak of the plan of one."""
    scopes = {None, result.bound_scope}
    if result.plan is not None and any(other.bound_scope is not None for other in results):
        room = problem_of(instance).model_room()
        scopes = {None, room.evaluate(instance, result.plan).scope}
    best = _strongest([other for other in results if other.bound_scope in scopes])
    return best.bound if best is not None else None


def _strongest(results: Sequence[Result]) -> Result | None:
    """Return the result with the strongest bound; a re-checked one counts before a solver's."""
    known = [result for result in results if result.bound is not None]
    senses = {result.objective.sense for result in results if result.objective is not None}
    sign = -1.0 if senses == {"max"} else 1.0
    return max(
        known,
        key=lambda result: (result.bound_verified, sign * (result.bound or 0.0)),
        default=None,
    )
