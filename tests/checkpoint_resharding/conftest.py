"""Instances for the tests of checkpoint re-sharding."""

from collections.abc import Callable
from typing import Any

import pytest

import planner as pl
from planner.models.checkpoint_resharding.instance import CheckpointResharding

Build = Callable[..., CheckpointResharding]


def flat(shards: int, replicas: int = 1) -> dict[str, Any]:
    return {"kind": "flat", "shards": shards, "replicas": replicas}


def layout_of(value: Any) -> dict[str, Any]:
    """Return a layout: a number of flat shards, a list of ranges, or a layout as it is."""
    if isinstance(value, int):
        return flat(value)
    if isinstance(value, list):
        keys = ("shard", "start", "stop")
        return {"kind": "ranges", "ranges": [dict(zip(keys, row, strict=True)) for row in value]}
    return dict(value)


@pytest.fixture
def build() -> Build:
    """Return a function that makes an instance from layouts and devices."""

    def make(
        old: Any, new: Any, devices: tuple[Any, Any], parameters: int = 12, **more: Any
    ) -> CheckpointResharding:
        values: dict[str, Any] = {
            "problem": "checkpoint_resharding",
            "schema_version": 1,
            "name": "test",
            "state": more.pop("state", {"parameters": parameters}),
            "layout": {"old": layout_of(old), "new": layout_of(new)},
            "devices": {"old": devices[0], "new": devices[1], **more.pop("nodes", {})},
            **more,
        }
        instance = pl.load(values)
        assert isinstance(instance, CheckpointResharding)
        return instance

    return make
