"""JSON and TOML: the same data and places as YAML, with their own strictness."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.loading import load_document, load_instance
from planner.loading.json_reader import read_json
from planner.loading.places import Spot
from planner.loading.toml_reader import read_toml
from planner.models.base.errors import Finding, InputError

TOML = """\
# a depot
problem = "depot"
schema_version = 3
name = 'a'
limit.x = 1 # dotted

[van]
places = [ "p", # comment ] here
  'q"', ]
"quoted key" = { a = 1, b.c = [1, 2], d = {} }
text = \"\"\"
x = [1]
\"\"\"
[[van.visits]]
at = "p"
[[van.visits]]
at = "q"
load = 12:30:00
[van.visits.deep]
x = [[1], [2, 3]]
"""


def test_toml_places() -> None:
    """Keys and values of TOML are found: dotted, inline, in arrays of tables, below strings."""
    spot = read_toml(TOML).scan()
    places = {
        ("name",): (4, 8),
        ("limit", "x"): (5, 11),
        ("van",): (7, 2),
        ("van", "places", 1): (9, 3),
        ("van", "quoted key", "b", "c", 1): (10, 35),
        ("van", "quoted key", "d"): (10, 43),
        ("van", "text"): (11, 8),
        ("van", "visits", 0, "at"): (15, 6),
        ("van", "visits", 1, "load"): (18, 8),
        ("van", "visits", 1, "deep", "x", 1, 1): (20, 15),
    }
    for path, place in places.items():
        found, depth = spot.find(path)
        assert (depth, found.place) == (len(path), place), path


def paths(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value."""
    if not isinstance(data, dict | list):
        return [path]
    steps = data.items() if isinstance(data, dict) else enumerate(data)
    return [path, *(found for step, value in steps for found in paths(value, (*path, step)))]


def assert_all_found(spot: Spot, data: Any, text: str) -> None:
    """Check that every value has a place, and that texts and numbers stand there."""
    lines = text.split("\n")
    for path in paths(data):
        found, depth = spot.find(path)
        assert depth == len(path)
        value = data
        for step in path:
            value = value[step]
        if isinstance(value, int):
            line, column = found.place
            assert lines[line - 1][column - 1 :].startswith(str(value))


values = st.recursive(
    st.integers(0, 99) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(max_size=4), values), st.sampled_from([None, 0, 2, "\t"]))
def test_json_places(data: dict[str, Any], indent: int | str | None) -> None:
    """Every value of a JSON text has a place, whatever its layout and its texts."""
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    reading = read_json(text)
    assert reading.data == data
    assert_all_found(reading.scan(), data, text)


def codes(read: Callable[[str], Any], text: str) -> list[tuple[str, int | None, int | None]]:
    """Return code, line and column of every finding."""
    try:
        findings = read(text).findings
    except InputError as error:
        findings = error.findings
    return [(finding.code, finding.line, finding.column) for finding in findings]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1,\n "a": 2}', [("duplicate-key", 2, 2)]),
        ('{"b": [{"x": {"y": 1}}, {"x": 1, "x": {"x": 2}, "z": 3}]}', [("duplicate-key", 1, 34)]),
        ('{"a": 1,}', [("json-syntax", 1, 8)]),
        ("{'a': 1}", [("json-syntax", 1, 2)]),
        ('{"a": 1} 2', [("json-syntax", 1, 10)]),
        ("[" * 100_000, [("too-deep", None, None)]),
    ],
)
def test_json_is_strict(text: str, found: list[tuple[Any, ...]]) -> None:
    """JSON's own grammar holds, and repeated keys are refused with their place."""
    if found[0][0] == "json-syntax":
        assert [entry[:2] for entry in codes(read_json, text)] == [entry[:2] for entry in found]
    else:
        assert codes(read_json, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a = \n", [("toml-syntax", 1, 5)]),
        ("a = 1\na = 2\n\n", [("duplicate-key", 2, 6)]),
        ("a = 1\na = 2", [("duplicate-key", 2, None)]),
        ("[a]\n[a]\n", [("duplicate-key", 2, 3)]),
        ("a = " + "[" * 10_000, [("too-deep", None, None)]),
        ("a = " + "9" * 5_000, [("toml-syntax", None, None)]),
    ],
)
def test_toml_faults(text: str, found: list[tuple[Any, ...]]) -> None:
    """Faults of a TOML text have code, line and column as far as the reader tells."""
    assert codes(read_toml, text) == found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '{"problem": "depot", "schema_version": 3, "name": NaN, "limit": -Infinity}'),
        ("b.toml", 'problem = "depot"\nschema_version = 3\nname = nan\nlimit = -inf'),
        ("c.yaml", "problem: depot\nschema_version: 3\nname: .nan\nlimit: -.inf\n"),
        ("d.yaml", "problem: depot\nschema_version: 3\nname: 1e999\nlimit: " + "9" * 500),
        ("e.json", '{"problem": "depot", "schema_version": 3, "name": 1e999, "limit": 1e999}'),
    ],
)
def test_numbers_that_are_not_finite(
    name: str, text: str, write: Callable[..., Path], refused: Callable[..., list[Finding]]
) -> None:
    """NaN, infinities and numbers beyond floats are refused once each, with their place."""
    found = refused(write(text, name, head=False))
    assert [(finding.code, finding.path) for finding in found] == [
        ("not-finite", "name"),
        ("not-finite", "limit"),
    ]
    assert all(finding.line and finding.column for finding in found)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '{"problem": "depot", "schema_version": 3, "name": "a"}'),
        ("b", '\n  {"problem": "depot", "schema_version": 3, "name": "a"}'),
        ("c.toml", 'problem = "depot"\nschema_version = 3\nname = "a"\n'),
        ("d", '# depot\n\nproblem = "depot"\nschema_version = 3\nname = "a"\n'),
        ("e", "problem: depot\nschema_version: 3\nname: a\n"),
        ("f.YML", "\ufeffproblem: depot\r\nschema_version: 3\r\nname: a\r\n"),
        ("g.json", '\ufeff{"problem": "depot",\r\n"schema_version": 3, "name": "a"}'),
        ("h.toml", '\ufeffproblem = "depot"\r\nschema_version = 3\r\nname = "a"\r\n'),
    ],
)
def test_formats_agree(name: str, text: str, write: Callable[..., Path]) -> None:
    """One instance in YAML, JSON and TOML, with BOM and CRLF, by suffix or by look, is one."""
    instance = load_instance(write(text, name, head=False))
    assert instance.data() == {"problem": "depot", "schema_version": 3, "name": "a"}
    assert instance.origin.source == name


def test_dates_of_toml_are_refused(
    write: Callable[..., Path], refused: Callable[..., list[Finding]]
) -> None:
    """A TOML date is no value of any field; it has to be quoted."""
    text = 'problem = "depot"\nschema_version = 3\nname = 1979-05-27\n'
    (found,) = refused(write(text, "a.toml", head=False))
    assert (found.code, found.line, found.column) == ("value-type", 3, 8)


def test_half_surrogates_are_refused(
    write: Callable[..., Path], refused: Callable[..., list[Finding]]
) -> None:
    """Half a surrogate pair in a JSON key or text could not be hashed, and is refused."""
    text = '{"problem": "depot", "schema_version": 3, "name": "\\ud800",\n"\\udfff": 1}'
    found = refused(write(text, "a.json", head=False))
    assert [(finding.code, finding.line) for finding in found] == [
        ("text-invalid", 1),
        ("text-invalid", 2),
    ]


def test_nan_never_reaches_a_document_unnoticed(write: Callable[..., Path]) -> None:
    """A document keeps what it read, but says what no field can hold."""
    document = load_document(write("x: .nan\n", head=False))
    assert math.isnan(document.data["x"])
    assert [finding.code for finding in document.findings] == ["not-finite"]
