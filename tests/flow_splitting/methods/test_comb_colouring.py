"""Edge colouring of whole flows on fabrics: optimal counts, speeds, missing spines, links."""

import math

import numpy as np
import pytest

from planner.models.base.errors import CapabilityError
from planner.models.flow_splitting import evaluate
from planner.models.flow_splitting.traffic import AllPairs
from planner.solvers.contract import Run
from planner.solvers.flow_splitting import colouring

HALVING_DOUBLING = {
    "operation": "all_reduce",
    "algorithm": "halving_doubling",
    "size": 256.0,
}


def test_halving_doubling_needs_no_split(on_fabric, judge):
    """A cross-rack step of 256 hosts runs at the NIC bound with 256 whole flows."""
    instance = on_fabric(
        leaves=16,
        spines=16,
        hosts_per_leaf=16,
        nic_rate=1.0,
        collective={**HALVING_DOUBLING, "step": 4},
    )
    found, bound = judge(instance, colouring.solve(instance, Run()))
    assert found.metrics["load_ratio"] == pytest.approx(1.0, rel=1e-12)
    assert (found.metrics["parts"], found.metrics["split_flows"]) == (256, 0)
    assert found.objective.value == pytest.approx(bound.bounds["completion_time"], rel=1e-9)


def test_all_steps_of_a_collective_are_planned(on_fabric, judge):
    """Rack-local steps take no path, cross-rack steps do, and all add up."""
    instance = on_fabric(
        leaves=4, spines=3, hosts_per_leaf=4, nic_rate=1.0, collective=HALVING_DOUBLING
    )
    found, bound = judge(instance, colouring.solve(instance, Run()))
    assert found.metrics["split_flows"] == 0
    assert bound.bounds["completion_time"] <= found.objective.value


@pytest.mark.parametrize(("leaves", "spines", "flows"), [(64, 32, 20_000), (48, 31, 9_000)])
def test_large_random_steps_meet_the_counting_bound(between_leaves, judge, leaves, spines, flows):
    """The busiest link carries ceil(Delta / s) flows, which is proved to be the least."""
    rng = np.random.default_rng(spines)
    source, target = rng.integers(0, leaves, (2, flows))
    instance = between_leaves(source, target, leaves=leaves, spines=spines, splitting="whole")
    cross = source != target
    delta = max(np.bincount(end[cross]).max() for end in (source, target))
    found, bound = judge(instance, colouring.solve(instance, Run()))
    assert found.objective.value == math.ceil(delta / spines)
    assert bound.bounds["completion_time"] == pytest.approx(found.objective.value, rel=1e-9)


def test_spines_without_links_are_left_out(on_fabric, judge):
    """A spine that is down as a whole is one colour less."""
    failed = [{"leaf": f"leaf{leaf}", "spine": "spine1"} for leaf in range(5)]
    instance = on_fabric(
        leaves=5, spines=3, failed_links=failed, demands={"uniform": 1.0}, splitting="whole"
    )
    found, _ = judge(instance, colouring.solve(instance, Run()))
    assert found.objective.value == 2.0


def test_parallel_links_are_colours(on_fabric, judge):
    """Two spines with two links each carry what four spines would."""
    instance = on_fabric(
        leaves=5, spines=2, parallel_links=2, demands={"uniform": 1.0}, splitting="whole"
    )
    found, _ = judge(instance, colouring.solve(instance, Run()))
    assert found.objective.value == 1.0


def test_faster_spines_take_more_flows(on_fabric, judge):
    """With speeds 2, 2, 1, 1 the least T has sum of floor(T c) at the 13 flows of a leaf."""
    groups = [{"count": 2, "link_rate": 2.0}, {"count": 2, "link_rate": 1.0}]
    instance = on_fabric(
        leaves=14, spine_groups=groups, demands={"uniform": 1.0}, splitting="whole"
    )
    found, bound = judge(instance, colouring.solve(instance, Run()))
    assert found.objective.value == 2.5
    assert bound.bounds["completion_time"] == pytest.approx(2.5, rel=1e-9)


def test_leaves_of_different_speed(on_fabric, judge):
    """A leaf with slow links is the bottleneck, and the colouring stays even at it."""
    slow = [
        {"leaf": "leaf0", "spine": f"spine{spine}", "up_rate": 0.5, "down_rate": 0.5}
        for spine in range(3)
    ]
    instance = on_fabric(
        leaves=6, spines=3, link_overrides=slow, demands={"uniform": 1.0}, splitting="whole"
    )
    found, bound = judge(instance, colouring.solve(instance, Run()))
    assert found.objective.value == 4.0
    assert bound.bounds["completion_time"] == pytest.approx(4.0, rel=1e-9)


def test_all_to_all_of_uneven_leaves_is_never_listed(on_fabric):
    """Steps too long to list get an aggregated plan of whole flows."""
    instance = on_fabric(
        leaves=24,
        spines=8,
        hosts_per_leaf=100,
        collective={"operation": "all_to_all", "size": 2301.0, "ranks": 2301},
    )
    step = instance.view.steps[0]
    assert isinstance(step.traffic, AllPairs)
    assert len(step.traffic) > 4_000_000
    answer = colouring.solve(instance, Run())
    found = evaluate(instance, answer.plan)
    assert answer.plan.kind == "aggregated"
    assert found.violations == ()
    assert found.objective.value == pytest.approx(answer.objective, rel=1e-9)
    assert found.objective.value == math.ceil(100 * 2201 / 8)
    assert found.metrics["split_flows"] == 0


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"flows": [("leaf0", "leaf1", 1), ("leaf1", "leaf2", 2)]}, "differ in size"),
        (
            {
                "failed_links": [{"leaf": "leaf0", "spine": "spine0"}],
                "demands": {"uniform": 1.0},
            },
            "not alike",
        ),
    ],
)
def test_refusals_say_why(on_fabric, fields, word):
    """Unequal flows and single failures are refused in words, and `solve` refuses them too."""
    instance = on_fabric(leaves=3, spines=3, **fields)
    assert word in colouring.refuses(instance)
    assert not colouring.reaches_bound(instance)
    with pytest.raises(CapabilityError, match=word):
        colouring.solve(instance, Run())
