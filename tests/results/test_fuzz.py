"""Random edits of result files: none gets past `verify`, none ends in a traceback."""

import copy
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import planner as pl
from planner.models.base.instance import digest
from planner.results.document import seal

TRUSTED = {"method", "stopped_by", "deterministic", "provenance", "baselines", "why"}
"""Keys that are sealed but cannot be recomputed."""
UNSEALED = {"source", "overrides"}

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([10**350, 1.7e308, -1.7e308, 5e-324]),
    st.text(max_size=5),
)
VALUES = st.one_of(
    LEAVES,
    st.lists(LEAVES, max_size=3),
    st.dictionaries(st.sampled_from(["kind", "npz", "value", "x"]), LEAVES, max_size=3),
)


TIED = [5, 3, 5, 1, 9]
"""Numbers of which the last one chosen equals the next: one price alone proves the optimum."""


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every value inside."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def alike(a: Any, b: Any) -> bool:
    """Return whether two documents say the same, within the tolerance of `verify`."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)
    return bool(a == b)


def put(values: dict[str, Any], path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """Return the document with another value at `path`."""
    edited: Any = copy.deepcopy(values)
    inner = edited
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return edited  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("method", "changes"),
    [
        ("sort", {}),
        ("first", {}),
        ("oracle", {}),
        ("draw", {}),
        ("sort", {"choose": 5}),
        ("blind", {"forbidden": [0]}),
    ],
)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(draw=st.data())
def test_every_edit_is_found(
    solved: Callable[..., pl.Result],
    tmp_path: Path,
    method: str,
    changes: dict[str, Any],
    draw: st.DataObject,
) -> None:
    """An edit breaks the seal; with a new seal, whatever can be recomputed is found."""
    values = json.loads(json.dumps(solved(method, numbers=TIED, **changes).data()))
    path = draw.draw(st.sampled_from(sorted(places(values), key=str)))
    edited = put(values, path, draw.draw(VALUES))
    if digest(edited) == digest(values):
        return
    file = tmp_path / "edited.json"
    file.write_text(json.dumps(edited))
    assert "digest-result" in {found.code for found in pl.verify(file).violations}

    edited["sha256"] = seal(edited)
    file.write_text(json.dumps(edited))
    found = pl.verify(file)
    if found.ok and path[0] not in TRUSTED | {"sha256"} and not UNSEALED & set(path):
        loaded = pl.Result.load(file).data()
        kept = {name: values["metrics"][name] for name in loaded["metrics"]}
        honest = {**values, "sha256": edited["sha256"], "metrics": kept}
        assert alike(loaded, honest), path
