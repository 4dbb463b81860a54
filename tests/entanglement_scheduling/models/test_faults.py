"""Each fault of an instance has its code, its place and a way out."""

import copy

import numpy as np
import pytest

from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.models.entanglement_scheduling.proofs.cycles import round_down

DEMANDS = {
    "problem": "entanglement_scheduling",
    "schema_version": 1,
    "name": "test",
    "topology": {"kind": "h"},
    "workload": {
        "kind": "demands",
        "demands": [
            {"name": "a", "from": "0", "to": "3", "min_fidelity": 0.6, "rate": "6.25 Hz"},
            {"from": "2", "to": "5", "min_fidelity": 0.6, "rate": "3.125 Hz"},
        ],
    },
}
TASKS = {
    **DEMANDS,
    "workload": {
        "kind": "tasks",
        "tasks": [
            {"period": 8, "length": 4, "busy": {"0-C0": [[0, 2], [2, 4]], "1-S2": [[1, 4]]}},
            {"from": "0", "to": "3", "period": 8, "length": 4, "busy": {}},
        ],
    },
}


def faults(data, path=(), value=None):
    """Return codes and places of the faults after one change."""
    data = copy.deepcopy(data)
    if path:
        part = data
        for key in path[:-1]:
            part = part[key]
        part[path[-1]] = value
    instance = EntanglementScheduling.model_validate(data)
    return [(issue.code, issue.loc) for issue in instance.cross_check()]


def test_sound_instances_have_none():
    """Neither of the two instances is at fault."""
    assert faults(DEMANDS) == faults(TASKS) == []


FIRST, SECOND = ("workload", "demands", 0), ("workload", "demands", 1)


@pytest.mark.parametrize(
    ("path", "value", "code", "loc"),
    [
        ((*FIRST, "from"), "9", "unknown-node", (*FIRST, "from")),
        ((*FIRST, "to"), "1", "not-end-node", (*FIRST, "to")),
        ((*FIRST, "to"), "0", "self-demand", (*FIRST, "to")),
        ((*FIRST, "rate"), "100.5 Hz", "rate-above-slots", (*FIRST, "rate")),
        ((*FIRST, "rate"), "0.00001 Hz", "period-too-long", (*FIRST, "rate")),
        ((*FIRST, "name"), "demand1", "name-repeated", (*FIRST, "name")),
        ((*SECOND, "rate"), "0.099 Hz", "hyperperiod-too-long", ("limits", "hyperperiod")),
        (("topology",), {"kind": "h", "size": 3}, "family-size", ("topology", "size")),
    ],
)
def test_faults_of_demands(path, value, code, loc):
    """A changed demand or topology has one fault at the changed place."""
    data = {**DEMANDS, "limits": {"hyperperiod": 2000}}
    assert faults(data, path, value) == [(code, loc)]


TASK = ("workload", "tasks", 0)
OTHER = ("workload", "tasks", 1)


@pytest.mark.parametrize(
    ("path", "value", "code", "loc"),
    [
        ((*TASK, "length"), 9, "task-too-long", (*TASK, "length")),
        ((*TASK, "busy"), {"0-C1": [[0, 1]]}, "unknown-qubit", (*TASK, "busy", "0-C1")),
        ((*TASK, "busy"), {"8-C0": [[0, 1]]}, "unknown-qubit", (*TASK, "busy", "8-C0")),
        ((*TASK, "busy"), {"0-C0": [[2, 2]]}, "busy-outside", (*TASK, "busy", "0-C0", 0)),
        ((*TASK, "busy"), {"0-C0": [[3, 2]]}, "busy-outside", (*TASK, "busy", "0-C0", 0)),
        ((*TASK, "busy"), {"0-C0": [[-1, 2]]}, "busy-outside", (*TASK, "busy", "0-C0", 0)),
        ((*TASK, "busy"), {"0-C0": [[0, 5]]}, "busy-outside", (*TASK, "busy", "0-C0", 0)),
        ((*TASK, "busy"), {"0-C0": [[1, 3], [0, 2]]}, "busy-overlap", (*TASK, "busy", "0-C0")),
        ((*OTHER, "from"), "4", "not-end-node", (*OTHER, "from")),
        ((*OTHER, "to"), "0", "self-demand", (*OTHER, "to")),
        ((*OTHER, "period"), 999_983, "hyperperiod-too-long", ("limits", "hyperperiod")),
        (("objective",), "goodput", "goodput-of-tasks", ("objective",)),
    ],
)
def test_faults_of_tasks(path, value, code, loc):
    """A changed task or objective has one fault at the changed place."""
    assert faults(TASKS, path, value) == [(code, loc)]


def test_random_demands_need_ends_and_links():
    """One end node, and a load that no pair of nodes can be asked for, are faults of the input."""
    random = {"kind": "random", "load": "5 Hz", "min_fidelity": 0.6}
    data = {**DEMANDS, "workload": random}
    assert faults(data) == []
    lonely = {"kind": "graph", "nodes": [{"name": "a"}, {"name": "b", "end_node": False}]}
    assert faults({**data, "topology": lonely}) == [("end-nodes-few", ("topology",))]
    apart = {"kind": "graph", "nodes": [{"name": "a"}, {"name": "b"}]}
    assert faults({**data, "topology": apart}) == [("load-unreachable", ("workload",))]


def test_periods_are_rounded_down_within_the_limit():
    """15, 31 and 64 become 15, 30 and 60, which repeat after 60; a limit of 59 asks for more."""
    periods = np.array([15, 31, 64])
    assert round_down(periods, 100).tolist() == [15, 30, 60]
    assert round_down(periods, 59).tolist() == [14, 28, 56]
    assert round_down(periods, 31) is None
    assert round_down(np.array([7, 11]), 10).tolist() == [7, 7]
    assert round_down(np.array([1, 1000]), 512).tolist() == [1, 512]


def test_fault_of_the_hyperperiod_offers_periods():
    """The way out names the shorter periods and the hyperperiod that they have."""
    data = copy.deepcopy(TASKS)
    data["workload"]["tasks"][0]["period"] = 9
    data["limits"] = {"hyperperiod": 64}
    (issue,) = EntanglementScheduling.model_validate(data).cross_check()
    assert "72 slots" in issue.message
    assert "9 to 8 slots" in issue.fix
    assert "it has 8 slots" in issue.fix
