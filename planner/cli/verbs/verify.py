"""`planner verify`: whether a result stands up."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli import show
from planner.cli.failures import Exit
from planner.cli.kinds import noticed
from planner.cli.options import FILE, data_option, verb
from planner.models.base.errors import Finding, InputError

if TYPE_CHECKING:
    from planner.models.base.evaluation import Violation
    from planner.results.verification import Verification


@verb("verify", "fabric.result.json")
@click.argument("result", type=FILE)
@data_option
@click.option("--strict", is_flag=True, help="Exit with 5 if anything is taken on trust.")
def command(*, result: Path, data: Path | None, strict: bool, as_json: bool) -> int:
    """Re-check a result file and its proof without a solver.

    The instance is validated anew, the plan evaluated, the bound recomputed from its certificate,
    and every figure in the file compared. The exit code is 5 where one does not hold.
    """
    import planner as pl
    from planner.cli import result_view

    with noticed(results=[result], with_data=True):
        found = pl.verify(result, data)
        _refuse_without_sidecars(found)
    if as_json:
        show.document(found.model_dump(mode="json"))
    else:
        colour = "red" if not found.ok else "green" if found.word_of is None else "yellow"
        verdict = click.style(show.plain(found.verdict), fg=colour, bold=True)
        show.line(f"{show.plain(found.name or str(result))}: {verdict}")
        show.facts(_facts(found))
        result_view.violations(sorted(found.violations, key=_rank))
    holds = found.ok and not (strict and found.taken_on_trust)
    return Exit.FINE if holds else Exit.REFUTED


def _refuse_without_sidecars(found: "Verification") -> None:
    """Refuse to judge a result without files of its instance: that is no fault of the result."""
    missing = [one for one in found.violations if one.code == "sidecar-missing"]
    if missing:
        raise InputError(
            Finding(
                code=one.code,
                message=one.where.partition(". ")[0],
                fix="Check the name of the file.",
                path=one.constraint,
            )
            for one in missing
        )


def _rank(violation: "Violation") -> int:
    """Return 0 for a cause, 1 for what a plan breaks, 2 for figures that differ for that."""
    if violation.code == "violations-mismatch":
        return 1
    return 2 if violation.code.endswith("-mismatch") else 0


def _facts(found: "Verification") -> Iterator[tuple[str, str]]:
    from planner.cli.result_view import bound_source
    from planner.results.wording import no_plan

    if found.status is not None:
        yield "claims", f"{found.status_words}, by {found.method}"
    unit = "1"
    if found.objective is not None:
        unit = found.objective.unit
        value = show.quantity(found.objective.value, unit)
        yield "objective", f"{found.objective.name} {value}, recomputed from the plan"
    if found.bound is not None:
        who = bound_source(found.bound_source, scope=found.bound_scope)
        yield "bound", f"{show.quantity(found.bound, unit)} ({who})"
    if found.gap is not None:
        yield "gap", show.percent(found.gap)
    if found.ok and found.status == "infeasible" and not found.taken_on_trust:
        yield "proof", f"there is {no_plan(found.bound_scope)}, re-checked without a solver"
    yield from show.under("on trust", found.taken_on_trust)
    yield "time", f"{found.seconds:.3f} s"
