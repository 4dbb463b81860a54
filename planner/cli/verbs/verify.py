"""`planner verify`: whether a result stands up."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli import show
from planner.cli.failures import Exit
from planner.cli.options import FILE, data_option, verb

if TYPE_CHECKING:
    from planner.results.verification import Verification


@verb("verify", "fabric.result.json")
@click.argument("result", type=FILE)
@data_option
def command(*, result: Path, data: Path | None, as_json: bool) -> int:
    """Re-check a result file and its proof without a solver.

    The instance is validated anew, the plan evaluated, the bound recomputed from its certificate,
    and every figure in the file compared. The exit code is 5 where one does not hold.
    """
    import planner as pl
    from planner.cli import result_view

    found = pl.verify(result, data)
    if as_json:
        show.document(found.model_dump(mode="json"))
    else:
        verdict = click.style("verified", fg="green", bold=True)
        if not found.ok:
            verdict = click.style("refuted", fg="red", bold=True)
        show.line(f"{show.plain(found.name or str(result))}: {verdict}")
        show.facts(_facts(found))
        result_view.violations(found.violations)
    return Exit.FINE if found.ok else Exit.REFUTED


def _facts(found: "Verification") -> Iterator[tuple[str, str]]:
    from planner.cli.result_view import bound_source

    if found.status is not None:
        yield "claims", f"{found.status.replace('_', ' ')}, by {found.method}"
    unit = "1"
    if found.objective is not None:
        unit = found.objective.unit
        value = show.quantity(found.objective.value, unit)
        yield "objective", f"{found.objective.name} {value}, recomputed from the plan"
    if found.bound is not None:
        yield "bound", f"{show.quantity(found.bound, unit)} ({bound_source(found.bound_source)})"
    if found.gap is not None:
        yield "gap", show.percent(found.gap)
    if found.ok and found.status == "infeasible" and not found.taken_on_trust:
        yield "proof", "there is no plan, re-checked without a solver"
    yield from show.under("on trust", found.taken_on_trust)
    yield "time", f"{found.seconds:.3f} s"
