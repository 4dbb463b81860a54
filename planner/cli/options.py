"""Options that several verbs share, so that they read and behave alike everywhere."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from planner.cli import complete

Function = TypeVar("Function", bound=Callable[..., Any])

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

FILE = click.Path(path_type=Path)
"""A file to read; whether it exists is for the loader to say, with every other fault."""
OUTPUT = click.Path(path_type=Path, dir_okay=False)
"""A file to write."""


class Amount(click.FloatRange):
    """A finite number of at least zero, or above zero."""

    def __init__(self, *, above_zero: bool = False) -> None:
        super().__init__(min=0, min_open=above_zero)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read the number; `nan` and `inf` are usage errors."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


def verb(name: str, *examples: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function the command of a verb: `--json`, `-v` and `--debug` come with it.

    The examples are what follows `planner` and the verb on the command line.
    """
    lines = "".join(f"\n  planner {name} {example}".rstrip() for example in examples)
    # The backspace keeps click from joining the lines.
    epilog = f"\b\nExamples:{lines}"

    def decorate(function: Callable[..., Any]) -> click.Command:
        command = click.command(name, context_settings=CONTEXT, epilog=epilog)(function)
        text = "Print one JSON document on stdout."
        command.params.append(click.Option(["--json", "as_json"], is_flag=True, help=text))
        command.params += say_more()
        return command

    return decorate


def say_more() -> list[click.Option]:
    """Return `-v` (logs on stderr) and `--debug` (tracebacks)."""
    return [
        click.Option(
            ["-v", "--verbose"],
            count=True,
            expose_value=False,
            callback=_log,
            help="Write logs to stderr; -vv for more.",
        ),
        # Read by the group before anything is parsed, so that no failure comes too early for it.
        click.Option(
            ["--debug"], is_flag=True, expose_value=False, help="Show tracebacks of errors."
        ),
    ]


def set_option(function: Function) -> Function:
    """Add `--set`, passed as the tuple `overrides`."""
    text = "Change a value of the instance, for example workload.splitting=whole; repeatable."
    option = click.option("--set", "overrides", multiple=True, metavar="PATH=VALUE", help=text)
    return option(function)


def own_options(owner: str) -> Callable[[Function], Function]:
    """Return a decorator that adds `--option`, passed as the tuple `options`."""
    text = f"An option of the {owner} itself; repeatable."
    return click.option("--option", "options", multiple=True, metavar="NAME=VALUE", help=text)


def budget_options(function: Function) -> Function:
    """Add the limits of a run: `time_limit`, `gap`, `workers` and `seed`."""
    for option in (
        click.option(
            "--seed",
            type=click.IntRange(0),
            metavar="N",
            default=0,
            show_default=True,
            help="Seed of everything random.",
        ),
        click.option(
            "--workers",
            type=click.IntRange(1),
            metavar="N",
            help="Threads of a solver; each engine has its own default.",
        ),
        click.option(
            "--gap",
            type=Amount(),
            metavar="G",
            default=1e-6,
            show_default=True,
            help="Relative gap at which a plan counts as optimal, up to 1e-4.",
        ),
        click.option(
            "--time-limit",
            type=Amount(above_zero=True),
            metavar="S",
            help="Stop after S seconds, loading and building included; no limit by default.",
        ),
    ):
        function = option(function)
    return function


def progress_option(function: Function) -> Function:
    """Add `--progress`; `auto` is a line where stderr is a terminal, and `none` elsewhere."""
    kinds = click.Choice(["auto", "line", "json", "none"])
    text = "How far the run is, on stderr: a live line, or JSON lines."
    return click.option("--progress", type=kinds, default="auto", show_default=True, help=text)(
        function
    )


def output_option(text: str) -> Callable[[Function], Function]:
    """Return a decorator that adds `-o`, passed as `output`."""
    return click.option("-o", "--output", type=OUTPUT, metavar="FILE", help=text)


def force_option(function: Function) -> Function:
    """Add `--force`, which allows to replace a file."""
    return click.option("--force", is_flag=True, help="Replace the file if there is one.")(function)


def data_option(function: Function) -> Function:
    """Add `--data`, the folder of side-car files."""
    folder = click.Path(path_type=Path, file_okay=False)
    text = "Folder of the side-car files; by default that of the result."
    return click.option("--data", type=folder, metavar="DIR", help=text)(function)


def problem_argument(function: Function) -> Function:
    """Add the argument PROBLEM."""
    return click.argument("problem", shell_complete=complete.problems)(function)


def _log(ctx: click.Context, option: click.Parameter, times: int) -> None:
    if times:
        from planner.cli.logs import to_stderr

        ctx.with_resource(to_stderr(debug=times > 1))
