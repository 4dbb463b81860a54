"""Closed forms: which rule is chosen, when none is, and that size does not matter."""

import pytest

from planner.models.base.errors import CapabilityError
from planner.solvers.contract import Run
from planner.solvers.flow_splitting import rules


def test_all_to_all_of_65536_hosts(on_fabric, judge):
    """The largest two-tier fabric gets the rotation rule, at the NIC bound, without a list."""
    instance = on_fabric(
        leaves=1024,
        spines=64,
        hosts_per_leaf=64,
        nic_rate=1.0,
        collective={"operation": "all_to_all", "size": 65536.0},
    )
    answer = rules.closed_form(instance, Run())
    found, bound = judge(instance, answer)
    assert [rule.rule for rule in answer.plan.rules] == ["rotation"]
    assert found.objective.value == 65535.0
    assert found.metrics["parts"] == 65536 * 65535
    assert bound.bounds["completion_time"] == pytest.approx(65535.0, rel=1e-9)


def test_halving_doubling_takes_local_and_source_index(on_fabric, judge):
    """Rack-local steps need no spine; cross-rack steps use the place of the sending host."""
    instance = on_fabric(
        leaves=4,
        spines=4,
        hosts_per_leaf=4,
        nic_rate=1.0,
        collective={"operation": "all_gather", "algorithm": "halving_doubling", "size": 16.0},
    )
    answer = rules.closed_form(instance, Run())
    judge(instance, answer)
    names = [rule.rule for rule in answer.plan.rules]
    assert names == ["source_index", "source_index", "local", "local"]


def test_uniform_demand_that_divides(on_fabric, judge):
    """15 flows per leaf on 15 spines are one per link."""
    instance = on_fabric(leaves=16, spines=15, demands={"uniform": 1.0})
    found, _ = judge(instance, rules.closed_form(instance, Run()))
    assert found.objective.value == 1.0


def test_refused_where_splitting_is_better(on_fabric):
    """15 whole flows on 16 spines need 1, split ones 15/16: no rule is optimal, and it says so."""
    instance = on_fabric(leaves=16, spines=16, demands={"uniform": 1.0})
    assert "the bound is 0.9375" in rules.refuses(instance)
    with pytest.raises(CapabilityError, match=r"0\.9375"):
        rules.closed_form(instance, Run())
    whole = on_fabric(leaves=16, spines=16, demands={"uniform": 1.0}, splitting="whole")
    assert rules.refuses(whole) is None


def test_refused_where_a_link_is_down(on_fabric):
    """A rule that would use a failed link is not offered."""
    failed = [{"leaf": "leaf0", "spine": "spine0"}]
    instance = on_fabric(leaves=4, spines=3, failed_links=failed, demands={"uniform": 1.0})
    assert "down" in rules.refuses(instance)


def test_spines_behind_the_last_link_are_left_out(on_fabric, judge):
    """Where the last spine is gone the rule counts the others only."""
    failed = [{"leaf": f"leaf{leaf}", "spine": "spine3"} for leaf in range(4)]
    instance = on_fabric(leaves=4, spines=4, failed_links=failed, demands={"uniform": 1.0})
    answer = rules.closed_form(instance, Run())
    found, _ = judge(instance, answer)
    assert answer.plan.rules[0].spines == 3
    assert found.objective.value == 1.0
