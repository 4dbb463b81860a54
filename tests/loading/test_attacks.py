"""Bad flow-splitting files: one clear finding per fault with its line, and nothing else escapes."""

import contextlib
import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.loading import load_instance, validate
from planner.models.base.errors import Finding, InputError

GOOD = """\
problem: flow_splitting
schema_version: 1
name: good
topology:
  kind: leaf_spine
  leaves: 4
  spines: 4
  hosts_per_leaf: 2
  link_rate: 400 Gbit/s
  failed_links:
    - {leaf: leaf0, spine: spine0}
workload:
  splitting: free
  flows:
    - {from: host0, to: host7, size: 1 MB}
"""


def test_good_file_loads(write: Callable[..., Path]) -> None:
    """The file that the attacks below start from is in order, also with CRLF and a BOM."""
    plain = load_instance(write(GOOD, head=False))
    dressed = load_instance(write("\ufeff" + GOOD.replace("\n", "\r\n"), head=False))
    assert plain == dressed


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("  leaves: 4", "  leafs: 4", "unknown-key", 6),
        ("400 Gbit/s", "400 km", "quantity-dimension", 9),
        ("400 Gbit/s", "400 Gb/s", "quantity-unit-unknown", 9),
        ("400 Gbit/s", "400G", "quantity-unit-unknown", 9),
        ("400 Gbit/s", "400", "quantity-unit-missing", 9),
        ("size: 1 MB", "size: -1 MB", "out-of-range", 15),
        ("size: 1 MB", "size: 0 B", "out-of-range", 15),
        ("size: 1 MB", "size: .nan", "not-finite", 15),
        ("size: 1 MB", "size: nan MB", "quantity-syntax", 15),
        ("size: 1 MB", "size: 1e999 MB", "quantity-not-finite", 15),
        ("size: 1 MB", "size: [1, 2]", "quantity-syntax", 15),
        ("size: 1 MB", "size: " + "9" * 200_000 + " B", "quantity-not-finite", 15),
        ("to: host7", "to: host8", "unknown-node", 15),
        ("leaf: leaf0", "leaf: leaf9", "unknown-node", 11),
        ("  spines: 4", "  spines: 4\n  spines: 5", "duplicate-key", 8),
        ("  spines: 4", "  spines: &s [*s]", "yaml-alias", 7),
        ("  spines: 4", "  spines: []", "out-of-range", 7),
        ("name: good", "name: " + "x" * 200_000, "out-of-range", 3),
        ("name: good", "name:", "wrong-type", 3),
        ("problem: flow_splitting", "problem:", "wrong-type", 1),
        ("kind: leaf_spine", "kind: leafspine", "not-one-of", 5),
        ("splitting: free", "spliting: free", "unknown-key", 13),
        ("splitting: free", "splitting: half", "not-one-of", 13),
        ("  leaves: 4", "  leaves: 4.0", "wrong-type", 6),
        ("  leaves: 4", "  leaves: 0", "out-of-range", 6),
        ("  leaves: 4", "\tleaves: 4", "yaml-syntax", 6),
        ("schema_version: 1", "schema_version: 2", "schema-version-new", 2),
        ("from: host0", "from: 0", "wrong-type", 15),
        ("from: host0", "from: host0, 0: 1", "key-not-text", 15),
    ],
)
def test_one_attack(
    old: str,
    new: str,
    code: str,
    line: int,
    write: Callable[..., Path],
    refused: Callable[..., list[Finding]],
) -> None:
    """The first finding has the code and the line of what was planted, and a way out."""
    assert old in GOOD
    path = write(GOOD.replace(old, new, 1), head=False)
    found = refused(path)
    assert (found[0].code, found[0].line) == (code, line)
    for finding in found:
        assert finding.file == str(path)
        assert finding.fix
        assert len(str(finding)) < 1500


DATA: dict[str, Any] = {
    "problem": "flow_splitting",
    "schema_version": 1,
    "name": "good",
    "topology": {
        "kind": "leaf_spine",
        "leaves": 2,
        "spine_groups": [{"count": 2, "link_rate": "1 GB/s"}],
        "hosts": {"leaf0": ["a"], "leaf1": ["b"]},
        "link_overrides": [{"leaf": "leaf0", "spine": "spine1", "up_rate": "2 GB/s"}],
        "failed_links": [{"leaf": "leaf0", "spine": "spine0"}],
    },
    "workload": {
        "splitting": "equal",
        "flows": [{"from": "a", "to": "b", "size": "1 MB"}],
        "demands": {"pairs": [{"from": "leaf0", "to": "leaf1", "size": "1 B"}]},
        "collective": {"operation": "all_to_all", "size": "1 MB", "ranks": ["a", "b"], "step": 0},
    },
}

junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["leaf0", "1 GB/s", "400G", "1 B", 0, 1, 2, -1, "graph", 10**20, "free"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["kind", "from", "size", "x", "leaf"]), inner, max_size=2)
    ),
    max_leaves=4,
)


def containers(value: Any) -> list[Any]:
    """Return every list and mapping in a value."""
    if not isinstance(value, dict | list):
        return []
    items = list(value.values()) if isinstance(value, dict) else value
    return [value, *(found for item in items for found in containers(item))]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_only_input_errors_escape(data: st.DataObject) -> None:
    """Whatever a few values are replaced by, the answer is an instance or an `InputError`."""
    changed = copy.deepcopy(DATA)
    for _ in range(data.draw(st.integers(1, 3))):
        where = data.draw(st.sampled_from(containers(changed)))
        steps = [*where, "new"] if isinstance(where, dict) else list(range(len(where)))
        if steps:
            where[data.draw(st.sampled_from(steps))] = data.draw(junk)
    with contextlib.suppress(InputError):
        instance = validate(changed)
        assert validate(instance.data()).sha256() == instance.sha256()
