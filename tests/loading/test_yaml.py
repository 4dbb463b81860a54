"""YAML 1.2 on the C parser's events."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.loading import load_document
from planner.loading.limits import DEPTH
from planner.loading.yaml_reader import read_yaml
from planner.models.base.errors import InputError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e9", 1e9),
        ("1E+3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("no", "no"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
        ("1_000", "1_000"),
        ("0o17", 15),
        ("0x1F", 31),
        ("010", 10),
        ("0b1", "0b1"),
        ("-3", -3),
        ("+3", 3),
        ("true", True),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("~", None),
        ("", None),
        ("'1'", "1"),
        ('"true"', "true"),
        ("400 Gbit/s", "400 Gbit/s"),
        ("-", [None]),
        ("1.2.3", "1.2.3"),
        (".", "."),
        ("=", "="),
    ],
)
def test_core_schema(text: str, value: object) -> None:
    """Plain scalars are read by the YAML 1.2 core schema, with their exact Python type."""
    data = read_yaml(f"a: {text}" if text != "-" else "a:\n-").data
    assert data == {"a": value}
    assert type(data["a"]) is type(value)


def codes(text: str) -> list[tuple[str, int | None]]:
    """Return code and line of every finding of a text."""
    try:
        findings = read_yaml(text).findings
    except InputError as error:
        findings = error.findings
    return [(finding.code, finding.line) for finding in findings]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 1\nb: 2\na: 3\n", [("duplicate-key", 3)]),
        ("a: &x [*x]\n", [("yaml-alias", 1)]),
        ("a: 1\nb: *x\n", [("yaml-alias", 2)]),
        ("a: !!python/object/apply:os.system [ls]\n", [("yaml-tag", 1)]),
        ("a: !!str 1\n", [("yaml-tag", 1)]),
        ("!!str a: 1\n", [("yaml-tag", 1)]),
        ("x: &x {a: 1}\nb:\n  <<: *x\n", [("yaml-merge", 3)]),
        ("a: 1\n2: 3\n", [("key-not-text", 2)]),
        ("null: 3\n", [("key-not-text", 1)]),
        ("? [1, 2]\n: 3\n", [("key-not-text", 1)]),
        ("a: 1\n---\nb: 2\n", [("yaml-documents", 2)]),
        ("a: 1\nb: [1, 2\n", [("yaml-syntax", 3)]),
        ("a:\n\tb: 1\n", [("yaml-syntax", 2)]),
        ("a: b: c\n", [("yaml-syntax", 1)]),
        ("a: @x\n", [("yaml-syntax", 1)]),
        ("a: 'x\n", [("yaml-syntax", 2)]),
        ("a: 1\nb: \x07\n", [("yaml-syntax", 2)]),
        ("a: [" + "[" * DEPTH + "]" * DEPTH + "]", [("too-deep", 1)]),
        ("? " * 300 + "a", [("too-deep", 1)]),
        ("- " * 300 + "a", [("too-deep", 1)]),
        ("a: 1\na: 2\nb: [\n", [("duplicate-key", 2), ("yaml-syntax", 4)]),
    ],
)
def test_faults_have_code_and_line(text: str, found: list[tuple[str, int]]) -> None:
    """Each fault of a YAML text is reported with its own code at its own line."""
    assert codes(text) == found


def test_tab_message_says_what_to_do() -> None:
    """A tab in the indentation is named, with the way out."""
    with pytest.raises(InputError, match=r"a tab stands in the indentation\. Indent with blanks"):
        read_yaml("a:\n\tb: 1\n")


def test_first_of_repeated_keys_is_kept() -> None:
    """The rest of a text with a repeated key stays readable."""
    assert read_yaml("a: 1\na: 2\nb: 3\n").data == {"a": 1, "b": 3}


def test_aliases_are_shared_values() -> None:
    """Anchors and aliases are allowed, for scalars and for collections."""
    data = read_yaml("a: &x {b: [1, 2]}\nc: *x\nd: &y 7\ne: *y\n").data
    assert data == {"a": {"b": [1, 2]}, "c": {"b": [1, 2]}, "d": 7, "e": 7}


def test_alias_bomb_is_refused() -> None:
    """Nested aliases that would expand to 9^10 values are refused before they are."""
    lines = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    for above, here in zip("abcdefghi", "bcdefghij", strict=True):
        lines.append(f"{here}: &{here} [{','.join([f'*{above}'] * 9)}]")
    assert codes("\n".join(lines)) == [("too-many-values", 7)]


def test_places_of_keys_and_values(write: Callable[..., Path]) -> None:
    """Every key and value has its line and column, inside aliases the place of the anchor."""
    path = write('a: {b: [1,\n  22]}\nc: &x\n  d: 1\n"e": *x\n', head=False)
    document = load_document(path)
    places = {
        ("a",): ((1, 4), (1, 1)),
        ("a", "b", 1): ((2, 3), (2, 3)),
        ("a", "b"): ((1, 8), (1, 5)),
        ("c", "d"): ((4, 6), (4, 3)),
        ("e",): ((5, 6), (5, 1)),
        ("e", "d"): ((4, 6), (4, 3)),
        ("a", "b", 7): ((1, 5), (1, 5)),
        ("a", "zz"): ((1, 1), (1, 1)),
        ("zz",): ((1, 1), (1, 1)),
    }
    for steps, (value, key) in places.items():
        assert document.place(steps) == value, steps
        assert document.place(steps, at_key=True) == key, steps


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | st.text("ab:-[]{}&*!|>'\"%@`#,? \n\t1.~<", max_size=60))
def test_any_text_is_read_or_refused(text: str | bytes) -> None:
    """No text makes the reader raise anything but `InputError`, and places are found for all."""
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    try:
        reading = read_yaml(text)
    except InputError:
        pass
    else:
        spot = reading.scan()
        for path in _paths(reading.data):
            assert spot.find(path)[1] == len(path)


def _paths(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if not isinstance(data, dict | list):
        return [path]
    steps = data.items() if isinstance(data, dict) else enumerate(data)
    return [path, *(found for step, value in steps for found in _paths(value, (*path, step)))]
