"""Every fault of an instance has its code, its place and a way out; never a traceback."""

from pathlib import Path
from typing import Any

import pytest

import planner as pl

PARALLEL = {"kind": "parallel", "tensor": 2}
TENSORS = {"tensors": [{"name": "a", "shape": [7, 4], "split": "column"}]}
WIDE = {
    "layers": 1000,
    "tensors": [{"name": "a", "shape": [100_000, 4], "split": "row"}],
}


@pytest.mark.parametrize(
    ("values", "code", "path"),
    [
        ({"state": {}}, "one-of", "state"),
        ({"state": {"parameters": 5, "size": "60 B"}}, "one-of", "state"),
        ({"state": {"parameters": 1.5}}, "state-size", "state.parameters"),
        ({"state": {"size": "100 B"}}, "state-size", "state.size"),
        ({"state": {"size": "1e30 B"}}, "state-size", "state.size"),
        ({"devices": (1, 2)}, "devices-missing", "devices.old"),
        ({"devices": (2, 70_000)}, "devices-too-many", "devices.new"),
        ({"new": 70_000, "devices": (2, 2)}, "devices-too-many", "layout.new"),
        ({"devices": (["a", "a"], 2)}, "name-repeated", "devices.old"),
        ({"rates": {"node_bandwidth": "1 GB/s"}}, "nodes-missing", "rates.node_bandwidth"),
        ({"units": "normalised"}, "units-physical", "units"),
        ({"new": PARALLEL}, "tensors-missing", "layout.new.kind"),
        ({"new": PARALLEL, "state": TENSORS}, "tensor-indivisible", "layout.new.tensor"),
        ({"new": PARALLEL, "state": WIDE}, "layout-too-large", "layout.new"),
        ({"old": [(0, 0, 6), (1, 7, 12)]}, "state-missing", "layout.old"),
        ({"new": [(0, 0, 6), (1, 6, 11)]}, "state-missing", "layout.new"),
        ({"new": [(0, 0, 6), (1, 6, 13)]}, "range-outside", "layout.new.ranges"),
        ({"new": [(0, 0, 6), (1, 6, 6)]}, "range-outside", "layout.new.ranges"),
        ({"new": [(0, 0, 6), (0, 5, 12)]}, "range-repeated", "layout.new.ranges"),
        ({"new": {"kind": "ranges"}}, "one-of", "layout.new"),
    ],
)
def test_fault_is_named(build, values: dict[str, Any], code: str, path: str) -> None:
    """Code and path of each fault between entities."""
    given = {"old": 2, "new": 2, "devices": (2, 2), **values}
    with pytest.raises(pl.InputError) as caught:
        build(given.pop("old"), given.pop("new"), given.pop("devices"), **given)
    found = [(finding.code, finding.path) for finding in caught.value.findings]
    assert (code, path) in found
    assert all(finding.fix for finding in caught.value.findings)


@pytest.mark.parametrize("parameters", [0, -1, 1e15, "many"])
def test_parameters_out_of_range(build, parameters: Any) -> None:
    """Numbers of parameters that cannot be are refused by their field."""
    with pytest.raises(pl.InputError) as caught:
        build(2, 2, (2, 2), parameters=parameters)
    assert {finding.path for finding in caught.value.findings} == {"state.parameters"}


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("shard,start\n0,0\n", "sidecar-array"),
        ("shard,start,stop\n0,0,6.5\n", "sidecar-dtype"),
        ("shard,start,stop\n0,0,6\n1,6,13\n", "range-outside"),
        ("shard,start,stop\n-1,0,12\n", "range-outside"),
        ("shard,start,stop\n99999999,0,12\n", "devices-too-many"),
        ("shard,start,stop\n", "state-missing"),
    ],
)
def test_fault_of_a_table(tmp_path: Path, table: str, code: str) -> None:
    """Side-cars are checked as listed ranges are."""
    (tmp_path / "r.csv").write_text(table, encoding="utf-8")
    values = {
        "problem": "checkpoint_resharding",
        "schema_version": 1,
        "name": "test",
        "state": {"parameters": 12},
        "layout": {
            "old": {"kind": "flat", "shards": 2},
            "new": {"kind": "ranges", "table": {"file": "r.csv"}},
        },
        "devices": {"old": 2, "new": 2},
    }
    with pytest.raises(pl.InputError) as caught:
        pl.load(values, folder=tmp_path)
    assert code in {finding.code for finding in caught.value.findings}


def test_too_many_pairs_are_refused(build) -> None:
    """Copies whose overlaps would fill the memory are refused before they are counted."""
    old = {"kind": "flat", "shards": 1, "replicas": 10_000}
    with pytest.raises(pl.InputError) as caught:
        build(old, old, (10_000, 10_000))
    assert [finding.code for finding in caught.value.findings] == ["layout-too-large"]
