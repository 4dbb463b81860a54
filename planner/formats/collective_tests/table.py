"""The tables that all_gather_perf, reduce_scatter_perf and all_reduce_perf print.

`size` is the full buffer in bytes, `count` the elements per rank (per call for all-reduce), `busbw`
the rate of the busiest direction of a rank: for n ranks, size over time times (n - 1) / n for
gather and scatter, twice that for all-reduce (nccl-tests, doc/PERFORMANCE.md). The out-of-place
columns come first. Launchers may put a rank before every line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from planner.formats.source import Source, whole

OPERATIONS = {
    "all_gather_perf": "all_gather",
    "reduce_scatter_perf": "reduce_scatter",
    "all_reduce_perf": "all_reduce",
}
_BYTES = {
    **dict.fromkeys(("int8", "uint8", "char", "fp8_e4m3", "fp8_e5m2", "f8e4m3", "f8e5m2"), 1),
    **dict.fromkeys(("half", "float16", "bfloat16", "bf16", "fp16"), 2),
    **dict.fromkeys(("float", "int32", "uint32", "int", "fp32"), 4),
    **dict.fromkeys(("double", "int64", "uint64", "fp64"), 8),
}
_PREFIX = re.compile(r"^\s*(\[[0-9]+,[0-9]+\]<\w+>:|\[?[0-9]+\]?:)")
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{0,15})?([eE][+-]?[0-9]{1,2})?")
_PERF = re.compile(r"\b(\w{1,40}?_perf)(?:_mpi)?\b")
_RANK = re.compile(r"^#?\s*Rank\s+([0-9]{1,7})\s")
_ROUNDING = 0.02
"""Share by which a printed rate may differ from size over time, plus a last digit."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One call of one size."""

    seconds: float
    busbw: float
    """Bytes per second, as printed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table."""

    line: int
    size: int
    """Full buffer in bytes."""
    count: int
    width: int
    """Bytes of an element."""
    out_of_place: Timing
    in_place: Timing | None


@dataclass(slots=True)
class Test:
    """One run of a test programme."""

    line: int
    operation: str | None = None
    """Name of the programme, for example `all_gather_perf`."""
    ranks: set[int] = field(default_factory=set)
    rows: list[Row] = field(default_factory=list)


def read_tests(source: Source) -> list[Test]:
    """Return the tests of a file that have rows; faults of lines are noted in the source."""
    tests = [Test(1)]
    for number, line in enumerate(source.text.splitlines(), start=1):
        text = _PREFIX.sub("", line).strip()
        named = _PERF.search(text) if "ollective test" in text else None
        # Every programme announces its threads, newer ones their name just before.
        starts = "nThread" in text or (named is not None and "starting" in text)
        if starts and (tests[-1].rows or (tests[-1].operation and named is not None)):
            tests.append(Test(number))
        if named is not None:
            tests[-1].operation = named[1]
        if (rank := _RANK.match(text)) is not None:
            tests[-1].ranks.add(int(rank[1]))
        words = text.split()
        if len(words) > 2 and words[2] in _BYTES and None not in map(whole, words[:2]):
            row = _row(source, number, words)
            tests[-1].rows += [] if row is None else [row]
    found = [test for test in tests if test.rows]
    _name_the_rest(source, found)
    return found


def _name_the_rest(source: Source, tests: list[Test]) -> None:
    """Take the programme from a command line in the text, or from the name of the file."""
    for text in (source.text, source.name):
        names = {name for name in _PERF.findall(text) if name in OPERATIONS}
        if len(names) == 1:
            for test in tests:
                test.operation = test.operation or next(iter(names))


def _row(source: Source, line: int, words: list[str]) -> Row | None:
    size, count, width = int(words[0]), int(words[1]), _BYTES[words[2]]
    rest = words[3:]
    if rest and re.fullmatch(r"[a-z_]+", rest[0]):
        rest = rest[1:]  # the reduction
    if len(rest) in (5, 9) and re.fullmatch(r"-?[0-9]+", rest[0]):
        rest = rest[1:]  # the root
    if len(rest) not in (4, 8) or not all(
        _is_timing(rest[at : at + 4]) for at in (0, len(rest) - 4)
    ):
        message = f"a row of the table has {len(words)} words that are not as expected"
        fix = "A row is: size count type redop root, then time algbw busbw #wrong once or twice."
        source.fault("import-syntax", message, fix, line=line)
        return None
    wrong = [word for word in rest[3::4] if word != "N/A" and float(word) > 0]
    if wrong:
        message = f"the collective gave {wrong[0]} wrong values"
        fix = "Mend the machine first: rates of wrong results mean nothing."
        source.fault("import-unsupported", message, fix, line=line)
        return None
    timings = [_timing(rest[at : at + 4]) for at in range(0, len(rest), 4)]
    if size == 0 or any(timing.seconds == 0 for timing in timings):
        return None
    return Row(line, size, count, width, timings[0], timings[1] if len(timings) > 1 else None)


def _is_timing(words: list[str]) -> bool:
    return all(_NUMBER.fullmatch(word) for word in words[:3]) and (
        words[3] == "N/A" or _NUMBER.fullmatch(words[3]) is not None
    )


def _timing(words: list[str]) -> Timing:
    return Timing(float(words[0]) / 1e6, float(words[2]) * 1e9)


def check_rows(source: Source, test: Test, ranks: int) -> Iterator[Row]:
    """Yield the rows whose figures agree with each other; the others are noted as faults."""
    for row in test.rows:
        share = 1 if test.operation == "all_reduce_perf" else ranks
        if row.count * row.width * share != row.size:
            elements = f"{row.count} elements of {row.width} bytes"
            message = f"{elements} on {ranks} ranks are not {row.size} bytes"
            fix = "Check the number of ranks (option `ranks`)."
            source.fault("import-count", message, fix, line=row.line)
        elif not _agrees(row, test.operation or "", ranks):
            message = f"the printed busbw does not follow from size and time on {ranks} ranks"
            fix = "Check the number of ranks (option `ranks`) and which programme wrote this."
            source.fault("import-count", message, fix, line=row.line)
        else:
            yield row


def busbw(row: Row, timing: Timing, operation: str, ranks: int) -> float:
    """Return the bus bandwidth of a row from size and time, in bytes per second."""
    passes = 2 if operation == "all_reduce_perf" else 1
    return passes * row.size / timing.seconds * (ranks - 1) / ranks


def _agrees(row: Row, operation: str, ranks: int) -> bool:
    timings = [row.out_of_place] + ([row.in_place] if row.in_place is not None else [])
    return all(
        abs(busbw(row, timing, operation, ranks) - timing.busbw)
        <= _ROUNDING * timing.busbw + 0.011e9
        for timing in timings
    )
