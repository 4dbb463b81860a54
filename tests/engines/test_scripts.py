"""The worker process used from scripts, and Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SUPPORT = str(Path(__file__).parent / "support")

PROLOGUE = """
import sys
sys.stdout.write("started\\n")
from planner.solvers.contract import Budget, Run
from planner.solvers.isolation import run_isolated
"""
EPILOGUE = """
number = None if answer.plan is None else answer.plan.number
sys.stdout.write(f"{number} {answer.stopped_by}\\n")
"""


def start(script: Path, folder: Path | None = None) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": SUPPORT}
    return subprocess.Popen(
        [sys.executable, str(script)],
        env=environment,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(path: Path, process: "subprocess.Popen[str]") -> None:
    while not path.exists() and process.poll() is None:
        time.sleep(0.01)


def write(folder: Path, body: str) -> Path:
    script = folder / "script.py"
    script.write_text(PROLOGUE + body + EPILOGUE)
    return script


def test_a_script_without_a_main_guard(tmp_path: Path) -> None:
    """The script is not imported again by the worker: its first line runs once."""
    body = 'answer = run_isolated("engine_entries:integer_programme", None, Run())'
    out, err = start(write(tmp_path, body)).communicate()
    assert (out, err) == ("started\n10 None\n", "")


def test_a_script_from_standard_input(tmp_path: Path) -> None:
    """There is no file to import again, as in a notebook."""
    body = 'answer = run_isolated("engine_entries:integer_programme", None, Run())'
    done = subprocess.run(
        [sys.executable, "-"],
        input=PROLOGUE + body + EPILOGUE,
        env={**os.environ, "PYTHONPATH": SUPPORT},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("started\n10 None\n", "")


def test_modules_beside_the_script_are_found(tmp_path: Path) -> None:
    """The worker has the script's own search path, to which the working folder does not belong."""
    (tmp_path / "mine.py").write_text("from engine_entries import noisy")
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "secrets.py").write_text("raise SystemError('shadows the library')")
    body = 'answer = run_isolated("mine:noisy", None, Run())'
    out, err = start(write(tmp_path, body), folder).communicate()
    assert (out, err) == ("started\n1 None\n", "")


@pytest.mark.parametrize("whole_group", [False, True])
def test_ctrl_c_in_native_code_keeps_the_incumbent(tmp_path: Path, whole_group: bool) -> None:
    """A presolve that never returns: one Ctrl-C, no traceback, the plan so far.

    A terminal sends the signal to the whole foreground group, `kill` to one process.
    """
    mark = tmp_path / "native"
    body = (
        f"setting = {{'started': {str(mark)!r}, 'report': True}}\n"
        'answer = run_isolated("engine_entries:native", setting, Run())'
    )
    process = start(write(tmp_path, body))
    wait_for(mark, process)
    send = os.killpg if whole_group else os.kill
    send(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (out, err) == ("started\n1 interrupt\n", "")


def test_ctrl_c_without_an_incumbent(tmp_path: Path) -> None:
    """There is an answer all the same, without a plan."""
    mark = tmp_path / "native"
    body = (
        f"setting = {{'started': {str(mark)!r}}}\n"
        'answer = run_isolated("engine_entries:native", setting, Run())'
    )
    process = start(write(tmp_path, body))
    wait_for(mark, process)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20) == ("started\nNone interrupt\n", "")


def test_a_second_ctrl_c_ends_it_at_once(tmp_path: Path) -> None:
    """With a grace of an hour, only the second one can have ended it."""
    mark = tmp_path / "pid"
    body = (
        "from planner.solvers import isolation\n"
        "isolation._grace = lambda run, reason: 3600.0\n"
        f'answer = run_isolated("engine_entries:deaf", {str(mark)!r}, Run())'
    )
    process = start(write(tmp_path, body))
    wait_for(mark, process)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20) == ("started\n1 interrupt\n", "")


def test_ctrl_c_works_again_afterwards(tmp_path: Path) -> None:
    """Python's own handler is back once the method is done."""
    body = (
        'answer = run_isolated("engine_entries:noisy", None, Run())\n'
        "import os, signal\n"
        "try:\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "except KeyboardInterrupt:\n"
        '    sys.stdout.write("back ")'
    )
    out, err = start(write(tmp_path, body)).communicate()
    assert (out, err) == ("started\nback 1 None\n", "")


def test_the_worker_ends_with_its_planner(tmp_path: Path) -> None:
    """Killing the planner leaves neither the worker nor what it started."""
    mark = tmp_path / "pid"
    body = f'answer = run_isolated("engine_entries:deaf", {str(mark)!r}, Run())'
    process = start(write(tmp_path, body))
    wait_for(mark, process)
    process.kill()
    process.communicate()
    sleeper = Path(f"/proc/{mark.read_text()}/stat")
    for _ in range(500):
        if not sleeper.exists() or " Z " in sleeper.read_text():
            break
        time.sleep(0.01)
    else:
        pytest.fail("the process that the worker started still runs")
