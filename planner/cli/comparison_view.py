"""Several methods side by side: one table of what they reach, one of the metrics."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from planner.cli import show
from planner.cli.result_view import bound_source

if TYPE_CHECKING:
    from planner.api.compare import Comparison, Row

STATISTICS = ("p5", "p95", "stderr", "draws", "seed")
"""What a stochastic method gives beside the mean of a metric, as `<name>_p5` and so on."""


def comparison(found: "Comparison") -> None:
    """Write a comparison to stdout."""
    unit = next((row.objective.unit for row in found.rows if row.objective), "1")
    bound = "none known"
    if found.bound is not None:
        solver = next(
            (
                result.provenance.solver
                for result in found.results.values()
                if result.provenance.solver is not None
            ),
            None,
        )
        who = bound_source(found.bound_source, solver)
        bound = f"{show.quantity(found.bound, unit)} ({who})"
    show.line(f"{show.plain(found.name)}: best bound {bound}")
    show.line()
    _reached(found)
    _metrics(found)
    for row in found.rows:
        if row.message is not None:
            show.line()
            show.line(f"{row.method} did not run: {row.message}")


def _reached(found: "Comparison") -> None:
    name = next((row.objective.name for row in found.rows if row.objective), "objective")
    columns = ("method", "proves", "status", name, "/ bound", "verified", "time")
    show.table(columns, [_row(row, found.bound) for row in found.rows], right=(3, 4, 6))


def _row(row: "Row", bound: float | None) -> tuple[str, ...]:
    status = "-" if row.status is None else row.status.replace("_", " ")
    value = ratio = "-"
    if row.objective is not None:
        value = show.quantity(row.objective.value, row.objective.unit)
        if row.objective.value is not None and bound:
            ratio = f"{row.objective.value / bound:.6g}"
    verified = "yes" if row.verified else "no"
    seconds = "-" if row.seconds is None else f"{row.seconds:.3f} s"
    return (row.method, row.proves or "-", status, value, ratio, verified, seconds)


def _metrics(found: "Comparison") -> None:
    """Write further objectives and scalar metrics, one line each, one column per method."""
    figures = {row.method: _figures(row, found) for row in found.rows if row.metrics}
    listed = dict.fromkeys(name for values in figures.values() for name in values)
    beside = {f"{name}_{part}" for name in listed for part in STATISTICS}
    shown = [
        name
        for name in listed
        if name not in beside
        and not any(isinstance(values.get(name), list) for values in figures.values())
    ]
    if shown:
        show.line()
        rows = [(name, *(_cell(values, name) for values in figures.values())) for name in shown]
        show.table(("metric", *figures), rows, right=range(1, len(figures) + 1))


def _figures(row: "Row", found: "Comparison") -> dict[str, Any]:
    # `auto` has its choice in brackets.
    result = found.results.get(row.method.partition(" ")[0])
    later = result.objectives[1:] if result is not None else ()
    return {**{each.name: each.value for each in later}, **row.metrics}


def _cell(metrics: Mapping[str, Any], name: str) -> str:
    """Return a metric; for a stochastic method the mean, and p5 to p95 in brackets."""
    text = show.metric(metrics.get(name))
    if f"{name}_draws" not in metrics:
        return text
    ends = (show.metric(metrics[f"{name}_{end}"]) for end in ("p5", "p95"))
    return f"{text} [{' to '.join(ends)}]"
