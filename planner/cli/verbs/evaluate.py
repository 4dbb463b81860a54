"""`planner evaluate`: what a plan is worth."""

from pathlib import Path

import click

from planner.cli import show
from planner.cli.kinds import noticed
from planner.cli.options import FILE, set_option, verb


@verb(
    "evaluate",
    "fabric.yaml plan.json",
    "fabric.yaml old.result.json --set 'topology.failed_links=[]'",
)
@click.argument("file", type=FILE)
@click.argument("plan", type=FILE)
@set_option
def command(*, file: Path, plan: Path, overrides: tuple[str, ...], as_json: bool) -> int:
    """Recompute what a plan is worth, whoever made it.

    PLAN is a plan as JSON, YAML or TOML, or a result file. The exit code is 5 where the plan breaks
    limits of the instance; each is named.
    """
    import planner as pl
    from planner.cli import result_view
    from planner.cli.outcome import exit_code

    with noticed(instances=[file], results=[plan]):
        found = pl.evaluate(file, plan, overrides=overrides)
    if as_json:
        show.document(found.data())
    else:
        result_view.result(found)
    return exit_code(found)
