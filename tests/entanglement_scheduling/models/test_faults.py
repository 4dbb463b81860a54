"""Each fault of an instance has its code, its place and a way out."""

import copy

import numpy as np
import pytest
from pydantic import ValidationError

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
        ((*TASK, "rate"), "12.6 Hz", "task-rate", (*TASK, "rate")),
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


SLOW = [{"fidelity": 0.9, "rate": "0.00001 Hz"}]
GRAPH = {
    "kind": "graph",
    "nodes": [{"name": name} for name in "0235"],
    "links": [{"a": a, "b": b} for a, b in ("02", "23", "35")],
}
LOSSY = {"links": "single_click", "single_click": {"loss_db_per_km": 10}}


@pytest.mark.parametrize(
    ("path", "value", "code", "loc"),
    [
        (("hardware",), {"capabilities": SLOW}, "generation-too-long",
         ("hardware", "capabilities", 0)),
        (("hardware",), LOSSY, "generation-too-long", ("topology", "links", 0)),
        (("hardware",), {"swap": "3 h"}, "operation-too-long", ("hardware", "swap")),
        (("hardware",), {"distillation": "1e20 s"}, "operation-too-long",
         ("hardware", "distillation")),
        (("topology", "links", 1, "capabilities"), SLOW, "generation-too-long",
         ("topology", "links", 1, "capabilities", 0)),
    ],
)  # fmt: skip
def test_operations_that_no_period_holds(path, value, code, loc):
    """A generation, swap or distillation of more than a million slots is a fault of the input."""
    graph = {**GRAPH, "length": "100 km" if value is LOSSY else "5 km"}
    assert faults({**DEMANDS, "topology": graph}, path, value) == [(code, loc)]


def test_a_model_of_links_leaves_slow_settings_out():
    """Of single clicks only those remain that end within the longest period."""
    alphas = {"bright": [0.001, 0.5], "detection": 1e-6, "emission": "1 ms"}
    hardware = {"links": "single_click", "single_click": alphas}
    data = {**DEMANDS, "topology": GRAPH, "hardware": hardware}
    instance = EntanglementScheduling.model_validate(data)
    assert list(instance.cross_check()) == []
    (only,) = instance.view.network.settings[0]
    assert only.bright == 0.5


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ((*FIRST, "weight"), 1e308, "weight-range"),
        ((*FIRST, "weight"), 1e-320, "weight-range"),
        (("hardware",), {"swap_success": 1e-300}, "greater_than_equal"),
        (("hardware",), {"link_success": 1e-12}, "greater_than_equal"),
        (("hardware",), {"slot": "1e-20 s"}, "greater_than_equal"),
        (("topology", "length"), "1e9 km", "less_than_equal"),
        (("limits",), {"jitter": "often"}, "jitter-value"),
        (("limits",), {"jitter": "-1 ms"}, "jitter-value"),
    ],
)
def test_figures_beyond_all_reckoning(path, value, code):
    """Figures that searches could not count with are refused where they stand."""
    with pytest.raises(ValidationError) as raised:
        faults(DEMANDS, path, value)
    assert code in {error["type"] for error in raised.value.errors()}


def test_a_repeated_node_name_is_one_fault():
    """What refers to the name that went missing by it is not told as well."""
    nodes = [{"name": "0"}, {"name": "0"}, {"name": "3"}]
    graph = {**GRAPH, "nodes": nodes}
    assert faults({**DEMANDS, "topology": graph}) == [("name-repeated", ("topology", "nodes"))]


def test_a_rate_is_at_most_one_pair_per_period():
    """12.5 Hz are one pair in 8 slots of 10 ms, also where the figure was rounded."""
    assert faults(TASKS, (*TASK, "rate"), "12.500000000001 Hz") == []


def test_jitter_of_a_period_binds_nothing():
    """Starts in adjacent windows are less than a period off, so that any more is no limit."""
    data = {**DEMANDS, "limits": {"jitter": "1e29 s"}}
    view = EntanglementScheduling.model_validate(data).view
    assert {want.jitter for want in view.demands} == {None}


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
