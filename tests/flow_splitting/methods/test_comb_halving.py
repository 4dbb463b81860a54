"""The method `halving`: whole flows of one size where single links are down."""

import pytest

from planner.models.base.errors import CapabilityError
from planner.solvers.contract import Budget, Run
from planner.solvers.flow_splitting import choose
from planner.solvers.flow_splitting.halving import MANY, refuses, solve


def failed(*links):
    """Return failed links (leaf, spine)."""
    return [{"leaf": f"leaf{leaf}", "spine": f"spine{spine}"} for leaf, spine in links]


def all_to_all(on_fabric, leaves, spines, hosts, links=((0, 0), (1, 3)), **more):
    """Return an all-to-all of whole flows of size 1."""
    size = float(leaves * hosts)
    return on_fabric(
        leaves=leaves, spines=spines, hosts_per_leaf=hosts, failed_links=failed(*links),
        collective={"operation": "all_to_all", "size": size}, splitting="whole", **more,
    )  # fmt: skip


@pytest.mark.parametrize("hosts", [1, 3, 8])
def test_all_to_all_with_failures_is_optimal(on_fabric, judge, hosts):
    """Leaf 0 has 7 links left for its 7 x hosts^2 flows: exactly hosts^2 on each."""
    instance = all_to_all(on_fabric, leaves=8, spines=8, hosts=hosts)
    found, bound = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(hosts**2, rel=1e-12)
    assert bound.bounds["completion_time"] == pytest.approx(hosts**2, rel=1e-9)
    assert found.metrics["split_flows"] == 0


def test_flows_are_counted_and_never_listed(on_fabric, judge):
    """16.8 million flows: amounts per pair of leaves, in whole flows, at the counting bound."""
    instance = all_to_all(on_fabric, leaves=16, spines=16, hosts=256)
    assert choose(instance).method == "halving"
    answer = solve(instance, Run())
    found, bound = judge(instance, answer)
    assert answer.plan.kind == "aggregated"
    assert (answer.plan.size % 1 == 0).all()
    assert found.metrics["split_flows"] == 0
    assert found.objective.value == pytest.approx(bound.bounds["completion_time"], rel=1e-9)


def test_parallel_links(on_fabric, judge):
    """A lost lane leaves 7 of 8 links: 3 x 16 flows on them are 7 on the busiest."""
    instance = on_fabric(
        leaves=4, spines=4, parallel_links=2, hosts_per_leaf=4, splitting="whole",
        failed_links=[{"leaf": "leaf0", "spine": "spine0", "links": 1}],
        collective={"operation": "all_to_all", "size": 16.0},
    )  # fmt: skip
    found, _ = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(7.0, rel=1e-12)
    assert found.metrics["split_flows"] == 0


def test_mixed_rates(on_fabric, judge):
    """A link of rate 2 takes two flows for each of the others."""
    instance = on_fabric(
        leaves=3, spines=2, hosts_per_leaf=3, splitting="whole", failed_links=failed((2, 1)),
        link_overrides=[{"leaf": "leaf2", "spine": "spine0", "up_rate": 2.0, "down_rate": 2.0}],
        collective={"operation": "all_to_all", "size": 9.0},
    )  # fmt: skip
    found, bound = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(bound.bounds["completion_time"], rel=1e-9)


def test_stopped_run_has_a_plan(on_fabric, judge):
    """Without time the plan is made in haste and says so."""
    instance = all_to_all(on_fabric, leaves=8, spines=8, hosts=4)
    answer = solve(instance, Run(Budget(time_limit=1.0), elapsed=2.0))
    judge(instance, answer)
    assert answer.stopped_by == "time"


def test_nothing_crosses_the_fabric(on_fabric, judge):
    """Flows below one leaf take no path."""
    instance = on_fabric(
        leaves=2, spines=2, hosts_per_leaf=2, nic_rate=1.0, splitting="whole",
        flows=[("host0", "host1", 3.0)],
    )  # fmt: skip
    found, _ = judge(instance, solve(instance, Run()))
    assert found.objective.value == 3.0


def test_refuses_flows_of_different_sizes(on_fabric):
    """Counting needs flows of one size."""
    flows = [("host0", "host1", 1.0), ("host1", "host0", 2.0)]
    instance = on_fabric(leaves=2, spines=2, hosts_per_leaf=1, flows=flows, splitting="whole")
    assert "differ in size" in (refuses(instance) or "")
    with pytest.raises(CapabilityError):
        solve(instance, Run())


def test_few_flows_are_left_to_exact_methods(on_fabric):
    """Small instances are proved by search; `halving` is for many flows."""
    small = all_to_all(on_fabric, leaves=4, spines=4, hosts=2, links=((0, 0), (1, 3), (2, 0)))
    assert len(small.view.steps[0].traffic) < MANY
    assert choose(small).method != "halving"


def test_a_step_below_the_leaves_takes_no_time(on_fabric, judge):
    """Halving-doubling: hosts of one leaf exchange first; without NICs nothing bounds that."""
    instance = on_fabric(
        leaves=4, spines=4, hosts_per_leaf=4, splitting="whole", failed_links=failed((0, 0)),
        collective={"operation": "all_reduce", "algorithm": "halving_doubling", "size": 16.0},
    )  # fmt: skip
    found, bound = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(bound.bounds["completion_time"], rel=1e-9)


def test_alone_below_a_leaf(on_fabric, judge):
    """The only flow stays below its leaf, beside a link that is down."""
    instance = on_fabric(
        leaves=3, spines=2, hosts_per_leaf=3, parallel_links=3, splitting="whole",
        failed_links=failed((1, 0)), flows=[("host1", "host2", 1)],
    )  # fmt: skip
    found, _ = judge(instance, solve(instance, Run()))
    assert found.objective.value == 0.0
