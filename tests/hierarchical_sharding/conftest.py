"""Builds instances from plain data, and machines that are small enough to check by hand."""

from collections.abc import Callable
from typing import Any

import pytest

import planner as pl
from planner.models.hierarchical_sharding.instance import HierarchicalSharding

Build = Callable[..., HierarchicalSharding]


def machine(*levels: tuple[int, float], **more: Any) -> dict[str, Any]:
    """Return a hierarchy from fanouts and unit bandwidths in GB/s, innermost first."""
    return {
        "kind": "hierarchy",
        "levels": [
            {"name": f"level{place}", "fanout": fanout, "unit_bandwidth": f"{rate} GB/s", **more}
            for place, (fanout, rate) in enumerate(levels)
        ],
    }


W1 = machine((2, 100), (2, 20))
"""Two pairs of devices; gathering 2 GB takes 0.06 s over all, 0.01 s over a pair."""


@pytest.fixture(scope="session")
def build() -> Build:
    """Return a function that makes a checked instance; the default is a billion parameters."""

    def make(topology: dict[str, Any] | None = None, **fields: Any) -> HierarchicalSharding:
        data = {
            "problem": "hierarchical_sharding",
            "schema_version": 1,
            "name": "test",
            "topology": topology or W1,
            "model": {"parameters": 1e9, "unit_parameters": 0},
            **fields,
        }
        instance = pl.load(data)
        assert isinstance(instance, HierarchicalSharding)
        return instance

    return make


@pytest.fixture(scope="session")
def hierarchy() -> Callable[..., dict[str, Any]]:
    """Return the function that describes a machine by fanouts and rates."""
    return machine
