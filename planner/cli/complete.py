"""What the shell offers when a name is typed half-way."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def problems(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Complete the name of a problem."""
    from planner import catalog

    named = [(problem.name, problem.title) for problem in catalog.problems()]
    return _starting_with(incomplete, named)


def methods(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Complete the name of a method, of whichever problem; after a comma, the next one."""
    from planner import catalog

    done, comma, start = incomplete.rpartition(",")
    known = [method for problem in catalog.problems() for method in problem.solver_room().METHODS]
    return _starting_with(start, [(each.name, each.summary) for each in known], done + comma)


def formats_to_read(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Complete the name of a format that instances are imported from."""
    from planner.formats import formats

    named = [(each.name, each.summary) for each in formats() if each.reads]
    return _starting_with(incomplete, named)


def formats_to_write(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Complete the name of a format that results are exported to."""
    from planner.formats import formats

    named = [(each.name, each.summary) for each in formats() if each.writes]
    return _starting_with(incomplete, named)


def schemas(ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """Complete the kind of a schema."""
    from planner.api.schema import schema_kinds

    return _starting_with(incomplete, [(kind, "") for kind in schema_kinds()])


def _starting_with(
    start: str, named: list[tuple[str, str]], before: str = ""
) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem

    return [
        CompletionItem(before + name, help=text) for name, text in named if name.startswith(start)
    ]
