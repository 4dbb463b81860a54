"""Methods for the worker process: well-behaved, deaf, noisy, crashing."""

import ctypes
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Literal

from planner.models.base.artefacts import Plan
from planner.models.base.errors import BackendError, CapabilityError, refuse
from planner.solvers.contract import Answer, Run


class ToyPlan(Plan):
    kind: Literal["toy"] = "toy"
    number: int


def incumbent(number: int = 1) -> Answer:
    return Answer(plan=ToyPlan(number=number), objective=float(number), solver="toy")


def polite(instance: Any, run: Run) -> Answer:
    """Reports twice, then waits until it is asked to stop."""
    run.report("search", answer=incumbent(2), bound=0.5)
    run.report("search", answer=incumbent(1))
    while run.stopping() is None:
        time.sleep(0.005)
    return Answer(plan=ToyPlan(number=1), objective=1.0, stopped_by=run.stopping())


def echo(instance: Any, run: Run) -> Answer:
    """Tells what it was given."""
    previous = "none" if run.previous is None else str(run.previous.number)  # type: ignore[attr-defined]
    return Answer(
        notes=(
            repr(instance),
            repr(run.budget),
            str(run.seed),
            repr(run.options),
            previous,
            str(run.elapsed()),
            str(Path.cwd()),
        )
    )


def deaf(instance: Any, run: Run) -> Answer:
    """Reports a plan and starts a process of its own, then listens to nothing."""
    sleeper = subprocess.Popen(["sleep", "600"])
    run.report("search", answer=incumbent())
    Path(instance).write_text(str(sleeper.pid))
    while True:
        pass


def native(instance: Any, run: Run) -> Answer:
    """Stays in native code that never lets Python run again, as a long presolve does."""
    if instance.get("report"):
        run.report("presolve", answer=incumbent())
    Path(instance["started"]).write_text("yes")
    ctypes.PyDLL(None).sleep(600)
    return Answer()


def leaves_a_process(instance: Any, run: Run) -> Answer:
    """Answers, but leaves a process running."""
    sleeper = subprocess.Popen(["sleep", "600"])
    return Answer(notes=(str(sleeper.pid),))


def forks_and_aborts(instance: Any, run: Run) -> Answer:
    """Crashes while a forked process holds its pipes open."""
    if os.fork() == 0:
        time.sleep(600)
        os._exit(0)
    os.abort()


def noisy(instance: Any, run: Run) -> Answer:
    """Writes on standard output in every way, between its reports."""
    libc = ctypes.CDLL(None)
    for number in range(3, 0, -1):
        os.write(1, b"\x00native noise\n")
        libc.puts(b"more native noise")
        libc.fflush(None)
        sys.stdout.write("python noise\n")
        subprocess.run(["echo", "noise of a child"], check=True)
        run.report("search", answer=incumbent(number))
    return incumbent(1)


def forgets_its_plan(instance: Any, run: Run) -> Answer:
    run.report("search", answer=incumbent())
    return Answer(stopped_by="time", notes=("out of time",))


def aborts(instance: Any, run: Run) -> Answer:
    if instance:
        run.report("search", answer=incumbent())
    os.abort()


def segfaults(instance: Any, run: Run) -> Answer:
    ctypes.string_at(0)
    return Answer()


def exits(instance: Any, run: Run) -> Answer:
    sys.exit(3)


def raises(instance: Any, run: Run) -> Answer:
    if instance.get("report"):
        run.report("search", answer=incumbent())
    kinds: dict[str, BaseException] = {
        "value": ValueError("a defect"),
        "capability": CapabilityError("too large; choose `other`"),
        "input": refuse("bad-field", "the field is bad", "Mend it.", path="a.b"),
        "backend": BackendError("the backend gave up"),
        "memory": MemoryError(),
    }
    raise kinds[instance["kind"]]


def wrong_type(instance: Any, run: Run) -> Any:
    return 3


def unpicklable(instance: Any, run: Run) -> Answer:
    return Answer(notes=(lambda: None,))  # type: ignore[arg-type]


def integer_programme(instance: Any, run: Run) -> Answer:
    """Solves a small integer programme with CP-SAT."""
    from ortools.sat.python import cp_model

    from planner.solvers.engines.cpsat import solve_cpsat

    model = cp_model.CpModel()
    x = model.new_bool_var("x")
    y = model.new_int_var(9, 20, "y")
    model.add(2 * x + y >= 10)
    model.minimize(2 * x + y)
    outcome = solve_cpsat(model, run=run)
    assert outcome.objective is not None
    return Answer(plan=ToyPlan(number=int(outcome.objective)), objective=outcome.objective)


def lacking(instance: Any, run: Run) -> Answer:
    """Reports once, then needs a package that is not installed."""
    run.report("search", answer=incumbent())
    import a_solver_that_is_not_there

    return a_solver_that_is_not_there.solve()  # type: ignore[no-any-return]
