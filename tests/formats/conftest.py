"""What the tests of the formats share: public data, where it is, and small instances."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.loading import load_instance
from planner.models.base.artefacts import Certificate, Plan
from planner.models.flow_splitting.instance import FlowSplitting
from planner.results.records import InstanceRecord, Provenance
from planner.results.result import Result

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def data() -> Callable[[str], Path]:
    """Return a function from the name of a public data file to its path; skips where it is not."""
    folder = Path(os.environ.get("PLANNER_DATA") or CHECKOUT.parent / "shared" / "data")

    def find(name: str) -> Path:
        path = folder / "flow_splitting" / name
        if not path.is_file():
            pytest.skip(f"public data file {name} is not in {folder}; set PLANNER_DATA")
        return path

    return find


@pytest.fixture(scope="session")
def make() -> Callable[..., FlowSplitting]:
    """Return a function that validates an instance from its topology and workload."""

    def instance(topology: dict[str, Any], workload: dict[str, Any], **head: Any) -> FlowSplitting:
        values = {"problem": "flow_splitting", "schema_version": 1, "name": "small", **head}
        found = load_instance({**values, "topology": topology, "workload": workload})
        assert isinstance(found, FlowSplitting)
        return found

    return instance


@pytest.fixture(scope="session")
def result_of() -> Callable[..., Result]:
    """Return a function that wraps a plan or certificate in a result nobody has judged."""

    def result(
        instance: FlowSplitting,
        plan: Plan | None = None,
        certificate: Certificate | None = None,
        **figures: Any,
    ) -> Result:
        record = InstanceRecord(
            name=instance.name,
            schema_version=1,
            sha256=instance.sha256(),
            data=instance.data(),
        )
        given = {"method": "given", "status": "feasible", **figures}
        return Result(
            problem="flow_splitting",
            instance=record,
            plan=plan,
            certificate=certificate,
            provenance=Provenance(planner="0"),
            **given,
        )

    return result
