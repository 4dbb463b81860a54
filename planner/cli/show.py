"""How results look on stdout: facts, tables, numbers and JSON."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import click

from planner.models.base.rounding import COMBINATORIAL

UNKNOWN = "unknown"
DURATIONS = ("theta", "nic_time", "alpha_beta_time", "step_times")
"""Metrics in seconds wherever the objective is."""
LONG = 1_000
"""Entries from which on a list is long."""

_SECONDS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"))


def line(text: str = "") -> None:
    """Write one line to stdout."""
    click.echo(text)


def note(text: str) -> None:
    """Write one line about the run, not part of the result, to stderr."""
    click.echo(text, err=True)


def document(value: Any) -> None:
    """Write a JSON document to stdout."""
    click.echo(_layout(value, ""))


def _layout(value: Any, pad: str) -> str:
    """Return JSON text: objects and lists of objects indented, other lists in a row."""
    inner = pad + "  "
    if isinstance(value, Mapping) and value:
        rows = [f"{json.dumps(key)}: {_layout(item, inner)}" for key, item in value.items()]
        opening, closing = "{}"
    elif isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
        rows = [_layout(item, inner) for item in value]
        opening, closing = "[]"
    else:
        return _row(value)
    return f"{opening}\n{inner}" + f",\n{inner}".join(rows) + f"\n{pad}{closing}"


def _row(value: Any) -> str:
    """Return JSON text in one row; long lists of numbers in a fraction of the time of `json`."""
    if isinstance(value, list) and len(value) > LONG:
        from pydantic_core import to_json

        text = to_json(value, inf_nan_mode="constants").decode()
        # Finite numbers have no such letters; text, and what is not finite, is left to `json`.
        if not any(letter in text for letter in ('"', "N", "I")):
            return text
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def number(value: float | None) -> str:
    """Return a number with up to ten significant digits; `unknown` for `None`."""
    return UNKNOWN if value is None else f"{value:.10g}"


def quantity(value: float | None, unit: str = "1") -> str:
    """Return a value with its unit; seconds get the prefix that suits their size."""
    if value is None or unit == "1":
        return number(value)
    if unit == "s" and value:
        for factor, name in _SECONDS:
            if abs(value) >= factor * (1 - 1e-9) or name == "ns":
                return f"{value / factor:.10g} {name}"
    return f"{value:.10g} {unit}"


def percent(share: float | None) -> str:
    """Return a gap as a percentage; `unknown` for `None`."""
    if share is None:
        return UNKNOWN
    # Bounds are rounded outward, so that a closed gap is seldom exactly zero.
    return "0 %" if share < COMBINATORIAL else f"{100 * share:.3g} %"


def metric(value: Any) -> str:
    """Return a metric in one short piece of text."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, list | tuple):
        head = ", ".join(metric(item) for item in value[:6])
        return head if len(value) <= 6 else f"{head}, ... ({len(value)} in all)"
    return str(value)


def measured(name: str, value: Any, unit: str) -> str:
    """Return a metric, with the `unit` of the objective where it is a duration in it."""
    if unit != "s" or name not in DURATIONS:
        return metric(value)
    if isinstance(value, list | tuple):
        return metric([quantity(item, unit) for item in value])
    return quantity(value, unit) if isinstance(value, int | float) else metric(value)


def under(label: str, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the texts as facts, the label beside the first alone."""
    for position, text in enumerate(texts):
        yield ("" if position else label), text


def plain(text: str) -> str:
    """Return text without control characters, which a file could hold to deceive a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def facts(pairs: Iterable[tuple[str, str]]) -> None:
    """Write labelled values, the labels in one column."""
    rows = list(pairs)
    width = max((len(label) for label, _ in rows), default=0)
    for label, value in rows:
        click.echo(f"{label:<{width}}  {plain(value)}".rstrip())


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> None:
    """Write a table; the columns numbered in `right` are set flush right.

    On a terminal long cells wrap; in a pipe every row is one line.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for position, name in enumerate(columns):
        drawn.add_column(
            name, justify="right" if position in right else "left", no_wrap=position == 0
        )
    for row in rows:
        drawn.add_row(*(Text(plain(cell)) for cell in row))
    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else 10_000)
    with console.capture() as capture:
        console.print(drawn, soft_wrap=not terminal)
    for text in capture.get().splitlines():
        click.echo(text.rstrip())
