"""Builds instances from plain data, as the loader would; makes the helper module importable."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.models.base.sidecar import SidecarContent
from planner.models.flow_splitting.instance import FlowSplitting

SUPPORT = str(Path(__file__).parent / "support")
if SUPPORT not in sys.path:
    sys.path.append(SUPPORT)

Build = Callable[..., FlowSplitting]


@pytest.fixture(scope="session")
def build() -> Build:
    """Return a function that makes a checked instance of a topology and a workload."""

    def make(
        topology: dict[str, Any],
        workload: dict[str, Any],
        *,
        units: str = "normalised",
        arrays: dict[str, Any] | None = None,
        check: bool = True,
    ) -> FlowSplitting:
        data = {
            "problem": "flow_splitting",
            "schema_version": 1,
            "name": "test",
            "units": units,
            "topology": topology,
            "workload": workload,
        }
        content = SidecarContent(sha256="0" * 64, arrays=arrays or {})
        context = {"normalised": units == "normalised", "sidecars": lambda file: content}
        instance = FlowSplitting.model_validate(data, context=context)
        if check:
            assert list(instance.cross_check()) == []
        return instance

    return make


@pytest.fixture(scope="session")
def fabric() -> Callable[..., dict[str, Any]]:
    """Return a function that describes a fabric with links of rate 1."""

    def make(leaves: Any, spines: Any, **more: Any) -> dict[str, Any]:
        return {
            "kind": "leaf_spine",
            "leaves": leaves,
            "spines": spines,
            "link_rate": 1.0,
            **more,
        }

    return make


@pytest.fixture(scope="session")
def messages() -> Callable[..., dict[str, Any]]:
    """Return a function that makes a workload of flows between leaves."""

    def make(*ends: tuple[int, int, float], splitting: str = "free") -> dict[str, Any]:
        flows = [{"from": f"leaf{a}", "to": f"leaf{b}", "size": size} for a, b, size in ends]
        return {"splitting": splitting, "flows": flows}

    return make
