"""Times the contenders of a case one after the other and prints their figures as ratios."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """What one contender reached: its objective, the bound it can prove, anything worth telling."""

    objective: float | None
    bound: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Case:
    """One instance and its contenders; the first one is ours and gives the time unit."""

    name: str
    size: str
    contenders: Mapping[str, Callable[[], Figure]]


def report(subject: str, cases: Iterable[Case]) -> None:
    """Run every contender of every case once and print a table.

    `time ratio` and `objective ratio` are relative to the first contender of the case: machines
    are noisy, so that only figures of one run compare. A peer that is not installed says so.
    """
    table = Table(title=subject)
    columns = ("case", "size", "contender", "objective", "objective ratio", "gap proved")
    for column in (*columns, "seconds", "time ratio", "note"):
        table.add_column(column, justify="left" if column in {"case", "contender"} else "right")
    for case in cases:
        _run(case, table)
        table.add_section()
    Console(width=150).print(table)


def _run(case: Case, table: Table) -> None:
    base: tuple[float | None, float] | None = None
    for name, contender in case.contenders.items():
        start = time.perf_counter()
        try:
            figure = contender()
        except ModuleNotFoundError as missing:
            table.add_row(case.name, case.size, name, *("",) * 5, f"{missing.name} not installed")
            continue
        seconds = time.perf_counter() - start
        base = base or (figure.objective, seconds)
        table.add_row(
            case.name,
            case.size,
            name,
            _text(figure.objective),
            _ratio(figure.objective, base[0]),
            _gap(figure),
            f"{seconds:.3f}",
            _ratio(seconds, base[1]),
            figure.note,
        )


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def _ratio(value: float | None, base: float | None) -> str:
    return "" if value is None or not base else f"{value / base:.3f}"


def _gap(figure: Figure) -> str:
    if figure.objective is None or not figure.bound:
        return ""
    return f"{abs(figure.objective - figure.bound) / abs(figure.bound):.1e}"
