"""Efficiency curves from tables of collective tests: the share of a level's peak reached."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.formats.collective_tests.table import (
    OPERATIONS,
    Row,
    Test,
    busbw,
    check_rows,
    read_tests,
)
from planner.formats.options import Options
from planner.formats.source import Source

CLEAR = 1e9
"""Below this rate two printed decimals are too few, and busbw is taken from size and time."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one collective reached on so many ranks."""

    operation: str
    ranks: int
    rates: Mapping[int, float]
    """Bus bandwidth in bytes per second by size in bytes."""
    lines: Mapping[int, tuple[str, int]]
    """File and line of each size."""


def measure(sources: Sequence[Source], options: Options) -> list[Measured]:
    """Return the measurements of all files, several of one size averaged.

    Raises `InputError` with the faults of a file: `import-syntax`, `import-count`,
    `import-unsupported`.
    """
    place = options.choice("place", ("out_of_place", "in_place"), "out_of_place")
    found: dict[tuple[str, int], dict[int, list[float]]] = {}
    lines: dict[tuple[str, int], dict[int, tuple[str, int]]] = {}
    for source in sources:
        tests = read_tests(source)
        source.stop_if_faulty()
        if not tests:
            fix = "Give the text that all_gather_perf and its like print, table included."
            source.stop("import-syntax", "there is no table of a collective test", fix)
        for test in tests:
            key = (_operation(source, test), _ranks(source, test, options))
            for row in check_rows(source, test, key[1]):
                rate = _rate(source, row, test, key[1], place)
                found.setdefault(key, {}).setdefault(row.size, []).append(rate)
                lines.setdefault(key, {})[row.size] = (str(source.path), row.line)
        source.stop_if_faulty()
    return [
        Measured(
            OPERATIONS[operation],
            ranks,
            {size: sum(rates) / len(rates) for size, rates in sorted(by_size.items())},
            lines[operation, ranks],
        )
        for (operation, ranks), by_size in sorted(found.items())
    ]


def open_sources(source: Path, options: Options) -> list[Source]:
    """Return the files: one, or all texts of a folder in order of name, and those of `more`."""
    names = options.text("more", "")
    extra = [Path(name.strip()) for name in names.split(",") if name.strip()]
    first = [source]
    if source.is_dir():
        first = sorted(path for path in source.iterdir() if path.suffix in (".txt", ".log", ".out"))
        first = first or [source]
    return [Source(path) for path in [*first, *extra]]


def curves(measured: Iterable[Measured], rate: float, options: Options) -> list[dict[str, Any]]:
    """Return the curves as an instance writes them, for a per-device peak `rate` in B/s.

    Raises `InputError` (`option-value`) where a collective is faster than the peak.
    """
    written = []
    for one in measured:
        for size, reached in one.rates.items():
            if reached > rate * (1 + 1e-9):
                file, line = one.lines[size]
                message = (
                    f"{file}:{line}: {one.operation} of {size} B reaches "
                    f"{reached / 1e9:.6g} GB/s, more than the peak of {rate / 1e9:.6g} GB/s"
                )
                fix = (
                    "Give the rate that a device can reach at most; leave out all-reduces that "
                    "switches add up, and say `in_network_reduction` in the instance."
                )
                raise options.refuse("rate", message, fix)
        points = [
            {"size": f"{size} B", "efficiency": float(f"{min(reached / rate, 1.0):.12g}")}
            for size, reached in one.rates.items()
        ]
        written.append({"operation": one.operation, "group": one.ranks, "points": points})
    return written


def _operation(source: Source, test: Test) -> str:
    if test.operation in OPERATIONS:
        return str(test.operation)
    known = ", ".join(OPERATIONS)
    if test.operation is None:
        message = "the text does not say which collective was measured"
        fix = f"Name the file after the programme, one of {known}."
    else:
        message = f"`{test.operation}` is no collective of an optimizer step"
        fix = f"Leave it out; used are {known}."
    source.stop("import-unsupported", message, fix, line=test.line)


def _ranks(source: Source, test: Test, options: Options) -> int:
    found = len(test.ranks)
    if test.ranks and test.ranks != set(range(found)):
        missing = min(set(range(max(test.ranks) + 1)) - test.ranks)
        message = f"rank {missing} is not among the devices listed"
        fix = "Give the whole output, or the number of ranks with the option `ranks`."
        if "ranks" not in options:
            source.stop("import-count", message, fix, line=test.line)
    ranks = options.whole("ranks", found, least=2, most=1_000_000)
    if ranks < 2:
        message = f"{'no' if not found else 'only one'} rank is listed under `Using devices`"
        fix = "Measure two ranks or more, or give their number with the option `ranks`."
        source.stop("import-count", message, fix, line=test.line)
    return ranks


def _rate(source: Source, row: Row, test: Test, ranks: int, place: str) -> float:
    timing = row.out_of_place
    if place == "in_place":
        if row.in_place is None:
            fix = "Leave out the option `place`."
            source.stop("import-syntax", "the row has no in-place figures", fix, line=row.line)
        timing = row.in_place
    if timing.busbw >= CLEAR:
        return timing.busbw
    return busbw(row, timing, test.operation or "", ranks)
