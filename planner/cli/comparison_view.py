"""Several methods side by side: one table of what they reach, one of the metrics."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from planner.cli import show
from planner.cli.result_view import bound_source
from planner.results.wording import plans_with, status_words

if TYPE_CHECKING:
    from planner.api.compare import Comparison, Row
    from planner.models.base.evaluation import Objective

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
        who = bound_source(found.bound_source, solver, scope=found.bound_scope)
        bound = f"{show.quantity(found.bound, unit)} ({who})"
    show.line(f"{show.plain(found.name)}: best bound {bound}")
    show.line()
    _reached(found)
    _metrics(found)
    _remarks(found)


def _reached(found: "Comparison") -> None:
    name = next((row.objective.name for row in found.rows if row.objective), "objective")
    columns = ("method", "proves", "status", name, "/ bound", "verified", "time")
    show.table(columns, [_row(row) for row in found.rows], right=(3, 4, 6))


def _row(row: "Row") -> tuple[str, ...]:
    status = "-" if row.status is None else status_words(row.status, row.bound_scope)
    value = ratio = "-"
    if row.objective is not None:
        value = _cell(row.metrics, row.objective)
        if row.objective.value is not None and row.best_bound:
            ratio = f"{row.objective.value / row.best_bound:.6g}"
    verified = "yes" if row.verified else "no"
    seconds = "-" if row.seconds is None else f"{row.seconds:.3f} s"
    return (row.method, row.proves or "-", status, value, ratio, verified, seconds)


def _metrics(found: "Comparison") -> None:
    """Write further objectives and scalar metrics, one line each, one column per method."""
    figures = {row.method: _figures(row, found) for row in found.rows if row.metrics}
    listed = dict.fromkeys(name for values in figures.values() for name in values)
    beside = {f"{name}_{part}" for name in listed for part in STATISTICS}
    beside |= {row.objective.name for row in found.rows if row.objective is not None}
    shown = [
        name
        for name in listed
        if name not in beside
        and not any(isinstance(values.get(name), list) for values in figures.values())
    ]
    if shown:
        show.line()
        unit = next((row.objective.unit for row in found.rows if row.objective), "1")
        rows = [
            (name, *(_cell(values, name, unit) for values in figures.values())) for name in shown
        ]
        show.table(("metric", *figures), rows, right=range(1, len(figures) + 1))


def _figures(row: "Row", found: "Comparison") -> dict[str, Any]:
    # `auto` has its choice in brackets.
    result = found.results.get(row.method.partition(" ")[0])
    later = result.objectives[1:] if result is not None else ()
    return {**{each.name: each.value for each in later}, **row.metrics}


def _cell(metrics: Mapping[str, Any], figure: "str | Objective", unit: str = "1") -> str:
    """Return a metric or objective; where it was drawn the mean, and p5 to p95 in brackets."""
    if isinstance(figure, str):
        name, text = figure, show.measured(figure, metrics.get(figure), unit)
        ends = (show.measured(name, metrics.get(f"{name}_{end}"), unit) for end in ("p5", "p95"))
    else:
        name, text = figure.name, show.quantity(figure.value, figure.unit)
        ends = (show.quantity(metrics.get(f"{name}_{end}"), figure.unit) for end in ("p5", "p95"))
    return f"{text} [{' to '.join(ends)}]" if f"{name}_draws" in metrics else text


def _remarks(found: "Comparison") -> None:
    """Write whose bound is another, which figures are means, and which methods did not run."""
    lines = []
    for row in found.rows:
        if row.objective is not None and row.best_bound != found.bound:
            text = f"its plan is not among the {plans_with(found.bound_scope)}"
            bound = show.quantity(row.best_bound, row.objective.unit)
            lines.append(f"{row.method}: {text}; the best bound on it is {bound}")
        if any(name.endswith("_draws") for name in row.metrics):
            text = "brackets hold the 5th and 95th percentile of the draws, before them is the mean"
            lines.append(f"{row.method}: {text}; figures without brackets are those of its plan")
        if row.message is not None:
            lines.append(f"{row.method} did not run: {show.plain(row.message)}")
    if lines:
        show.line()
    for line in lines:
        show.line(line)
