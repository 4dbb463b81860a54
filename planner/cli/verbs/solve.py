"""`planner solve`: find a plan and prove how good it is."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli import complete, files, show
from planner.cli.failures import Exit
from planner.cli.kinds import noticed
from planner.cli.options import (
    FILE,
    budget_options,
    output_option,
    own_options,
    progress_option,
    set_option,
    verb,
)
from planner.cli.outcome import exit_code
from planner.cli.values import named_values

if TYPE_CHECKING:
    from planner.results.result import Result


@verb(
    "solve",
    "fabric.yaml --time-limit 60 -o plan.json",
    "fabric.yaml --set workload.splitting=whole",
)
@click.argument("file", type=FILE)
@click.option(
    "-m",
    "--method",
    metavar="NAME",
    default="auto",
    show_default=True,
    shell_complete=complete.methods,
    help="Method to use; see `planner methods`.",
)
@budget_options
@set_option
@own_options("method")
@click.option(
    "--previous",
    type=FILE,
    metavar="RESULT",
    help="Earlier result to start from; it is kept unless a better plan is found.",
)
@output_option(
    "Where the result goes; by default to NAME.result.json here, with --json to stdout alone."
)
@progress_option
def command(
    *,
    file: Path,
    method: str,
    time_limit: float | None,
    gap: float,
    workers: int | None,
    seed: int,
    overrides: tuple[str, ...],
    options: tuple[str, ...],
    previous: Path | None,
    output: Path | None,
    progress: str,
    as_json: bool,
) -> int:
    """Find a plan and prove how good it is.

    The plan and its proof are re-checked before anything is printed, and saved as a result file
    that `planner verify` re-checks elsewhere. Ctrl-C keeps the best plan so far.
    """
    import planner as pl
    from planner.api.interrupts import held
    from planner.cli.progress import progress as reporting

    asked = named_values(options)
    if files.is_stdout(output):
        output, as_json = None, True
    default = files.result_name(file, previous)
    place = output or (None if as_json else default)
    inputs = [path for path in (file, previous) if path is not None]
    files.check_output(place, inputs, with_npz=True)
    with ExitStack() as stack:
        with noticed(instances=[file], results=[previous]), reporting(progress) as listener:
            found = pl.solve(
                file,
                method,
                time_limit=time_limit,
                gap=gap,
                workers=workers,
                seed=seed,
                options=asked,
                previous=previous,
                progress=listener,
                overrides=overrides,
            )
            presses = stack.enter_context(held())
        if found.stopped_by == "interrupt":
            place = (output or default) if found.has_plan else None
        _keep(found, place, as_json=as_json)
        return Exit.INTERRUPTED if presses else exit_code(found)


def _keep(found: "Result", place: Path | None, *, as_json: bool) -> None:
    """Save the result, then show it: after Ctrl-C whoever reads stdout may be gone."""
    try:
        if place is not None:
            written = found.save(place)
            show.note(f"saved {', '.join(str(path) for path in written)}")
        elif found.stopped_by == "interrupt":
            show.note("interrupted before the first plan; nothing was saved")
    finally:
        _show(found, as_json=as_json)


def _show(found: "Result", *, as_json: bool) -> None:
    if as_json:
        show.document(found.data())
    else:
        from planner.cli import result_view

        result_view.result(found)
