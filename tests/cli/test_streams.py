"""Results on stdout, everything else on stderr."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from planner.cli import failures


def test_stdout_has_the_result_alone(planner, instance: Path) -> None:
    """Where the file went is a note on stderr."""
    done = planner("solve", instance)
    assert done.stdout.startswith("five numbers: optimal\n")
    assert done.stderr == "saved numbers.result.json\n"


def test_result_says_what_was_chosen_and_who_vouches(planner, instance: Path) -> None:
    """Objective, bound with its source, gap, choice of `auto` and verification are all shown."""
    lines = planner("solve", instance).stdout.splitlines()
    facts = dict(line.split(maxsplit=1) for line in lines[1:] if line)
    assert facts["objective"] == "total 8"
    assert facts["bound"] == "8 (certificate, re-checked without a solver)"
    assert facts["gap"] == "0 %"
    assert facts["verified"] == "yes"
    assert facts["method"] == "sort"
    assert "auto picked `sort`" in facts["notes"]


def test_word_of_a_solver_is_called_that(planner, instance: Path) -> None:
    """A bound nobody can re-check is not dressed up."""
    done = planner("solve", instance, "--method", "oracle")
    assert "the word of oracle, not re-checked" in done.stdout


def test_progress_as_json_lines(planner, instance: Path) -> None:
    """`--progress json` writes one JSON object per report to stderr."""
    done = planner("solve", instance, "--method", "stroll", "--progress", "json")
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert lines[0].keys() == {"elapsed", "phase", "objective", "bound", "gap"}
    assert lines[-1]["objective"] == 8.0
    assert "{" not in done.stdout


def test_progress_is_silent_off_a_terminal(planner, instance: Path) -> None:
    """`auto` writes nothing where stderr is no terminal."""
    done = planner("solve", instance, "--method", "stroll")
    assert done.stderr == "saved numbers.result.json\n"


def test_live_line_leaves_stdout_alone(planner, instance: Path) -> None:
    """The live line is not part of the result."""
    done = planner("solve", instance, "--method", "stroll", "--progress", "line", "--json")
    assert json.loads(done.stdout)["objective"]["value"] == 8.0


def test_live_line_shows_incumbent_bound_and_gap() -> None:
    """The live line has the phase, the incumbent, the bound, the gap and the clock."""
    from planner.cli.progress import _Line
    from planner.solvers.contract import Progress

    line = _Line()
    line.listen(Progress(elapsed=1.0, phase="solve", objective=11.0, bound=10.0), None)
    text = line.__rich__().plain
    for part in ("solve", "incumbent 11", "bound 10", "gap 10 %", " s"):
        assert part in text


@pytest.mark.parametrize("words", [["-v", "solve"], ["solve", "-v"]], ids=" ".join)
def test_logs_go_to_stderr_when_asked(planner, instance: Path, words: list[str]) -> None:
    """-v writes the logs of `planner.*` to stderr, and leaves no handler behind."""
    done = planner(*words, instance)
    assert "running `sort`" in done.stderr
    assert "running" not in done.stdout
    assert logging.getLogger("planner").handlers == []


def test_long_list_of_findings_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    """Text shows the first findings and says how many are left."""
    from planner.models.base.errors import Finding, InputError

    findings = [Finding(code="bad", message=f"fault {n}", fix="Mend it.") for n in range(80)]
    with (
        pytest.raises(SystemExit, match="2"),
        failures.reported(as_json=False, debug=False),
    ):
        raise InputError(findings)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == failures.MOST_LINES + 1
    assert "30 more" in lines[-1]


def test_closed_pipe_is_quiet() -> None:
    """A reader of stdout that has gone (`planner problems | head -0`) causes no message."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "planner", "problems", "--json"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert done.returncode == 1
    assert done.stderr == b""


def test_names_cannot_steer_the_terminal(planner, instance: Path) -> None:
    """Control characters in a file do not reach the terminal."""
    name = json.dumps("five \x1b[2J numbers")
    done = planner("solve", instance, "--set", f"name={name}")
    assert done.stdout.startswith("five ?[2J numbers: optimal")
    assert "\x1b" not in done.stdout
