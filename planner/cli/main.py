"""The command `planner`: finds the verb, runs it, and turns failures into exit codes.

The verbs are listed here with their one-line help, so that `planner --help` imports click and the
standard library alone.
"""

import errno
import importlib
import os
import sys
from typing import Any

import click

from planner.cli import failures
from planner.cli.interrupts import termination
from planner.cli.options import CONTEXT, say_more

VERBS = {
    "new": ("new", "Write a commented template instance."),
    "check": ("check", "Check an instance file and count what is in it."),
    "solve": ("solve", "Find a plan and prove how good it is."),
    "explain": ("explain", "Say what binds a plan, or why there is none."),
    "compare": ("compare", "Run several methods on one instance, side by side."),
    "evaluate": ("evaluate", "Recompute what a plan is worth, whoever made it."),
    "verify": ("verify", "Re-check a result file and its proof without a solver."),
    "recertify": ("recertify", "Ask whether an old plan or proof holds for a changed instance."),
    "import": ("import_", "Turn a file of another tool into an instance."),
    "export": ("export", "Turn a result into files that other systems load."),
    "problems": ("problems", "List the problems."),
    "methods": ("methods", "List the methods of a problem and what they prove."),
    "schema": ("schema", "Print the JSON Schema of a document, or list the kinds."),
}
"""Verb -> (module in `planner.cli.verbs`, one-line help), in the order of the help page."""

EPILOG = (
    "Exit codes: 0 a plan, or nothing wrong; 1 internal error; 2 bad input or usage; "
    "3 proved infeasible; 4 stopped without a plan; 5 verification failed; 130 interrupted, "
    "143 terminated."
)


class VerbGroup(click.Group):
    """A click group that imports a verb when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order of the help page."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb, or return `None` for an unknown one."""
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"planner.cli.verbs.{VERBS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb; an unknown one is a usage error that names the nearest."""
        name = args[0]
        if name not in VERBS and not name.startswith("-") and not ctx.resilient_parsing:
            from difflib import get_close_matches

            near = get_close_matches(name, VERBS, n=1, cutoff=0.5)
            hint = f"Did you mean `{near[0]}`?" if near else f"The verbs are {', '.join(VERBS)}."
            raise click.UsageError(f"There is no verb `{name}`. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of verbs without importing any."""
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, line) for verb, (_, line) in VERBS.items()])

    def main(self, *args: Any, **settings: Any) -> Any:
        """Run the command line and exit; a verb returns its exit code."""
        given = args[0] if args else settings.get("args")
        words = list(sys.argv[1:] if given is None else given)
        settings |= {"standalone_mode": False}
        settings.setdefault("prog_name", self.name)
        as_json, debug = "--json" in words, "--debug" in words
        with termination(), failures.reported(as_json=as_json, debug=debug):
            if sys.stdout is None:
                raise OSError(errno.EBADF, "stdout is closed")
            code = super().main(*args, **settings)
            # Here rather than at the very end, where a full disk could not be reported any more.
            sys.stdout.flush()
            sys.exit(int(code or 0))


def _version(ctx: click.Context, option: click.Parameter, asked: bool) -> None:
    if asked:
        from planner.cli.versions import own_version

        click.echo(f"planner {own_version()}")
        ctx.exit()


def _versions(ctx: click.Context, option: click.Parameter, asked: bool) -> None:
    if asked:
        from planner.cli.versions import all_versions

        for name, version in all_versions().items():
            click.echo(f"{name} {version}")
        ctx.exit()


@click.group(
    "planner",
    cls=VerbGroup,
    epilog=EPILOG,
    context_settings=CONTEXT,
    invoke_without_command=True,
    subcommand_metavar="VERB ...",
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version,
              help="Print the version and exit.")  # fmt: skip
@click.option("--versions", is_flag=True, is_eager=True, expose_value=False, callback=_versions,
              help="Print the versions of everything that computes, and exit.")  # fmt: skip
@click.pass_context
def main(ctx: click.Context) -> None:
    """Plan AI clusters and quantum networks, with a proof beside every plan.

    Results go to stdout (`--json` for machines), progress and logs to stderr.
    """
    if os.environ.get("NO_COLOR"):
        ctx.color = False
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(failures.Exit.INPUT)


main.params += say_more()
