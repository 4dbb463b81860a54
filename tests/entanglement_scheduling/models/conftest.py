"""Builders of small instances and plans."""

import pytest

from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.models.entanglement_scheduling.plan import SchedulePlan


def load(data):
    """Validate data whose faults between entities are none."""
    instance = EntanglementScheduling.model_validate(data)
    assert list(instance.cross_check()) == []
    return instance


@pytest.fixture
def build():
    """Return the function that validates data and checks its references."""
    return load


@pytest.fixture
def one_qubit():
    """Return a function: tasks (length, period, ...) that hold one qubit all the time."""

    def make(*tasks, **more):
        entries = [
            {"length": c, "period": p, "busy": {"0-C0": [[0, c]]}, **dict(*extra)}
            for c, p, *extra in tasks
        ]
        return load({
            "problem": "entanglement_scheduling", "schema_version": 1, "name": "one qubit",
            "topology": {"kind": "line", "size": 2},
            "workload": {"kind": "tasks", "tasks": entries}, **more,
        })  # fmt: skip

    return make


@pytest.fixture
def demands():
    """Return a function: demands (from, to, fidelity, Hz, ...) on a line of four nodes."""

    def make(*wanted, **more):
        entries = [
            {"from": a, "to": b, "min_fidelity": f, "rate": f"{rate} Hz", **dict(*extra)}
            for a, b, f, rate, *extra in wanted
        ]
        return load({
            "problem": "entanglement_scheduling", "schema_version": 1, "name": "line",
            "topology": {"kind": "line", "size": 4},
            "workload": {"kind": "demands", "demands": entries}, **more,
        })  # fmt: skip

    return make


@pytest.fixture
def plan():
    """Return a function: rows of (demand, starts) make a plan of tasks."""

    def make(*rows):
        starts = [start for _, each in rows for start in each]
        return SchedulePlan(demand=[demand for demand, _ in rows], start=starts)

    return make


@pytest.fixture
def served():
    """Return a function: rows of (demand, offer, starts) make a plan of offered protocols."""

    def make(instance, *rows):
        return SchedulePlan(
            demand=[demand for demand, _, _ in rows],
            start=[start for _, _, each in rows for start in each],
            protocol=list(range(len(rows))),
            protocols=[instance.view.offers[demand][offer].protocol for demand, offer, _ in rows],
        )

    return make
