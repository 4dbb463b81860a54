"""`docs/cli.md` and the command line say the same."""

import re
import shlex
from pathlib import Path

import click
import pytest

from planner.cli.failures import Exit
from planner.cli.main import VERBS, main

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^\$ planner (.*)$", PAGE, re.MULTILINE)
COMMON = {"--json", "--verbose", "-v", "--debug"}


def options_of(name: str) -> set[str]:
    """Return the options of a verb, without those that every verb has."""
    command = main.get_command(click.Context(main), name)
    assert command is not None
    words = [word for param in command.params for word in param.opts if word.startswith("-")]
    return set(words) - COMMON


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_has_an_example(name: str) -> None:
    """Each verb is shown at work."""
    assert any(example.split()[0] == name for example in EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_use_options_that_exist(example: str) -> None:
    """No example has a verb or an option that there is not."""
    name, *words = shlex.split(example)
    assert name in VERBS
    assert {word for word in words if word.startswith("-")} <= options_of(name) | COMMON


@pytest.mark.parametrize("name", VERBS)
def test_defaults_table_is_complete(name: str) -> None:
    """Each option of a verb has a row that names the verb."""
    rows = [line for line in PAGE.splitlines() if line.startswith("| `-")]
    for option in options_of(name):
        assert any(f"`{option}`" in row and f"`{name}`" in row for row in rows), option


def test_every_exit_code_is_documented() -> None:
    """Each exit code has a row."""
    for code in Exit:
        assert f"\n| {int(code)} | " in PAGE
