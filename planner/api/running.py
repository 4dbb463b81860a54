"""Runs one method on one instance, here or in the worker process; Ctrl-C keeps the best plan."""

import logging
import os
import time
from dataclasses import dataclass, replace

from planner.api.request import Request
from planner.catalog.problem import resolve
from planner.models.base.artefacts import Plan
from planner.models.base.errors import BackendError
from planner.models.base.instance import Instance
from planner.solvers.contract import Answer, Method, Progress, Run, StopReason

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer of a method and the seconds it took; `build` where the method tells it apart."""

    answer: Answer
    seconds: float
    build: float | None


class _Phases:
    """Passes progress on and notes how long the phase `build` took."""

    def __init__(self, request: Request) -> None:
        self._listener = request.progress
        self._start: float | None = None
        self.build: float | None = None

    def __call__(self, progress: Progress, answer: Answer | None) -> None:
        if progress.phase == "build":
            self._start = progress.elapsed if self._start is None else self._start
        elif self._start is not None and self.build is None:
            self.build = progress.elapsed - self._start
        if self._listener is not None:
            self._listener(progress, answer)


def run_method(
    method: Method,
    instance: Instance,
    request: Request,
    *,
    previous: Plan | None = None,
    elapsed: float = 0.0,
) -> Finished:
    """Run a method within the limits of the request.

    `elapsed` seconds (loading) count against the time limit. On Ctrl-C the best plan so far comes
    back with `stopped_by` set to `interrupt`; there may be none.

    A method runs in the worker process if it has to (`isolated`), and with a time limit also if it
    may take long here (`is_quick`): the worker can be ended whatever it is busy with. Its start
    takes some tenths of a second, so that the `opening` of the method is planned here before.
    """
    phases = _Phases(request)
    run = Run(
        request.budget,
        seed=request.seed,
        options=request.options,
        previous=previous,
        listener=phases,
        elapsed=elapsed,
    )
    log.info("%s: running `%s`", instance.name, method.name)
    start = time.perf_counter()
    answer = (
        _isolated(method, instance, run)
        if method.isolated or _may_be_late(method, instance, run)
        else _here(method, instance, run)
    )
    if not answer.trace:
        answer = replace(answer, trace=tuple(run.trace))
    return Finished(answer, time.perf_counter() - start, phases.build)


def _here(method: Method, instance: Instance, run: Run) -> Answer:
    try:
        answer: Answer = resolve(method.entry)(instance, run)
    except KeyboardInterrupt:
        return _kept(run, "interrupt")
    except MemoryError:
        return _kept(run, "memory")
    except ImportError as error:
        from planner.solvers.messages import lacking

        raise BackendError(lacking(error)) from error
    return answer


def _kept(run: Run, reason: StopReason) -> Answer:
    run.stop()
    log.warning("stopped by %s; the best plan so far is kept", reason)
    return replace(run.incumbent or Answer(), stopped_by=reason, deterministic=False)


def _may_be_late(method: Method, instance: Instance, run: Run) -> bool:
    """Return whether only the end of its process would hold the method to the time limit."""
    has_worker = os.name == "posix"
    return has_worker and run.budget.time_limit is not None and not method.is_quick(instance)


def _isolated(method: Method, instance: Instance, run: Run) -> Answer:
    from planner.solvers.isolation import run_isolated

    if method.opening is not None and run.budget.time_limit is not None:
        try:
            answer: Answer | None = resolve(method.opening)(instance, run)
        except KeyboardInterrupt:
            return _kept(run, "interrupt")
        if answer is not None:
            return answer
    return run_isolated(method.entry, instance, run)
