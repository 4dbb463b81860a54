"""Equal parts: the published numbers per pair, whole fabrics, time to spare."""

import numpy as np
import pytest

from planner.solvers.contract import Run
from planner.solvers.flow_splitting import equal_parts


@pytest.mark.parametrize(
    ("flows", "spines", "parts"),
    [
        (2, 3, 6),
        (3, 4, 12),
        (4, 6, 12),
        (15, 16, 240),
        (16, 16, 16),
        (33, 32, 64),
        (63, 64, 4032),
    ],
)
def test_parts_of_one_pair(parallel, judge, flows, spines, parts):
    """n - r flows stay whole, r = n mod s are cut into s / gcd(r, s) parts each."""
    instance = parallel([1.0] * flows, spines=spines, splitting="equal")
    found, _ = judge(instance, equal_parts.solve(instance, Run()))
    assert found.objective.value == pytest.approx(flows / spines, rel=1e-12)
    assert found.metrics["parts"] == parts
    assert found.metrics["split_flows"] == flows % spines


def test_rounding_loses_no_flow(between_leaves, judge):
    """35 of a million flows do not fit on 64 links, and are cut as 35 flows alone would be."""
    source, target = np.zeros(1_000_035, dtype=int), np.ones(1_000_035, dtype=int)
    fields = {"leaves": 2, "spines": 64, "link_rate": 0.7, "splitting": "equal"}
    instance = between_leaves(source, target, 0.1, **fields)
    found, _ = judge(instance, equal_parts.solve(instance, Run()))
    assert found.metrics["split_flows"] == 35
    assert found.metrics["parts"] == 1_000_000 + 35 * 64


def test_whole_fabric_cuts_fewer_flows_than_host_by_host(on_fabric, judge):
    """A cross-rack halving-doubling step is dealt whole: 256 parts instead of 4,096."""
    instance = on_fabric(
        leaves=16,
        spines=16,
        hosts_per_leaf=16,
        splitting="equal",
        collective={
            "operation": "all_reduce",
            "algorithm": "halving_doubling",
            "size": 256.0,
            "step": 4,
        },
    )
    found, _ = judge(instance, equal_parts.solve(instance, Run()))
    assert (found.metrics["parts"], found.metrics["split_flows"]) == (256, 0)


def test_several_destinations_share_the_rule(on_fabric, judge):
    """Six flows per leaf on four spines: four stay whole, two are cut in halves, to 1.5."""
    instance = on_fabric(leaves=7, spines=4, demands={"uniform": 1.0}, splitting="equal")
    found, bound = judge(instance, equal_parts.solve(instance, Run()))
    assert found.objective.value == pytest.approx(1.5, rel=1e-12)
    assert found.metrics["split_flows"] == 14
    assert found.metrics["parts"] == 28 + 14 * 2
    assert bound.bounds["completion_time"] == pytest.approx(1.5, rel=1e-9)


def test_fewest_parts_uses_time_to_spare():
    """With room 1/2 two halves per flow are enough where perfect balance would need thirds."""
    assert equal_parts.fewest_parts(1, 3, 1 / 3) == 3
    assert equal_parts.fewest_parts(1, 3, 0.5) == 2
    assert equal_parts.fewest_parts(3, 4, 0.75) == 4


def test_surviving_links_of_disjoint_pairs(on_fabric, judge):
    """A pair that lost a link deals over the others."""
    failed = [{"leaf": "leaf0", "spine": "spine0"}]
    flows = [("leaf0", "leaf1", 2)] * 5 + [("leaf1", "leaf0", 1)]
    instance = on_fabric(leaves=2, spines=4, failed_links=failed, flows=flows, splitting="equal")
    found, _ = judge(instance, equal_parts.solve(instance, Run()))
    assert found.objective.value == pytest.approx(10 / 3, rel=1e-12)
    assert found.metrics["split_flows"] == 2


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"splitting": "whole", "demands": {"uniform": 1.0}}, "whole"),
        ({"flows": [("leaf0", "leaf1", 1), ("leaf0", "leaf1", 2)]}, "differ in size"),
        ({"flows": [("leaf0", "leaf1", 1), ("leaf0", "leaf2", 2)]}, "differ in size"),
    ],
)
def test_refusals_say_why(on_fabric, fields, word):
    """Whole flows and flows of different sizes are refused in words."""
    assert word in equal_parts.refuses(on_fabric(leaves=3, spines=3, **fields))
