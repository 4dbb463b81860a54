"""`planner explain`: what binds a plan, or why there is none."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli import show
from planner.cli.failures import Exit
from planner.cli.kinds import noticed
from planner.cli.options import FILE, Amount, data_option, set_option, verb

if TYPE_CHECKING:
    from planner.results.result import Result


@verb("explain", "fabric.result.json", "broken_fabric.yaml --time-limit 60")
@click.argument("file", type=FILE, metavar="RESULT|FILE")
@data_option
@set_option
@click.option(
    "--time-limit",
    type=Amount(above_zero=True),
    metavar="S",
    help="For an instance, which is solved first: stop after S seconds.",
)
def command(
    *,
    file: Path,
    data: Path | None,
    overrides: tuple[str, ...],
    time_limit: float | None,
    as_json: bool,
) -> int:
    """Say what binds a plan, or why there is none.

    Takes a result file, or an instance, which is solved first. An infeasible instance is explained
    in its own field names, with the smallest change that would help where it is known.
    """
    import planner as pl

    source = _source(file, overrides, time_limit)
    with noticed(with_data=True):
        found = pl.explain(source, data_dir=data)
    if as_json:
        show.document(found.model_dump(mode="json"))
    else:
        lines = [found.headline, found.proof]
        lines += [
            f"  [{each.code}] {each.constraint}, {each.where}: {each.message}"
            for each in found.reasons
        ]
        for line in lines:
            show.line(show.plain(line))
    is_interrupted = not isinstance(source, Path) and source.stopped_by == "interrupt"
    return Exit.INTERRUPTED if is_interrupted else Exit.FINE


def _source(file: Path, overrides: tuple[str, ...], time_limit: float | None) -> "Path | Result":
    """Return a result file as it is, and the result of solving an instance."""
    import planner as pl
    from planner.api.sources import stored_result
    from planner.cli.progress import progress

    if stored_result(file) is None:
        with progress("auto") as listener:
            return pl.solve(file, time_limit=time_limit, overrides=overrides, progress=listener)
    if overrides or time_limit is not None:
        raise click.UsageError("--set and --time-limit are for an instance; this is a result file.")
    return file
