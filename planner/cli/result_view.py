"""A result in a few lines of text: what was found, how good it is, and who vouches for it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from planner.cli import show
from planner.results.wording import source_words, status_words

if TYPE_CHECKING:
    from planner.models.base.evaluation import Reason, Violation
    from planner.results.records import BoundedObjective
    from planner.results.result import Result

MOST_ROWS = 20
"""Rows of violations and reasons that are shown; `--json` gives them all."""

_COLOURS = {"optimal": "green", "feasible": "green", "unknown": "yellow"}
_WHO = {
    "certificate": "certificate, re-checked without a solver",
    "enumeration": "complete enumeration, repeated without a solver",
}
_STOPS = {
    "time": "the time limit",
    "gap": "the gap asked for",
    "interrupt": "an interrupt (Ctrl-C or SIGTERM)",
    "memory": "lack of memory",
    "crash": "a crash of the solver",
}


def result(found: "Result", *, metrics: bool = True) -> None:
    """Write a result to stdout."""
    status = status_words(found.status, found.bound_scope)
    colour = _COLOURS.get(found.status, "red")
    name = show.plain(found.instance.name)
    show.line(f"{name}: {click.style(status, fg=colour, bold=True)}")
    show.facts(_facts(found))
    if metrics and found.metrics:
        show.line()
        unit = found.objective.unit if found.objective is not None else "1"
        show.facts(
            (name, show.measured(name, value, unit)) for name, value in found.metrics.items()
        )
    spread = dict(_spreads(found.baselines.items()))
    if spread:
        show.line()
        show.facts(spread.items())
    violations(found.violations)
    reasons(found.why)


def violations(found: "Sequence[Violation]", title: str = "Broken:") -> None:
    """Write what is broken, one line each, after an empty line."""
    _rows(title, [f"[{one.code}] {one.constraint}: {one.where}{_amount(one)}" for one in found])


def reasons(found: "Sequence[Reason]") -> None:
    """Write why there is no plan, one line each, after an empty line."""
    rows = [f"[{one.code}] {one.constraint}, {one.where}: {one.message}" for one in found]
    _rows("Why:", rows)


def bound_source(source: str | None, solver: str | None = None, *, scope: str | None = None) -> str:
    """Return who vouches for a bound and for which plans it holds, in words."""
    if source == "solver":
        who = f"the word of {solver or 'the solver'}, not re-checked"
    else:
        who = _WHO.get(source or "", "unproved")
    return source_words(who, scope)


def _facts(found: "Result") -> Iterator[tuple[str, str]]:
    if found.objectives:
        first, *later = found.objectives
        yield "objective", f"{first.name} {show.quantity(first.value, first.unit)}"
        for objective in later:
            yield "then", _later(objective)
    unit = found.objective.unit if found.objective is not None else "1"
    if found.bound is not None:
        solver = found.provenance.solver
        who = bound_source(found.bound_source, solver, scope=found.bound_scope)
        yield "bound", f"{show.quantity(found.bound, unit)} ({who})"
    if found.gap is not None:
        yield "gap", show.percent(found.gap)
    elif found.objectives and found.bound is None:
        yield "bound", "none known"
    yield "method", found.method
    if found.stopped_by is not None:
        yield "stopped by", _STOPS.get(found.stopped_by, found.stopped_by)
    yield "verified", "yes" if found.verified else "no"
    yield "time", _times(found)
    yield from show.under("notes", found.provenance.notes)


def _later(objective: "BoundedObjective") -> str:
    text = f"{objective.name} {show.quantity(objective.value, objective.unit)}"
    if objective.bound is None:
        return text
    return f"{text} (bound {show.quantity(objective.bound, objective.unit)})"


def _times(found: "Result") -> str:
    timing = found.provenance.timing
    parts = {"load": timing.load, "solve": timing.solve, "re-check": timing.evaluate}
    known = {name: seconds for name, seconds in parts.items() if seconds is not None}
    return ", ".join(f"{name} {seconds:.3f} s" for name, seconds in known.items()) or show.UNKNOWN


def _spreads(baselines: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    for method, baseline in baselines:
        for name, text in spreads(baseline.metrics).items():
            yield f"{method} {name}", text


def spreads(metrics: Mapping[str, Any]) -> dict[str, str]:
    """Return the statistics among the metrics of a stochastic method, by name, in words."""
    return {
        name: (
            f"mean {show.metric(mean)}, p5 {show.metric(metrics[f'{name}_p5'])}, "
            f"p95 {show.metric(metrics[f'{name}_p95'])} over {metrics[f'{name}_draws']} draws"
        )
        for name, mean in metrics.items()
        if f"{name}_draws" in metrics
    }


def _amount(violation: "Violation") -> str:
    if violation.amount is None:
        return ""
    return f" ({show.quantity(violation.amount, violation.unit)})"


def _rows(title: str, rows: Sequence[str]) -> None:
    if not rows:
        return
    show.line()
    show.line(title)
    for row in rows[:MOST_ROWS]:
        show.line(f"  {show.plain(row)}")
    if len(rows) > MOST_ROWS:
        show.line(f"  ... and {len(rows) - MOST_ROWS} more; --json lists all")
