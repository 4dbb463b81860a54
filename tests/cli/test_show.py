"""How figures read."""

import json
import math

import pytest

from planner.cli import show


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (2 / 3, "1", "0.6666666667"),
        (10.0, "1", "10"),
        (None, "s", "unknown"),
        (0.0, "s", "0 s"),
        (1.5, "s", "1.5 s"),
        (0.0006375, "s", "637.5 us"),
        (0.0102, "s", "10.2 ms"),
        (5e-10, "s", "0.5 ns"),
        (1e-3, "s", "1 ms"),
        (250.0, "B/s", "250 B/s"),
    ],
)
def test_quantities(value: float | None, unit: str, text: str) -> None:
    """Ten digits, the unit, and the prefix that suits a time."""
    assert show.quantity(value, unit) == text


@pytest.mark.parametrize(
    ("gap", "text"), [(0.0, "0 %"), (1e-14, "0 %"), (1e-6, "0.0001 %"), (0.5, "50 %")]
)
def test_gaps(gap: float, text: str) -> None:
    """Gaps are percentages; what outward rounding leaves is no gap."""
    assert show.percent(gap) == text


@pytest.mark.parametrize(
    "value",
    [None, True, 1, 1.5, "text", [], {}, [1, 2], [{"a": [1]}, {}], {"a": {"b": [[1], [2]]}}],
)
def test_documents_parse(capsys: pytest.CaptureFixture[str], value: object) -> None:
    """Whatever is laid out reads back as it was."""
    show.document(value)
    assert json.loads(capsys.readouterr().out) == value


def test_long_lists_parse(capsys: pytest.CaptureFixture[str]) -> None:
    """Long lists are written in another way, and read back alike to the last digit."""
    numbers = [1 / n for n in range(1, 2 * show.LONG)]
    lists = [numbers, [1e-300, 1e300, 0.1] * show.LONG, list(range(2 * show.LONG))]
    lists += [[[1, 2]] * 2 * show.LONG, [None, True] * show.LONG]
    texts = [["NaN", "é", 'a"b'] * show.LONG]
    for value in (*lists, *texts):
        show.document({"a": value})
        assert json.loads(capsys.readouterr().out) == {"a": value}


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_infinite_numbers_in_long_lists_are_refused(bad: float) -> None:
    """They are found behind many others as well."""
    with pytest.raises(ValueError, match="JSON"):
        show.document({"a": [1.0] * 2 * show.LONG + [bad]})


def test_infinite_numbers_are_refused() -> None:
    """No document holds a number that JSON has no word for."""
    with pytest.raises(ValueError, match="JSON"):
        show.document({"a": float("inf")})


def test_tables_in_a_pipe_keep_rows_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """Off a terminal a long cell does not wrap, and no line ends in blanks."""
    show.table(("name", "text"), [("a", "word " * 100), ("b", "[not markup]")])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert "[not markup]" in lines[3]
    assert all(line == line.rstrip() for line in lines)
