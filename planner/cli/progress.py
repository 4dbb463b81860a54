"""How far a run is, on stderr: one live line on a terminal, or JSON lines for programs."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from planner.cli import show

if TYPE_CHECKING:
    from rich.text import Text

    from planner.solvers.contract import Answer, Listener, Progress


@contextmanager
def progress(kind: str) -> "Iterator[Listener | None]":
    """Yield the listener of a run, or `None` where nobody wants to hear.

    `auto` is a line where stderr is a terminal and nothing where it is not.
    """
    if kind == "auto":
        kind = "line" if sys.stderr.isatty() else "none"
    if kind == "json":
        yield _write_json
    elif kind == "line":
        with _live_line() as listener:
            yield listener
    else:
        yield None


def _write_json(state: "Progress", answer: "Answer | None") -> None:
    fields = {
        "elapsed": round(state.elapsed, 3),
        "phase": state.phase,
        "objective": state.objective,
        "bound": state.bound,
        "gap": state.gap,
    }
    click.echo(json.dumps(fields, allow_nan=False), err=True)


class _Line:
    """What the live line says; the clock runs on between two reports."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._state: Progress | None = None

    def listen(self, state: "Progress", answer: "Answer | None") -> None:
        """Take note of a report."""
        self._state = state

    def __rich__(self) -> "Text":
        from rich.text import Text

        parts = [f"{time.monotonic() - self._start:7.1f} s"]
        if self._state is not None:
            parts.append(self._state.phase)
            if self._state.objective is not None:
                parts.append(f"incumbent {show.number(self._state.objective)}")
            if self._state.bound is not None:
                parts.append(f"bound {show.number(self._state.bound)}")
            if self._state.gap is not None:
                parts.append(f"gap {show.percent(self._state.gap)}")
        return Text("  ".join(parts), overflow="ellipsis", no_wrap=True)


@contextmanager
def _live_line() -> "Iterator[Listener]":
    from rich.console import Console
    from rich.live import Live

    shown = _Line()
    console = Console(stderr=True)
    with Live(shown, console=console, refresh_per_second=8, transient=True, redirect_stdout=False):
        yield shown.listen
