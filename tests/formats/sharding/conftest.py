"""Results of hierarchical sharding for the exporters: any plan on any small machine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.formats import export_file
from planner.loading import load_instance
from planner.models.base.instance import Instance
from planner.models.hierarchical_sharding.plan import Sharding, UniformPlan
from planner.results.records import InstanceRecord, Provenance
from planner.results.result import Result

W1 = ((2, 100), (2, 20))


@pytest.fixture(scope="session")
def machine() -> Callable[..., Instance]:
    """Return a function that makes an instance from (fanout, GB/s) per level and other blocks."""

    def instance(levels: Any = W1, **blocks: Any) -> Instance:
        rows = [
            {"name": f"level{place}", "fanout": fanout, "unit_bandwidth": f"{rate} GB/s"}
            for place, (fanout, rate) in enumerate(levels)
        ]
        values = {
            "problem": "hierarchical_sharding",
            "schema_version": 1,
            "name": "small",
            "topology": {"kind": "hierarchy", "levels": rows},
            "model": {"parameters": 1e9, "unit_parameters": 0},
        }
        return load_instance({**values, **blocks})

    return instance


@pytest.fixture(scope="session")
def uniform() -> Callable[..., UniformPlan]:
    """Return a function that makes a plan from vectors and other fields of a sharding."""

    def plan(p: Any, q: Any, g: Any, o: Any, **fields: Any) -> UniformPlan:
        vectors = {"parameters": p, "secondary": q, "gradients": g, "optimizer": o}
        return UniformPlan(sharding=Sharding.model_validate(vectors | fields))

    return plan


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., str]:
    """Return a function that exports a plan nobody has judged, and returns the text."""

    def run(format: str, instance: Instance, plan: Any, name: str = "file", **options: Any) -> str:
        path = tmp_path / name
        result = _result(instance, plan)
        assert export_file(format, result, instance, path, options) == [path]
        return path.read_text(encoding="utf-8")

    return run


def _result(instance: Instance, plan: Any) -> Result:
    record = InstanceRecord(
        name=instance.name, schema_version=1, sha256=instance.sha256(), data=instance.data()
    )
    return Result(
        problem="hierarchical_sharding",
        instance=record,
        method="given",
        status="feasible",
        plan=plan,
        provenance=Provenance(planner="0"),
    )
