"""`planner compare`: several methods on one instance, side by side."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli import complete, show
from planner.cli.failures import Exit
from planner.cli.kinds import noticed
from planner.cli.options import (
    FILE,
    budget_options,
    own_options,
    progress_option,
    set_option,
    verb,
)
from planner.cli.values import named_values, names

if TYPE_CHECKING:
    from planner.api.compare import Comparison


@verb("compare", "fabric.yaml --methods auto,ecmp,ethereal", "fabric.yaml --time-limit 30 --seed 7")
@click.argument("file", type=FILE)
@click.option(
    "-m",
    "--methods",
    metavar="A,B,C",
    shell_complete=complete.methods,
    help="Methods to run; by default every one that takes the instance.",
)
@budget_options
@set_option
@own_options("method")
@progress_option
def command(
    *,
    file: Path,
    methods: str | None,
    time_limit: float | None,
    gap: float,
    workers: int | None,
    seed: int,
    overrides: tuple[str, ...],
    options: tuple[str, ...],
    progress: str,
    as_json: bool,
) -> int:
    """Run several methods on one instance, side by side.

    Each has the same limits. Every plan is measured against the best bound that any of the methods
    proved. Stochastic methods show the mean over their draws, and the 5th and 95th percentile.
    """
    import planner as pl
    from planner.cli.progress import progress as reporting

    if methods is not None and not names(methods):
        fix = "Name some, as in `--methods auto,ecmp`, or leave it out for all that take it."
        raise click.UsageError(f"`--methods` names no method. {fix}")
    with noticed(instances=[file]), reporting(progress) as listener:
        found = pl.compare(
            file,
            None if methods is None else names(methods),
            time_limit=time_limit,
            gap=gap,
            workers=workers,
            seed=seed,
            options=named_values(options),
            progress=listener,
            overrides=overrides,
        )
    if as_json:
        show.document(_document(found))
    else:
        from planner.cli import comparison_view

        comparison_view.comparison(found)
    return _exit_code(found)


def _document(found: "Comparison") -> dict[str, Any]:
    """Return the comparison with the full result of each method and the baselines beside it."""
    from planner.api.compare import baseline_of

    compared = {row.method for row in found.rows if row.proves == "baseline" and row.objective}
    baselines = {
        name: baseline_of(result).model_dump(mode="json")
        for name, result in found.results.items()
        if name in compared
    }
    results = {name: result.data() for name, result in found.results.items()}
    return {**found.model_dump(mode="json"), "results": results, "baselines": baselines}


def _exit_code(found: "Comparison") -> Exit:
    statuses = {row.status for row in found.rows}
    if any(row.stopped_by == "interrupt" for row in found.rows):
        return Exit.INTERRUPTED
    if any(row.objective is not None for row in found.rows):
        return Exit.FINE
    if "infeasible" in statuses:
        return Exit.INFEASIBLE
    return Exit.STOPPED if statuses - {None} else Exit.INPUT
