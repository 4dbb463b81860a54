"""The evaluator counts what moves, times it, and names what a plan breaks."""

from typing import Any

import pytest

from planner.models.checkpoint_resharding.evaluate import evaluate
from planner.models.checkpoint_resharding.plan import StoragePlan, TransfersPlan

GOOD: dict[str, list[int]] = {
    "device": [0, 2, 1, 3],
    "sender": [0, 1],
    "receiver": [2, 3],
    "start": [3, 9],
    "stop": [6, 12],
}
RATES = {
    "device_bandwidth": "36 B/s",
    "node_bandwidth": "18 B/s",
    "storage_bandwidth": "72 B/s",
}


def codes(instance: Any, **changes: list[int]) -> set[str]:
    found = evaluate(instance, TransfersPlan(**{**GOOD, **changes}))
    return {violation.code for violation in found.violations}


@pytest.fixture
def instance(build):
    """Twelve parameters from two to four devices, two on a node."""
    return build(2, 4, (2, 4), nodes={"per_node": 2}, rates=RATES)


def test_good_plan_is_counted(instance) -> None:
    """Bytes, ports and times are those of the two transfers of 36 bytes between two nodes."""
    found = evaluate(instance, TransfersPlan(**GOOD))
    assert found.violations == ()
    assert [each.value for each in found.objectives] == [72.0, 4.0]
    assert found.metrics["most_sent"] == 36.0
    assert found.metrics["between_nodes"] == 72.0
    assert found.metrics["busiest_port"] == "node 0 sends"
    assert found.metrics["convert_time"] == 24 * 12 / 72
    assert found.metrics["storage_time"] == 36 * 12 / 72
    assert found.metrics["faster"] == "direct"


def test_transfers_inside_a_node_spare_its_nics(build) -> None:
    """With all devices on one node only the ports of the devices count."""
    instance = build(2, 4, (2, 4), nodes={"per_node": 4}, rates=RATES)
    found = evaluate(instance, TransfersPlan(**GOOD))
    assert found.objectives[1].value == 1.0
    assert found.metrics["between_nodes"] == 0.0
    assert found.metrics["busiest_port"] == "device0 sends"


def test_time_is_unknown_without_rates(build) -> None:
    """No rate, no time: the figure is `None`, and nothing is faster."""
    found = evaluate(build(2, 4, (2, 4)), TransfersPlan(**GOOD))
    assert found.objectives[1].value is None
    assert found.metrics["faster"] is None


def test_storage_moves_everything_three_times(instance) -> None:
    """Converting reads and writes the state, and the new shards are read from it."""
    found = evaluate(instance, StoragePlan(device=[0, 1, 2, 3]))
    assert found.violations == ()
    assert [each.value for each in found.objectives] == [36 * 12.0, 6.0]


def test_surplus_transfers_count(instance) -> None:
    """What is sent without need is still moved."""
    more = {"sender": [0, 1, 0], "receiver": [2, 3, 1], "start": [3, 9, 0], "stop": [6, 12, 6]}
    found = evaluate(instance, TransfersPlan(**{**GOOD, **more}))
    assert found.violations == ()
    assert found.objective.value == 12 * 12.0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"device": [0, 2, 1]}, "plan-shape"),
        ({"sender": [0]}, "plan-shape"),
        ({"device": [0, 2, 1, 4]}, "unknown-device"),
        ({"sender": [0, -1]}, "unknown-device"),
        ({"receiver": [2, 4]}, "unknown-device"),
        ({"device": [0, 2, 1, 1]}, "device-shared"),
        ({"start": [3, 12]}, "range-outside"),
        ({"start": [-1, 9]}, "range-outside"),
        ({"stop": [6, 13]}, "range-outside"),
        ({"sender": [1, 1]}, "range-not-held"),
        ({"stop": [7, 12]}, "range-not-held"),
        ({"start": [4, 9]}, "range-missing"),
        ({"receiver": [3, 3]}, "range-missing"),
        ({"device": [1, 2, 0, 3]}, "range-missing"),
    ],
)
def test_broken_plan_is_named(instance, changes: dict[str, list[int]], code: str) -> None:
    """Each way to break a plan has its violation."""
    assert code in codes(instance, **changes)


def test_missing_bytes_are_told(instance) -> None:
    """A violation says which device lacks how many bytes."""
    found = evaluate(instance, TransfersPlan(**{**GOOD, "start": [4, 9]}))
    (violation,) = found.violations
    assert (violation.where, violation.amount, violation.unit) == ("device2", 12.0, "B")


def test_storage_plan_needs_devices_of_its_own(instance) -> None:
    """Two shards on one device are refused through storage too."""
    found = evaluate(instance, StoragePlan(device=[0, 1, 2, 2]))
    assert {violation.code for violation in found.violations} == {"device-shared"}
