"""The group of verbs: help, versions, unknown verbs, and how little it imports."""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import click
import pytest

from planner.cli.main import VERBS, main

SOLVERS = {"pulp", "ortools", "cvxpy", "highspy", "clarabel", "scs", "osqp"}
HEAVY = SOLVERS | {"scipy", "networkx"}


def loaded_after(*words: str) -> set[str]:
    """Return the top-level modules loaded by a fresh process after one command."""
    code = f"""
import atexit, json, sys
sys.stdout = open("output", "w")
sys.argv = ["planner", *{list(words)!r}]
loaded = lambda: sorted({{name.split(".")[0] for name in sys.modules}})
atexit.register(lambda: open("modules", "w").write(json.dumps(loaded())))
from planner.cli.main import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(Path("modules").read_text(encoding="utf-8")))


def verb(name: str) -> click.Command:
    """Return the command of a verb."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    return command


def test_help_lists_every_verb(planner) -> None:
    """`planner --help` names every verb with its line, on stdout."""
    done = planner("--help")
    assert done.exit_code == 0
    assert done.stderr == ""
    for name, (_, line) in VERBS.items():
        assert f"{name} " in done.stdout
        assert line in done.stdout


@pytest.mark.parametrize("name", VERBS)
def test_verb_says_what_the_help_page_says(planner, name: str) -> None:
    """The line in the list of verbs is the first line of the verb's own help."""
    first = (verb(name).help or "").partition("\n\n")[0]
    assert first == VERBS[name][1]
    done = planner(name, "--help")
    assert done.exit_code == 0
    assert f"planner {name}" in done.stdout


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_takes_json(name: str) -> None:
    """No verb lacks `--json`."""
    assert "--json" in {option for param in verb(name).params for option in param.opts}


def test_no_verb_is_bad_usage(planner) -> None:
    """Without a verb the help page goes to stderr, and stdout stays empty."""
    done = planner()
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "Verbs" in done.stderr


@pytest.mark.parametrize(("typed", "meant"), [("sovle", "solve"), ("verfiy", "verify")])
def test_unknown_verb_names_the_nearest(planner, typed: str, meant: str) -> None:
    """A mistyped verb is exit 2 and the message names the verb that was meant."""
    done = planner(typed, "file.yaml")
    assert done.exit_code == 2
    assert f"Did you mean `{meant}`?" in done.stderr
    assert done.stdout == ""


def test_unknown_verb_without_a_neighbour_lists_them(planner) -> None:
    """A word that resembles no verb gets the list of verbs."""
    done = planner("xyzzy")
    assert done.exit_code == 2
    assert all(name in done.stderr for name in VERBS)


def test_version(planner) -> None:
    """`--version` prints the version of the distribution."""
    assert planner("--version").stdout == f"planner {version('topoplan')}\n"


def test_versions_name_every_backend(planner) -> None:
    """`--versions` gives one line per library that computes, and Python."""
    lines = dict(line.split(" ", 1) for line in planner("--versions").stdout.splitlines())
    assert {"planner", "python", "numpy", "highspy", "ortools", "pulp", "cvxpy"} <= set(lines)
    assert lines["numpy"] == version("numpy")


def test_help_is_light() -> None:
    """`planner --help` imports click and the standard library, nothing else."""
    unwanted = HEAVY | {"numpy", "pydantic", "yaml", "rich", "pint"}
    assert loaded_after("--help") & unwanted == set()


@pytest.mark.parametrize(
    "words",
    [["problems"], ["methods", "dummy"], ["check", "numbers.yaml"], ["new", "dummy"]],
    ids=lambda words: words[0],
)
def test_looking_is_light(instance: Path, words: list[str]) -> None:
    """What looks without solving imports no solver, no scipy and no networkx."""
    assert loaded_after(*words) & HEAVY == set()


def test_verify_imports_no_solver(result: Path) -> None:
    """A result is re-checked where no solver is installed."""
    assert loaded_after("verify", str(result)) & SOLVERS == set()


def test_module_runs_as_command() -> None:
    """`python -m planner` is the command."""
    command = [sys.executable, "-m", "planner", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("planner ")
