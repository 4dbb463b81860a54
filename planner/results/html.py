"""Results as HTML tables, for Jupyter."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from planner.results.wording import source_words

if TYPE_CHECKING:
    from planner.results.records import BoundedObjective
    from planner.results.result import Result

MOST_ROWS = 12
"""Rows of violations, reasons and metrics that are shown."""


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> str:
    """Return an HTML table; every cell is escaped, `None` shows as a dash."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell_text(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    top = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{top}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def cell_text(value: object) -> str:
    """Return a value as it stands in a table cell."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return f"{len(value)} values"
    return str(value)


def result_table(result: "Result") -> str:
    """Return a result as tables: its figures, and what is wrong or in the way."""
    rows: list[tuple[object, ...]] = [
        (found.name, found.value, found.unit, found.bound, _proved_by(found, result.bound_scope))
        for found in result.objectives
    ]
    columns = ("objective", "value", "unit", "bound", "proved by")
    parts = [table(columns, rows, result.summary)]
    if result.metrics:
        parts.append(table(("metric", "value"), list(result.metrics.items())[:MOST_ROWS]))
    if result.violations:
        broken = [(v.code, v.constraint, v.where, v.amount, v.unit) for v in result.violations]
        columns = ("violation", "constraint", "where", "amount", "unit")
        parts.append(table(columns, broken[:MOST_ROWS]))
    if result.why:
        why = [(reason.constraint, reason.where, reason.message) for reason in result.why]
        parts.append(table(("why", "where", ""), why[:MOST_ROWS]))
    return "".join(parts)


def _proved_by(objective: "BoundedObjective", scope: str | None) -> str | None:
    source = objective.bound_source
    return None if source is None else source_words(source, scope)
