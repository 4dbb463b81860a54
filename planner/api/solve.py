"""`solve`: find a plan, and say how good it is and who vouches for that."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from planner.api.interrupts import held
from planner.api.previous import prefer_previous, revisit
from planner.api.request import AUTO, Request, check_options, choose_method, request
from planner.api.running import Finished, run_method
from planner.api.sources import (
    InstanceSource,
    Override,
    PlanSource,
    instance_of,
    problem_of,
)
from planner.models.base.evaluation import Metric
from planner.models.base.instance import Instance
from planner.results.judge import Circumstances, judge
from planner.results.records import Timing
from planner.results.result import Result
from planner.solvers.contract import Budget, Listener, Method


def solve(
    instance: InstanceSource,
    method: str = AUTO,
    *,
    time_limit: float | None = None,
    gap: float | None = None,
    workers: int | None = None,
    budget: Budget | None = None,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
    previous: PlanSource | None = None,
    progress: Listener | None = None,
    overrides: Sequence[Override] = (),
) -> Result:
    """Find a plan for an instance and re-check everything the method claims about it.

    Parameters
    ----------
    instance
        An instance, the path of its file, or its data.
    method
        Name of a method of the problem, or `auto`, which picks one by size and structure.
    time_limit
        Wall-clock seconds, loading and building included; no limit if not given.
    gap
        Relative gap at which to stop, 1e-6 if not given; a plan counts as optimal within it, and
        within 1e-4 at most.
    workers
        Threads of a solver; the engine's own default if not given.
    budget
        The three limits above in one, instead of them.
    seed
        Seed of everything random, zero or more.
    options
        Further options of the method.
    previous
        An earlier plan or result. It is evaluated on this instance, given to the method as a first
        incumbent, and kept unless a better plan is found.
    progress
        Called with a `Progress` and, for each new incumbent, the `Answer`.
    overrides
        Changes to the instance, as `path=value` or pairs of a path and a value.

    Returns
    -------
    Result
        Infeasible, or stopped without a plan, is a result too. After Ctrl-C it has the best plan
        so far and `stopped_by` is `interrupt`.

    Raises
    ------
    InputError
        For faults of the instance, the method's name, its options or the limits.
    CapabilityError
        When the method cannot take this instance; the message names methods that can.
    BackendError
        When a solver library crashed or answered nonsense.
    AuditError
        When the method's answer does not stand up to its re-check.

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
    start = time.perf_counter()
    loaded = instance_of(instance, overrides)
    elapsed = time.perf_counter() - start
    load = None if isinstance(instance, Instance) else elapsed
    return solve_loaded(loaded, method, asked, previous=previous, load=load)


def solve_loaded(
    instance: Instance,
    method: str,
    asked: Request,
    *,
    previous: PlanSource | None = None,
    load: float | None = None,
) -> Result:
    """Solve an instance that is loaded already, with a checked request."""
    start = time.perf_counter() - (load or 0.0)
    problem = problem_of(instance)
    chosen, choice = choose_method(problem, instance, method)
    check_options(chosen, asked.options)
    notes = [choice] if choice is not None else []
    old = revisit(previous, problem, instance) if previous is not None else None
    warm = old.plan if old is not None and old.holds else None
    elapsed = time.perf_counter() - start
    finished = run_method(chosen, instance, asked, previous=warm, elapsed=elapsed)
    with held() as presses:
        answer, metrics = finished.answer, dict[str, Metric]()
        if old is not None:
            revision = prefer_previous(old, problem, instance, answer, asked.budget.gap)
            answer, metrics["changed_parts"] = revision.answer, revision.changed_parts
            notes.append(revision.note)
        about = _about(chosen, method, asked, notes, finished, load, metrics)
        result = judge(instance, answer, about)
    # A plan that was found is not lost to a Ctrl-C that came while it was re-checked.
    if presses and result.stopped_by is None:
        result = result.model_copy(update={"stopped_by": "interrupt"}).sealed()
    return result


def _about(
    chosen: Method,
    method: str,
    asked: Request,
    notes: Sequence[str],
    finished: Finished,
    load: float | None,
    metrics: Mapping[str, Metric],
) -> Circumstances:
    return Circumstances(
        method=chosen.name,
        may_break_limits=chosen.proves == "baseline",
        gap=asked.budget.gap,
        seed=asked.seed,
        options=asked.as_options(method),
        notes=tuple(notes),
        timing=Timing(load=load, build=finished.build, solve=finished.seconds),
        metrics=metrics,
    )
