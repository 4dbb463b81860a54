"""Runs a method in a worker process, so that budgets and Ctrl-C hold whatever native code does."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from planner.models.base.errors import BackendError, CapabilityError, InputError
from planner.solvers.child import Child, Gone
from planner.solvers.contract import Answer, Run, StopReason
from planner.solvers.messages import Failure, Report, Request, pack

_TICK = 0.05
_LONGEST_GRACE = 30.0


def run_isolated(entry: str, instance: Any, run: Run) -> Answer:
    """Return the answer of a method that runs in a process of its own.

    The time limit holds within 10 % and a second, start-up included. At the limit, and on Ctrl-C,
    the method is asked to stop; if it does not, it is ended with every process it started, and the
    best incumbent it reported is the answer, with `stopped_by` set (there may be no plan in it). A
    second Ctrl-C ends it at once. Neither needs a main guard in the user's script, and outside of
    the main thread, where Ctrl-C does not arrive, `run.stop()` does the same.

    Parameters
    ----------
    entry
        `package.module:function` with the signature `(instance, run) -> Answer`; the module must
        be importable, not part of a script or notebook.
    instance
        Anything that can be pickled; also the options and the previous plan of `run`.

    Raises
    ------
    BackendError
        The process or its method crashed before there was an incumbent, or needs a package that is
        not installed.
    CapabilityError, InputError
        The method refused the instance.
    """
    if os.name != "posix":
        raise CapabilityError(
            "solver processes need Linux or macOS. Choose a method that needs none, or use WSL."
        )
    reason = run.stopping()
    if reason is not None:
        return _kept(run, reason)
    with _counting_interrupts() as presses:
        child = Child(_pack(entry, instance, run), run.elapsed)
        try:
            message, reason = _attend(child, run, presses)
        finally:
            code = child.end()
    if isinstance(message, Answer):
        return _completed(message, run)
    if reason is not None:
        return _kept(run, reason, "The solver did not stop by itself and was ended.")
    if isinstance(message, Failure):
        return _failed(message, run)
    return _crashed(code, child.tail.text, run)


def _pack(entry: str, instance: Any, run: Run) -> bytes:
    request = Request(
        entry=entry,
        instance=instance,
        budget=run.budget,
        seed=run.seed,
        options=dict(run.options),
        previous=run.previous,
    )
    try:
        return pack(request)
    except Exception as error:  # whatever a `__reduce__` may raise
        raise BackendError(f"the request cannot be sent to a solver process: {error}") from error


def _attend(child: Child, run: Run, presses: list[float]) -> tuple[Any, StopReason | None]:
    """Pass reports on until the worker answers, fails, is gone, or has to be ended.

    Returns its last message, and why it was asked to stop if it was.
    """
    end_at: float | None = None
    reason: StopReason | None = None
    while True:
        try:
            message = child.next_message(_TICK)
            if isinstance(message, Report):
                told = message.progress
                run.report(
                    told.phase, answer=message.answer, objective=told.objective, bound=told.bound
                )
            elif message is not None:
                return message, reason if isinstance(message, Gone) else None
        except KeyboardInterrupt:
            # Only where somebody else's handler is in charge.
            presses.append(time.monotonic())
        if presses:
            run.stop()
        wanted = run.stopping()
        if wanted is not None and wanted != reason:
            # The worker has the same clock, and would take the byte for an interrupt.
            if wanted == "interrupt":
                child.ask_to_stop()
            reason = wanted
            at = time.monotonic() + _grace(run, wanted)
            end_at = at if end_at is None else min(at, end_at)
        if len(presses) > 1 or (end_at is not None and time.monotonic() > end_at):
            return None, reason


def _grace(run: Run, reason: StopReason) -> float:
    """Return how many seconds the worker has from now to stop by itself."""
    if reason == "interrupt":
        return 1.0
    return 0.3 + min(0.1 * (run.budget.time_limit or 0.0), _LONGEST_GRACE)


@contextmanager
def _counting_interrupts() -> Iterator[list[float]]:
    """Yield a list that grows with each Ctrl-C, instead of an exception anywhere in the code.

    A handler that is not Python's own is left in charge, as is every other thread.
    """
    presses: list[float] = []
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield presses
        return
    signal.signal(signal.SIGINT, lambda number, frame: presses.append(time.monotonic()))
    try:
        yield presses
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _completed(answer: Answer, run: Run) -> Answer:
    """Return the final answer, with the best incumbent if it has no plan itself or a worse one."""
    if answer.infeasible or (answer.plan is not None and answer.stopped_by is None):
        return answer
    best = run.better(answer, run.trace[-1].bound if run.trace else None)
    is_own = best.plan is answer.plan
    return replace(best, deterministic=answer.deterministic and (is_own or not answer.stopped_by))


def _kept(run: Run, reason: StopReason, note: str | None = None) -> Answer:
    """Return the best incumbent, or an answer without a plan, and why there is nothing better."""
    kept = run.incumbent or Answer()
    notes = kept.notes if note is None else (*kept.notes, note)
    return replace(kept, stopped_by=reason, deterministic=False, notes=notes)


def _failed(failure: Failure, run: Run) -> Answer:
    if failure.kind == "input":
        raise InputError(failure.findings)
    if failure.kind == "capability":
        raise CapabilityError(failure.message)
    if failure.kind == "memory":
        return _kept(run, "memory", "The method ran out of memory.")
    # A package that is not there is for the user to mend, whatever was found before it was wanted.
    if failure.kind == "missing" or not run.has_plan:
        raise BackendError(failure.message)
    last = failure.message.strip().splitlines()[-1]
    return _kept(run, "crash", f"The method failed after this plan: {last}")


def _crashed(code: int, tail: str, run: Run) -> Answer:
    """Judge a worker that ended without a word."""
    how = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
    if "bad_alloc" in tail or "MemoryError" in tail:
        return _kept(run, "memory", f"The solver process ran out of memory ({how}).")
    hint = " (the system may have run out of memory)" if code == -signal.SIGKILL else ""
    if not run.has_plan:
        raise BackendError(f"the solver process ended with {how}{hint}:\n{tail}")
    return _kept(run, "crash", f"The solver process ended with {how}{hint} after this plan.")
