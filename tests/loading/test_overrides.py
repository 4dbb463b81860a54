"""`--set path=value` and `replace`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.loading import load_instance, override, replace
from planner.loading.paths import format_path, parse_path
from planner.models.base.errors import Finding, InputError

Write = Callable[..., Path]
Refused = Callable[..., list[Finding]]

BODY = "van:\n  visits:\n  - {at: p, load: 1 B}\n  - {at: q, load: 2 B}\n"


@pytest.mark.parametrize(
    ("override", "path", "value"),
    [
        ("colour=green", ("colour",), "green"),
        ("limit=7", ("limit",), 7),
        ("van.speed=1 GB/s", ("van", "speed"), "1000000000.0 B/s"),
        ("van.visits[1].at=r", ("van", "visits", 1, "at"), "r"),
        ("van.visits[2]={at: r, load: 3 B}", ("van", "visits", 2, "at"), "r"),
        ("van.visits=[]", ("van", "visits"), {}),
        ("van.seats.front=[1, 2]", ("van", "seats", "front"), [1, 2]),
        ('van.seats["a.b"]=[3]', ("van", "seats", "a.b"), [3]),
        ("van.places=[a, b]", ("van", "places"), ["a", "b"]),
        ("cargo={kind: box, weight: 1e1}", ("cargo", "weight"), 10.0),
        ("loose={kind: box, weight: 2}", ("loose", "weight"), 2.0),
        ("description=a=b", ("description",), "a=b"),
        ("description=no", ("description",), "no"),
        (("description", "no: 1"), ("description",), "no: 1"),
        (("window", (1, 2)), ("window",), [1.0, 2.0]),
    ],
)
def test_overrides_are_applied(
    override: Any, path: tuple[Any, ...], value: Any, write: Write
) -> None:
    """Fields, list entries and mapping keys can be set, whether or not the file has them."""
    found: Any = load_instance(write(BODY), overrides=[override]).data()
    for step in path:
        found = found.get(step, {}) if isinstance(found, dict) else found[step]
    assert found == value


def test_overrides_apply_in_order(write: Write) -> None:
    """A later override builds on an earlier one, inside fields the file does not have."""
    overrides = ["cargo.kind=box", "cargo.weight=1", "cargo.weight=2"]
    instance: Any = load_instance(write(BODY), overrides=overrides)
    assert instance.cargo.weight == 2.0
    assert instance.origin.overrides == {"cargo.kind": "box", "cargo.weight": 2}


def test_alias_is_not_changed_elsewhere(write: Write) -> None:
    """Setting a value through one use of an alias leaves the other use alone."""
    path = write("van:\n  visits:\n  - &v {at: p, load: 1 B}\n  - *v\n")
    instance: Any = load_instance(path, overrides=["van.visits[0].at=r"])
    assert [visit.place for visit in instance.van.visits] == ["r", "p"]


@pytest.mark.parametrize(
    ("override", "code", "said"),
    [
        ("colur=red", "override-path", "Did you mean `colour`?"),
        ("speed=1 B/s", "override-path", "Did you mean `van.speed`?"),
        ("van.visits[0].lod=1 B", "override-path", "Did you mean `van.visits[0].load`?"),
        ("van.visits[5].at=p", "override-path", "`van.visits` has no entry 5"),
        ("van.visits.at=p", "override-path", "`van.visits` is a list and has no fields"),
        ("van[0]=1", "override-path", "`van` is a mapping, not a list"),
        ("name.first=a", "override-path", "the text `a` and has no fields"),
        ("cargo.weight.x=1", "override-path", "there is no field `cargo.weight.x`"),
        ("zzz=1", "override-path", "The fields are `problem`"),
        ("colour", "override-syntax", "is not a path and a value"),
        ("=1", "override-syntax", "is not a path and a value"),
        (".colour=1", "override-syntax", "is not a path and a value"),
        ("van..speed=1", "override-syntax", "is not a path and a value"),
        ("van.visits[-1].at=p", "override-syntax", "is not a path and a value"),
        ("colour=[1", "override-value", "is not closed"),
        ("colour=!x 1", "override-value", "tag"),
        ("limit=.nan", "override-value", "NaN"),
        ("limit=1e999", "override-value", "too large"),
        (("limit", object()), "override-value", "`object`"),
        ("colour=blue", "not-one-of", "`blue` is none of"),
        ("van.speed=400G", "quantity-unit-unknown", "`G` is not a unit"),
        ("van.visits[1].at=nowhere", "unknown-node", "nowhere"),
        ("van.visits[2].at=p", "missing-key", "`load` is missing"),
        ("cargo.weight=1", "missing-key", "`kind` is missing"),
        ("schema_version=9", "schema-version-new", "newer"),
        ("problem=depto", "problem-unknown", "Did you mean `depot`?"),
    ],
)
def test_faulty_overrides(
    override: Any, code: str, said: str, write: Write, refused: Refused
) -> None:
    """Each fault of an override is one finding whose place is `--set`."""
    (found,) = refused(write(BODY), override)
    assert (found.code, found.file, found.line) == (code, "--set", None)
    assert said in str(found)


def test_override_mends_a_fault_of_the_file(write: Write) -> None:
    """A value that is overridden is not judged as the file has it."""
    instance: Any = load_instance(write("limit: 99\n"), overrides=["limit=9"])
    assert instance.limit == 9


def test_faults_of_file_and_overrides_together(write: Write, refused: Refused) -> None:
    """A bad override does not hide the faults of the file, which come first."""
    path = write("limit: 99\n")
    found = refused(path, "colur=red", "colour=blue")
    assert [(finding.code, finding.file) for finding in found] == [
        ("out-of-range", str(path)),
        ("override-path", "--set"),
        ("not-one-of", "--set"),
    ]


def test_override_changes_a_copy_of_data() -> None:
    """`override` sets values in data that are not valid yet, such as those of an importer."""
    data = {"problem": "depot", "schema_version": 3, "van": {"visits": ()}}
    assert override(data, ["van.places=7", "name=a"])["van"] == {"visits": [], "places": 7}
    assert "name" not in data


@pytest.mark.parametrize("change", ["van.visits.x=1", "problem.x=1", "colur=1", "problem=x"])
def test_override_refuses_as_loading_does(change: str) -> None:
    """A path that cannot be set in the data is an `InputError`."""
    with pytest.raises(InputError) as caught:
        override({"problem": "depot", "schema_version": 3, "van": {"visits": []}}, [change])
    assert [found.file for found in caught.value.findings] == ["--set"]


def test_replace_returns_a_new_instance(write: Write) -> None:
    """`replace` validates a changed copy, and adds to the overrides of the origin."""
    old: Any = load_instance(write(BODY), overrides=["limit=2"])
    new: Any = replace(old, "van.visits[0].load", "7 B")
    assert (old.van.visits[0].load, new.van.visits[0].load) == (1.0, 7.0)
    assert new.origin.source == "depot.yaml"
    assert new.origin.overrides == {"limit": 2, "van.visits[0].load": "7 B"}
    assert replace(new, "van.visits[0].load", "1 B").sha256() == old.sha256()


@pytest.mark.parametrize(("path", "value"), [("colur", 1), ("limit", 99), ("limit=3", 1)])
def test_replace_refuses_as_loading_does(path: str, value: Any, write: Write) -> None:
    """Unknown paths and faulty values are `InputError`s with the place `replace`."""
    with pytest.raises(InputError) as caught:
        replace(load_instance(write(BODY)), path, value)
    assert [found.file for found in caught.value.findings] == ["replace"]


@given(st.lists(st.integers(0, 999_999_999) | st.text(min_size=1, max_size=90), min_size=1))
def test_paths_are_read_back(path: list[str | int]) -> None:
    """Any path survives being written as text."""
    assert parse_path(format_path(tuple(path)) + "=x") == (tuple(path), "=x")
