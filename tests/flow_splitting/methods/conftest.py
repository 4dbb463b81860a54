"""Small fabrics, and the re-check that every answer has to pass."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from planner.models.base.evaluation import CheckedBound, Evaluation
from planner.models.flow_splitting import Instance, check_certificate, evaluate
from planner.models.flow_splitting.traffic import Flows, Step
from planner.solvers.contract import Answer

# A busy machine must not turn a slow example into a failure.
settings.register_profile("methods", deadline=None)
settings.load_profile("methods")

Build = Callable[..., Instance]
Judge = Callable[[Instance, Answer], tuple[Evaluation, CheckedBound]]


@pytest.fixture(scope="session")
def on_fabric() -> Build:
    """Return a function that builds a normalised leaf-spine instance.

    Keywords go to the topology, except `flows` (triples from, to, size), `demands`, `collective`
    and `splitting`, which go to the workload.
    """

    def build(**fields: Any) -> Instance:
        workload: dict[str, Any] = {"splitting": fields.pop("splitting", "free")}
        if "flows" in fields:
            workload["flows"] = [
                {"from": source, "to": target, "size": float(size)}
                for source, target, size in fields.pop("flows")
            ]
        for key in ("demands", "collective"):
            if key in fields:
                workload[key] = fields.pop(key)
        fields.setdefault("link_rate", 1.0)
        if "spine_groups" in fields:
            del fields["link_rate"]
        data = {
            "problem": "flow_splitting",
            "schema_version": 1,
            "name": "test",
            "units": "normalised",
            "topology": {"kind": "leaf_spine", **fields},
            "workload": workload,
        }
        instance = Instance.model_validate(data, context={"normalised": True})
        assert list(instance.cross_check()) == []
        return instance

    return build


@pytest.fixture(scope="session")
def judge() -> Judge:
    """Return a function that re-checks an answer and hands back what was recomputed."""

    def check(instance: Instance, answer: Answer) -> tuple[Evaluation, CheckedBound]:
        found = evaluate(instance, answer.plan)
        bound = check_certificate(instance, answer.certificate)
        assert found.violations == ()
        assert bound.violations == ()
        assert answer.objective == pytest.approx(found.objective.value, rel=1e-9)
        first = bound.bounds[found.objective.name]
        assert first <= found.objective.value * (1 + 1e-12)
        if found.metrics["parts"] is not None and "parts" in bound.bounds:
            assert bound.bounds["parts"] <= found.metrics["parts"]
        return found, bound

    return check


@pytest.fixture(scope="session")
def parallel(on_fabric: Build) -> Build:
    """Return a function that builds one pair of leaves with a flow of each size between them."""

    def build(sizes: list[float], **fields: Any) -> Instance:
        flows = [(f"host{n}", f"host{len(sizes) + n}", size) for n, size in enumerate(sizes)]
        return on_fabric(leaves=2, hosts_per_leaf=len(sizes), flows=flows, **fields)

    return build


@pytest.fixture(scope="session")
def between_leaves(on_fabric: Build) -> Build:
    """Return a function that builds a fabric with flows between leaves, given as arrays.

    For steps of so many flows that listing them as records would take longer than planning them.
    """

    def build(source: Any, target: Any, size: Any = 1.0, **fields: Any) -> Instance:
        instance = on_fabric(demands={"uniform": 1.0}, **fields)
        source, target = np.asarray(source), np.asarray(target)
        none = np.full(len(source), -1)
        flows = Flows(source, target, np.broadcast_to(size, len(source)) * 1.0, none, none)
        view = dataclasses.replace(instance.view, steps=(Step("flows", 1, flows),))
        instance.__dict__["view"] = view
        return instance

    return build
