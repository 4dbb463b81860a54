"""The wrap-around rule: worked examples, proved numbers of parts, and time to spare."""

from math import gcd

import numpy as np
import pytest

from planner.models.base.errors import CapabilityError
from planner.solvers.contract import Run
from planner.solvers.flow_splitting import wrap_around

TWO_SPEEDS = [{"count": 2, "link_rate": 2.0}, {"count": 2, "link_rate": 1.0}]


@pytest.mark.parametrize(
    ("flows", "spines"), [(2, 3), (3, 4), (4, 6), (15, 16), (16, 16), (33, 32), (63, 64)]
)
def test_equal_flows_take_the_least_parts(parallel, judge, flows, spines):
    """n equal flows on s links take n + s - gcd(n, s) parts, which the certificate proves least."""
    instance = parallel([1.0] * flows, spines=spines)
    found, bound = judge(instance, wrap_around.solve(instance, Run()))
    assert found.objective.value == pytest.approx(flows / spines, rel=1e-12)
    assert found.metrics["parts"] == bound.bounds["parts"] == flows + spines - gcd(flows, spines)


@pytest.mark.parametrize(("flows", "spines"), [(1_000_003, 63), (777_777, 60)])
def test_rounding_loses_no_flow(between_leaves, judge, flows, spines):
    """A remainder of a few flows out of a million is cut as exactly as a few flows alone."""
    source, target = np.zeros(flows, dtype=int), np.ones(flows, dtype=int)
    instance = between_leaves(source, target, 0.1, leaves=2, spines=spines, link_rate=0.7)
    found, bound = judge(instance, wrap_around.solve(instance, Run()))
    assert found.metrics["parts"] == bound.bounds["parts"] == flows + spines - gcd(flows, spines)


def test_balanced_groups_are_not_cut(parallel, judge):
    """Sizes 5,5,4,4,3,3,3 fit whole on three links of 9, so that nothing is cut."""
    instance = parallel([5, 5, 4, 4, 3, 3, 3], spines=3)
    found, _ = judge(instance, wrap_around.solve(instance, Run()))
    assert (found.objective.value, found.metrics["parts"]) == (9.0, 7)


def test_unequal_capacities(parallel, judge):
    """Five unit flows on capacities 2, 2, 1, 1 finish at 5/6 with 8 parts."""
    instance = parallel([1.0] * 5, spine_groups=TWO_SPEEDS)
    found, bound = judge(instance, wrap_around.solve(instance, Run()))
    assert found.objective.value == pytest.approx(5 / 6, rel=1e-12)
    assert found.metrics["parts"] == bound.bounds["parts"] == 8


def test_uniform_demand_on_a_fabric(on_fabric, judge):
    """All leaves saturated: 15/16 with 480 parts, the proved least, in whole and cut matchings."""
    instance = on_fabric(leaves=16, spines=16, demands={"uniform": 1.0})
    found, bound = judge(instance, wrap_around.solve(instance, Run()))
    assert found.objective.value == pytest.approx(15 / 16, rel=1e-12)
    assert found.metrics["parts"] == bound.bounds["parts"] == 480


def test_mixed_speeds_on_a_fabric(on_fabric, judge):
    """Eight fast and eight slow spines: 10.0, with as few parts as the certificate allows."""
    groups = [{"count": 8, "link_rate": 2.0}, {"count": 8, "link_rate": 1.0}]
    instance = on_fabric(leaves=16, spine_groups=groups, demands={"uniform": 16.0})
    found, bound = judge(instance, wrap_around.solve(instance, Run()))
    assert found.objective.value == pytest.approx(10.0, rel=1e-12)
    assert found.metrics["parts"] == bound.bounds["parts"] == 448


def test_time_to_spare_saves_parts(on_fabric, judge):
    """Where the NICs need longer than the links, flows that fit whole stay whole."""
    flows = [(f"host{n}", f"host{n + 3}", 4.0) for n in range(3)]
    tight = on_fabric(leaves=2, spines=4, hosts_per_leaf=3, flows=flows)
    roomy = on_fabric(leaves=2, spines=4, hosts_per_leaf=3, nic_rate=1.0, flows=flows)
    parts = [
        judge(instance, wrap_around.solve(instance, Run()))[0].metrics["parts"]
        for instance in (tight, roomy)
    ]
    assert parts == [6, 3]


def test_pairs_that_share_no_leaf_use_what_they_have(on_fabric, judge):
    """After failures every pair is cut over its own surviving links."""
    failed = [{"leaf": "leaf0", "spine": "spine1"}, {"leaf": "leaf3", "spine": "spine2"}]
    flows = [("leaf0", "leaf1", 3), ("leaf1", "leaf0", 3), ("leaf2", "leaf3", 2)]
    instance = on_fabric(leaves=4, spines=4, failed_links=failed, flows=flows)
    found, bound = judge(instance, wrap_around.solve(instance, Run()))
    assert found.objective.value == pytest.approx(1.0, rel=1e-12)
    assert bound.bounds["completion_time"] == pytest.approx(1.0, rel=1e-9)


def test_flows_of_any_size_on_alike_spines(on_fabric, judge):
    """An irregular demand matrix still finishes at the bound of its busiest leaf."""
    matrix = [[0, 5, 2], [1, 0, 9], [4, 3, 0]]
    instance = on_fabric(leaves=3, spines=4, demands={"matrix": matrix})
    found, _ = judge(instance, wrap_around.solve(instance, Run()))
    assert found.objective.value == pytest.approx(11 / 4, rel=1e-12)
    assert not wrap_around.cuts_little(instance)


def test_shares_of_pairs_grow_with_time_to_spare(on_fabric, judge):
    """With T_nic = 3 the shares of both pairs on the fast spine take their flows whole."""
    groups = [{"count": 1, "link_rate": 2.0}, {"count": 1, "link_rate": 1.0}]
    flows = [("host0", "host2", 3), ("host1", "host4", 2)]
    instance = on_fabric(leaves=3, spine_groups=groups, hosts_per_leaf=2, nic_rate=1.0, flows=flows)
    found, _ = judge(instance, wrap_around.solve(instance, Run()))
    assert (found.objective.value, found.metrics["split_flows"]) == (3.0, 0)


def test_refusals_say_why(on_fabric):
    """Whole flows and single failures between many leaves are refused in words."""
    whole = on_fabric(leaves=3, spines=2, demands={"uniform": 1.0}, splitting="whole")
    assert "`whole`" in wrap_around.refuses(whole)
    failed = [{"leaf": "leaf0", "spine": "spine0"}]
    broken = on_fabric(leaves=3, spines=3, failed_links=failed, demands={"uniform": 1.0})
    assert "spines differ" in wrap_around.refuses(broken)
    with pytest.raises(CapabilityError, match="spines differ"):
        wrap_around.solve(broken, Run())
