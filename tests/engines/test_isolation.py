"""The worker process: what comes back, whatever the method does."""

import contextlib
import logging
import os
import threading
import time
from pathlib import Path
from typing import Any

import engine_entries as entries
import pytest

from planner.models.base.errors import BackendError, CapabilityError, InputError
from planner.solvers.contract import Answer, Budget, Progress, Run
from planner.solvers.isolation import run_isolated


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that only waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def children() -> list[int]:
    """Return the processes whose parent is this one."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if stat.read_text().rpartition(")")[2].split()[1] == str(os.getpid()):
                found.append(int(stat.parent.name))
    return found


def number(answer: Answer) -> int:
    assert isinstance(answer.plan, entries.ToyPlan)
    return answer.plan.number


def test_the_method_gets_everything_it_would_get_here() -> None:
    """Instance, budget, seed, options, previous plan, elapsed time and folder reach the method."""
    run = Run(
        Budget(time_limit=50.0, gap=0.1, workers=3),
        seed=7,
        options={"depth": 2},
        previous=entries.ToyPlan(number=4),
        elapsed=20.0,
    )
    answer = run_isolated("engine_entries:echo", {"flows": [1, 2]}, run)
    instance, budget, seed, options, previous, elapsed, folder = answer.notes
    assert instance == "{'flows': [1, 2]}"
    assert budget == repr(run.budget)
    assert (seed, options, previous) == ("7", "{'depth': 2}", "4")
    assert 20.0 <= float(elapsed) <= run.elapsed()
    assert folder == str(Path.cwd())


def test_reports_arrive_while_the_method_runs() -> None:
    """Progress and incumbents stream to the listener, which can stop the method."""
    seen: list[tuple[float | None, float | None, bool]] = []

    def listen(progress: Progress, answer: Answer | None) -> None:
        seen.append((progress.objective, progress.bound, answer is not None))
        if len(seen) == 2:
            run.stop()

    run = Run(listener=listen)
    answer = run_isolated("engine_entries:polite", None, run)
    assert seen == [(2.0, 0.5, True), (1.0, 0.5, True)]
    assert answer.stopped_by == "interrupt"
    assert number(answer) == 1
    assert [point.objective for point in run.trace] == [2.0, 1.0]


def test_a_method_that_watches_its_clock_stops_at_the_limit() -> None:
    """The worker knows the deadline itself, and says `time`, not `interrupt`."""
    answer = run_isolated("engine_entries:polite", None, Run(Budget(time_limit=5.0)))
    assert (answer.stopped_by, number(answer), answer.notes) == ("time", 1, ())


def test_a_deaf_method_is_ended_with_its_children(tmp_path: Path) -> None:
    """A method that ignores its limit and started a process: both end, the incumbent stays.

    The limit of 10 % and a second is the contract, hence the clock in a test.
    """
    limit = 4.0
    run = Run(Budget(time_limit=limit))
    answer = run_isolated("engine_entries:deaf", str(tmp_path / "pid"), run)
    assert run.elapsed() <= limit * 1.1 + 1.0
    assert (answer.stopped_by, number(answer), answer.deterministic) == ("time", 1, False)
    assert "ended" in answer.notes[-1]
    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_native_code_that_never_returns_is_ended(tmp_path: Path) -> None:
    """No Python runs in the worker any more, and yet the limit holds; there is no plan."""
    run = Run(Budget(time_limit=1.0))
    answer = run_isolated("engine_entries:native", {"started": str(tmp_path / "s")}, run)
    assert run.elapsed() <= 2.1
    assert (answer.plan, answer.stopped_by) == (None, "time")


def test_a_limit_that_has_passed_starts_nothing() -> None:
    """A run without time left answers at once."""
    run = Run(Budget(time_limit=1.0), elapsed=2.0)
    assert run_isolated("nowhere:nothing", None, run).stopped_by == "time"


def test_processes_left_behind_are_ended() -> None:
    """A method that answers but leaves a process behind does not leak it."""
    answer = run_isolated("engine_entries:leaves_a_process", None, Run())
    assert not is_alive(int(answer.notes[0]))


def test_noise_on_standard_output_corrupts_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """What native code, Python and child processes print goes to the log at DEBUG."""
    with caplog.at_level(logging.DEBUG, logger="planner.engines"):
        answer = run_isolated("engine_entries:noisy", None, Run())
    assert number(answer) == 1
    text = caplog.text
    for noise in ("\x00native noise", "more native noise", "python noise", "noise of a child"):
        assert noise in text


def test_an_answer_without_the_plan_keeps_the_incumbent() -> None:
    """A method that reports a plan and then answers without one loses nothing."""
    answer = run_isolated("engine_entries:forgets_its_plan", None, Run())
    assert (number(answer), answer.stopped_by, answer.notes) == (1, "time", ("out of time",))


@pytest.mark.parametrize(
    ("entry", "instance", "words"),
    [
        ("aborts", False, "SIGABRT"),
        ("segfaults", None, "SIGSEGV"),
        ("forks_and_aborts", None, "SIGABRT"),
        ("exits", None, "SystemExit: 3"),
        ("raises", {"kind": "value"}, "ValueError: a defect"),
        ("raises", {"kind": "backend"}, "the backend gave up"),
        ("wrong_type", None, "returned int, not an Answer"),
        ("unpicklable", None, "pickle"),
        ("no_such_function", None, "no_such_function"),
    ],
)
def test_a_crash_without_a_plan_is_an_error(entry: str, instance: Any, words: str) -> None:
    """The error carries the end of what the process said."""
    with pytest.raises(BackendError, match=words):
        run_isolated(f"engine_entries:{entry}", instance, Run())


@pytest.mark.parametrize(
    ("entry", "instance"), [("aborts", True), ("raises", {"kind": "value", "report": True})]
)
def test_a_crash_keeps_the_incumbent(entry: str, instance: Any) -> None:
    """A plan that was reported before a crash is the answer, and says so."""
    answer = run_isolated(f"engine_entries:{entry}", instance, Run())
    assert (number(answer), answer.stopped_by, answer.deterministic) == (1, "crash", False)
    assert "after this plan" in answer.notes[-1]


def test_refusals_of_a_method_arrive_as_they_were() -> None:
    """Errors for the user keep their type and findings across the process."""
    with pytest.raises(CapabilityError, match="choose `other`"):
        run_isolated("engine_entries:raises", {"kind": "capability"}, Run())
    with pytest.raises(InputError) as caught:
        run_isolated("engine_entries:raises", {"kind": "input"}, Run())
    assert [(found.code, found.path) for found in caught.value.findings] == [("bad-field", "a.b")]


def test_running_out_of_memory_is_told() -> None:
    """A MemoryError is a limit reached, with or without an incumbent."""
    for report in (False, True):
        answer = run_isolated("engine_entries:raises", {"kind": "memory", "report": report}, Run())
        assert (answer.plan is not None, answer.stopped_by) == (report, "memory")


def test_what_cannot_be_sent_is_refused() -> None:
    """A request that cannot be pickled is an error that says so."""
    with pytest.raises(BackendError, match="cannot be sent"):
        run_isolated("engine_entries:echo", lambda: None, Run())


def test_it_works_from_a_thread() -> None:
    """Outside of the main thread no signal handler is touched, and `stop` still works."""
    run = Run()
    answers: list[Answer] = []
    thread = threading.Thread(
        target=lambda: answers.append(run_isolated("engine_entries:polite", None, run))
    )
    thread.start()
    while run.incumbent is None and thread.is_alive():
        time.sleep(0.01)
    run.stop()
    thread.join()
    assert [answer.stopped_by for answer in answers] == ["interrupt"]


def test_a_listener_that_fails_leaves_no_process(tmp_path: Path) -> None:
    """An exception of the caller's own listener passes, and the worker is gone."""

    def listen(progress: Progress, answer: Answer | None) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_isolated("engine_entries:deaf", str(tmp_path / "pid"), Run(listener=listen))
    assert children() == []


def test_missing_package_is_named_whatever_was_found() -> None:
    """A solver that is not installed is no crash of one, even after an incumbent."""
    with pytest.raises(BackendError, match="Install the package `a_solver_that_is_not_there`"):
        run_isolated("engine_entries:lacking", None, Run())
