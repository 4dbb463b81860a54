"""Small machines: levels by fanout and rate, one model, and plans by their vectors."""

from collections.abc import Callable
from typing import Any

import pytest

from planner.loading import load_instance
from planner.models.hierarchical_sharding.instance import HierarchicalSharding
from planner.models.hierarchical_sharding.plan import Precisions, Sharding, UniformPlan


@pytest.fixture(scope="session")
def make() -> Callable[..., HierarchicalSharding]:
    """Return a function that makes an instance from (fanout, GB/s) per level and other blocks."""

    def instance(
        levels: list[tuple[int, float]], parameters: float = 1e9, **blocks: Any
    ) -> HierarchicalSharding:
        rows = [
            {"name": f"level{place}", "fanout": fanout, "unit_bandwidth": f"{rate} GB/s"}
            for place, (fanout, rate) in enumerate(levels)
        ]
        values = {
            "problem": "hierarchical_sharding",
            "schema_version": 1,
            "name": "small",
            "topology": {"kind": "hierarchy", "levels": rows},
            "model": {"parameters": parameters, "unit_parameters": 0},
        }
        found = load_instance({**values, **blocks})
        assert isinstance(found, HierarchicalSharding)
        return found

    return instance


@pytest.fixture(scope="session")
def plan() -> Callable[..., UniformPlan]:
    """Return a function that makes a plan from its four vectors (p, copy, g, o)."""

    def uniform(
        p: tuple[int, ...],
        q: tuple[int, ...],
        g: tuple[int, ...],
        o: tuple[int, ...],
        keep: bool = False,
        schedule: int = 0,
        **bits: int,
    ) -> UniformPlan:
        chosen = Precisions.model_validate(bits)
        found = Sharding(
            parameters=p, secondary=q, gradients=g, optimizer=o, keep=keep, bits=chosen
        )
        return UniformPlan(sharding=found, schedule=schedule)

    return uniform
