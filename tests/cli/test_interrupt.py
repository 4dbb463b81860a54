"""Ctrl-C keeps the best plan so far."""

import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from planner.api.interrupts import held

SLOW = ["--method", "stroll", "--option", "steps=100000", "--option", "pause=0.05"]


@pytest.fixture
def ctrl_c(dummy_problem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Press Ctrl-C while the method pauses after its first incumbent."""
    from planner_dummy.solvers import methods

    def press(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(methods.time, "sleep", press)


def test_incumbent_is_saved_to_the_default_place(planner, instance: Path, ctrl_c: None) -> None:
    """Exit 130, and the plan found so far is a result that verifies."""
    done = planner("solve", instance, *SLOW)
    assert done.exit_code == 130
    assert "saved numbers.result.json" in done.stderr
    saved = json.loads(Path("numbers.result.json").read_text(encoding="utf-8"))
    assert saved["stopped_by"] == "interrupt"
    assert saved["objective"]["value"] == 17.0
    assert planner("verify", "numbers.result.json").exit_code == 0


def test_incumbent_is_saved_where_asked(planner, instance: Path, ctrl_c: None) -> None:
    """-o decides where."""
    assert planner("solve", instance, *SLOW, "-o", "kept.json").exit_code == 130
    assert Path("kept.json").exists()
    assert not Path("numbers.result.json").exists()


def test_incumbent_is_saved_beside_json(planner, instance: Path, ctrl_c: None) -> None:
    """With --json the incumbent is on stdout and saved as well."""
    done = planner("solve", instance, *SLOW, "--json")
    assert done.exit_code == 130
    assert json.loads(done.stdout)["stopped_by"] == "interrupt"
    assert Path("numbers.result.json").exists()


def test_no_incumbent_leaves_an_older_result_alone(planner, instance: Path, add_method) -> None:
    """Without a plan nothing is written, least of all over an older result."""

    def waits(instance, run):
        raise KeyboardInterrupt

    add_method("waits", waits)
    Path("numbers.result.json").write_text("older", encoding="utf-8")
    done = planner("solve", instance, "--method", "waits")
    assert done.exit_code == 130
    assert "nothing was saved" in done.stderr
    assert Path("numbers.result.json").read_text(encoding="utf-8") == "older"


def test_comparison_shows_what_it_has(planner, instance: Path, ctrl_c: None) -> None:
    """Ctrl-C during a comparison prints the methods that ran, and exits with 130."""
    done = planner("compare", instance, "--methods", "sort,stroll,first", *SLOW[2:])
    assert done.exit_code == 130
    assert "sort" in done.stdout
    assert "not run" in done.stdout


def test_interrupt_while_loading_keeps_nothing(
    planner, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything was found there is one line and exit 130."""

    def press(*args: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("planner.api.solve.instance_of", press)
    done = planner("solve", instance)
    assert done.exit_code == 130
    assert "Interrupted" in done.stderr
    assert not Path("numbers.result.json").exists()


def test_real_signal(instance: Path) -> None:
    """SIGINT to the process, after its first report, saves the incumbent."""
    command = [sys.executable, "-m", "planner", "solve", str(instance), *SLOW, "--progress", "json"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert process.stderr is not None
    for line in process.stderr:
        if '"solve"' in line:
            break
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Ctrl-C" in output
    assert Path("numbers.result.json").exists()


def test_sigterm_is_like_ctrl_c(instance: Path) -> None:
    """SIGTERM saves the incumbent as well; the exit code is 143."""
    command = [sys.executable, "-m", "planner", "solve", str(instance), *SLOW, "--progress", "json"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert process.stderr is not None
    for line in process.stderr:
        if '"solve"' in line:
            break
    process.terminate()
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 143
    assert "SIGTERM" in output
    assert Path("numbers.result.json").exists()


@pytest.mark.parametrize(
    "place",
    [
        "planner.api.solve.judge",
        "planner.results.document.write",
        "planner.cli.result_view.result",
    ],
)
def test_plan_survives_a_late_ctrl_c(
    planner, instance: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Once a plan is found, it is saved and shown whenever Ctrl-C comes; exit 130."""
    module, _, name = place.rpartition(".")
    original = getattr(importlib.import_module(module), name)

    def press(*args: object, **more: object) -> object:
        signal.raise_signal(signal.SIGINT)
        return original(*args, **more)

    monkeypatch.setattr(place, press)
    done = planner("solve", instance)
    assert done.exit_code == 130
    assert "saved numbers.result.json" in done.stderr
    assert "nothing was kept" not in done.stderr
    assert "optimal" in done.stdout
    assert planner("verify", "numbers.result.json").exit_code == 0
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_second_ctrl_c_ends_what_hangs() -> None:
    """The first press waits for the end of the block, the second does not."""
    with held() as presses:
        signal.raise_signal(signal.SIGINT)
        assert presses == [signal.SIGINT]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
