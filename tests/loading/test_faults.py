"""What is said about the fields of an instance: one finding per fault, all at once, by line."""

from collections.abc import Callable
from typing import Any

import pytest

from planner.loading import load_instance, validate
from planner.loading.limits import FINDINGS
from planner.models.base.errors import Finding, InputError

Faults = Callable[..., list[tuple[str, str, int | None]]]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("colur: red", [("unknown-key", "colur", 4)]),
        ("'a b': 1", [("unknown-key", '["a b"]', 4)]),
        ("colour: blue", [("not-one-of", "colour", 4)]),
        ("colour: 3", [("not-one-of", "colour", 4)]),
        ("limit: '3'", [("wrong-type", "limit", 4)]),
        ("limit: 2.5", [("wrong-type", "limit", 4)]),
        ("limit: 0", [("out-of-range", "limit", 4)]),
        ("limit: 10", [("out-of-range", "limit", 4)]),
        ("limit:", [("wrong-type", "limit", 4)]),
        ("van: []", [("wrong-type", "van", 4)]),
        ("van:", [("wrong-type", "van", 4)]),
        ("van: {speed: 400G}", [("quantity-unit-unknown", "van.speed", 4)]),
        ("van: {speed: 400}", [("quantity-unit-missing", "van.speed", 4)]),
        ("van: {speed: 5 km}", [("quantity-dimension", "van.speed", 4)]),
        ("van: {speed: fast}", [("quantity-syntax", "van.speed", 4)]),
        ("van: {speed: -1 GB/s}", [("out-of-range", "van.speed", 4)]),
        ("units: normalised\nvan: {speed: 4 B/s}", [("quantity-unit-unexpected", "van.speed", 5)]),
        ("van:\n  visits: [{at: p}]", [("missing-key", "van.visits[0].load", 5)]),
        ("van:\n  visits:\n  - at: p\n    lod: 1 B", [("unknown-key", "van.visits[0].lod", 7)]),
        ("van: {visits: {at: p}}", [("wrong-type", "van.visits", 4)]),
        ("van: {visits: [7]}", [("wrong-type", "van.visits[0]", 4)]),
        ("van: {visits: [{at: 'a b', load: 1 B}]}", [("text-pattern", "van.visits[0].at", 4)]),
        ("van: {visits: [{at: 7, load: 1 B}]}", [("wrong-type", "van.visits[0].at", 4)]),
        ("van: {visits: [{at: '', load: 1 B}]}", [("out-of-range", "van.visits[0].at", 4)]),
        ("van: {places: many}", [("wrong-type", "van.places", 4)]),
        ("van: {places: [a, 7]}", [("wrong-type", "van.places[1]", 4)]),
        ("van: {seats:\n  {'a b': [1]}}", [("text-pattern", 'van.seats["a b"]', 5)]),
        ("van: {seats: {a: 1}}", [("wrong-type", "van.seats.a", 4)]),
        ("van: {seats: {a: [1, 0]}}", [("out-of-range", "van.seats.a[1]", 4)]),
        ("cargo: {weight: 1}", [("missing-key", "cargo.kind", 4)]),
        ("cargo: {kind: crate}", [("not-one-of", "cargo.kind", 4)]),
        ("cargo: {kind: [box]}", [("not-one-of", "cargo.kind", 4)]),
        ("cargo: 5", [("wrong-type", "cargo", 4)]),
        ("cargo:\n  kind: box\n  wieght: 1", [("unknown-key", "cargo.wieght", 6)]),
        ("cargo: {kind: bag, labels: [a]}", [("missing-key", "cargo.labels[1]", 4)]),
        ("cargo: {kind: box, weight: -1}", [("out-of-range", "cargo.weight", 4)]),
        ("loose: {kind: box, weight: -1}", [("out-of-range", "loose.weight", 4)]),
        ("loose: {kind: bag, labels: [a, 7]}", [("wrong-type", "loose.labels[1]", 4)]),
        ("loose: text", [("wrong-type", "loose", 4)]),
        ("window: [1, -2]", [("out-of-range", "window[1]", 4)]),
        ("window: -2", [("out-of-range", "window", 4)]),
        ("window: {a: 1}", [("wrong-type", "window", 4)]),
        ("table: {file: a.npz, unit: 7}", [("wrong-type", "table.unit", 4)]),
    ],
)
def test_one_finding_per_fault(body: str, found: list[tuple[Any, ...]], faults: Faults) -> None:
    """Each kind of fault gives exactly one finding with its code, the user's path and the line."""
    assert faults(body) == found


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("colur: red", "Did you mean `colour`?"),
        ("quite_else: 1", "The fields are `problem`, `schema_version`, `name`"),
        ("colour: gren", "Did you mean `green`?"),
        ("limit: '3'", "Write the number without quotes"),
        ("van: {visits: [{at: 7, load: 1 B}]}", "Put the value in quotes"),
        ("van: {places: many}", "a whole number or a list is expected here, not the text `many`"),
        ("loose: text", "a mapping or a whole number is expected"),
        ("van: {speed: -1 GB/s}", "`-1 GB/s` is not above 0"),
        ("cargo: {knd: box}", "Did you mean it by `knd`?"),
        ("cargo: {weight: 1}", "one of `box`, `bag`"),
    ],
)
def test_messages_say_what_to_change(
    body: str, said: str, write: Any, refused: Callable[..., list[Finding]]
) -> None:
    """The message names what was meant, what is allowed, or the value in the user's own words."""
    (found,) = refused(write(body))
    assert said in str(found)


def test_all_at_once_by_line(faults: Faults) -> None:
    """Faults of the text, of fields, of references and unknown keys come together, by line."""
    body = """\
van:
  visits:
  - {at: nowhere, load: 1 B}
  - {at: p, load: 1 B, why: 7}
colour: red
colour: green
extra: 1
"""
    assert faults(body) == [
        ("unknown-node", "van.visits[0].at", 6),
        ("unknown-key", "van.visits[1].why", 7),
        ("duplicate-key", "colour", 9),
        ("unknown-key", "extra", 10),
    ]


def test_second_look_after_unknown_keys_uses_a_copy() -> None:
    """Dropping unknown keys to look further leaves the caller's data alone."""
    data = {"problem": "depot", "schema_version": 3, "name": "a", "extra": 1}
    with pytest.raises(InputError):
        load_instance(data)
    assert data == {"problem": "depot", "schema_version": 3, "name": "a", "extra": 1}


def test_shared_alias_is_judged_at_each_use(faults: Faults) -> None:
    """A fault inside an alias is reported where its text stands, at each path that uses it."""
    body = "van:\n  visits:\n  - &v {at: p, load: 1 B, z: 1}\n  - *v\n"
    assert faults(body) == [
        ("unknown-key", "van.visits[0].z", 6),
        ("unknown-key", "van.visits[1].z", 6),
    ]


@pytest.mark.parametrize("row", ["{at: p, load: 1 B, x: 1}", "{at: p q, load: 400G}", "{}"])
def test_long_lists_of_faults_are_cut(row: str, faults: Faults) -> None:
    """Thousands of faults end in one finding that says there are more."""
    found = faults("van:\n  visits:\n" + f"  - {row}\n" * 3000)
    assert len(found) == FINDINGS + 1
    assert found[-1][0] == "more-faults"


def test_data_without_a_file_have_paths() -> None:
    """Findings on Python data name the path and no file."""
    with pytest.raises(InputError) as caught:
        validate({"problem": "depot", "schema_version": 3, "name": 7, "van": {"places": (1, "b")}})
    assert [(found.path, found.file, found.line) for found in caught.value.findings] == [
        ("name", None, None),
        ("van.places[0]", None, None),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({}, "missing-key"),
        ({"problem": None}, "wrong-type"),
        ({"problem": "depto"}, "problem-unknown"),
        ({1: 2}, "key-not-text"),
        ({"problem": "depot", "schema_version": 3, "name": object()}, "value-type"),
        ({"problem": "depot", "schema_version": 3, "name": 10**5000}, "not-finite"),
    ],
)
def test_strange_python_data(data: Any, code: str) -> None:
    """Python data no file could hold are refused with a finding, not a traceback."""
    with pytest.raises(InputError) as caught:
        load_instance(data)
    assert [found.code for found in caught.value.findings] == [code]


def test_data_that_contain_themselves() -> None:
    """A list inside itself is refused for its depth."""
    loop: list[Any] = []
    loop += [loop, loop]
    with pytest.raises(InputError) as caught:
        load_instance({"problem": loop})
    assert caught.value.findings[0].code == "too-deep"


def test_numpy_values_are_welcome() -> None:
    """Arrays, numpy scalars and tuples count as the plain data they stand for."""
    import numpy as np

    instance = load_instance(
        {
            "problem": "depot",
            "schema_version": np.int64(3),
            "name": np.str_("a"),
            "window": np.array([1.0, 2.5]),
        }
    )
    assert instance.data()["window"] == [1.0, 2.5]
