"""The method `splittable_lp` as a whole."""

import numpy as np
import pytest

from planner.models.flow_splitting import Instance, samples
from planner.models.flow_splitting.enumeration import optimum
from planner.solvers.contract import Budget, Run
from planner.solvers.flow_splitting.linear import fill, flow_lp, serving
from planner.solvers.flow_splitting.linear.splittable_lp import refuses, solve


def failed(*links):
    """Return failed links (leaf, spine)."""
    return [{"leaf": f"leaf{leaf}", "spine": f"spine{spine}"} for leaf, spine in links]


def test_two_flows_three_spines(parallel, judge):
    """n f / s = 2/3 with n + s - gcd(n, s) = 4 parts."""
    instance = parallel([1.0, 1.0], spines=3)
    found, bound = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(2 / 3, rel=1e-12)
    assert found.metrics["parts"] == bound.bounds["parts"] == 4


def test_two_failed_links_split_nothing(on_fabric, judge):
    """3 x 3 with two links down: 1.0, where an equal split gives 1.5, and no flow is cut."""
    instance = on_fabric(
        leaves=3, spines=3, failed_links=failed((0, 0), (1, 1)), demands={"uniform": 1.0}
    )
    found, _ = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(1.0, rel=1e-12)
    assert found.metrics["split_flows"] == 0


def test_mixed_speeds(on_fabric, judge):
    """Eight spines of rate 2 and eight of rate 1, 16 per pair of 16 leaves: 240 / 24."""
    groups = [{"count": 8, "link_rate": 2.0}, {"count": 8, "link_rate": 1.0}]
    instance = on_fabric(leaves=16, spine_groups=groups, demands={"uniform": 16.0})
    found, bound = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(10.0, rel=1e-9)
    assert bound.bounds["completion_time"] == pytest.approx(10.0, rel=1e-9)


def test_three_failures_cut_two_flows(on_fabric, judge):
    """16 x 16, links (0,0), (1,1), (0,2) down: 15/14; leaf 0 cuts one flow out and one in."""
    links = failed((0, 0), (1, 1), (0, 2))
    instance = on_fabric(leaves=16, spines=16, failed_links=links, demands={"uniform": 1.0})
    found, _ = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(15 / 14, rel=1e-9)
    assert found.metrics["split_flows"] == 2
    assert found.metrics["parts"] == 240 + 2 * 13


def test_unequal_capacities(parallel, judge):
    """Five unit flows on rates 2, 2, 1, 1: 5/6, and eight parts are the least."""
    groups = [{"count": 2, "link_rate": 2.0}, {"count": 2, "link_rate": 1.0}]
    instance = parallel([1.0] * 5, spine_groups=groups)
    found, bound = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(5 / 6, rel=1e-12)
    assert found.metrics["parts"] == bound.bounds["parts"] == 8


def test_metric_proof_where_no_leaf_is_the_bottleneck(on_fabric, judge):
    """Two targets share only a slow uplink of their source: lengths prove it, degrees do not."""
    links = failed((1, 0), (2, 0))
    slow = [{"leaf": "leaf0", "spine": "spine1", "up_rate": 0.25}]
    instance = on_fabric(
        leaves=4, spines=2, failed_links=links, link_overrides=slow, demands={"uniform": 1.0}
    )
    answer = solve(instance, Run())
    found, bound = judge(instance, answer)
    assert found.objective.value == pytest.approx(2 / 0.25, rel=1e-9)
    assert bound.bounds["completion_time"] == pytest.approx(2 / 0.25, rel=1e-9)
    assert answer.certificate.steps[0].proof == "metric"


def test_nic_time_leaves_room_for_whole_flows(on_fabric, judge):
    """One failed link of 16 x 16 x 16 hosts: all-to-all meets its bound without a cut."""
    instance = on_fabric(
        leaves=16, spines=16, hosts_per_leaf=16, nic_rate=1.0, failed_links=failed((0, 0)),
        collective={"operation": "all_to_all", "size": 256.0},
    )  # fmt: skip
    found, bound = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(bound.bounds["completion_time"], rel=1e-9)
    assert found.metrics["split_flows"] == 0


def test_parallel_links_with_a_failed_lane(on_fabric, judge):
    """Lanes are links of their own, and a bundle that lost one is slower."""
    links = [{"leaf": "leaf0", "spine": "spine0", "links": 1}]
    instance = on_fabric(
        leaves=4, spines=2, parallel_links=3, failed_links=links, demands={"uniform": 1.0}
    )
    found, _ = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(3 / 5, rel=1e-9)


def test_huge_all_to_all_is_aggregated(on_fabric, judge):
    """4,096 hosts with one failed link: 16.8 million flows, never listed, none split."""
    instance = on_fabric(
        leaves=64, spines=64, hosts_per_leaf=64, nic_rate=1.0, failed_links=failed((0, 0)),
        collective={"operation": "all_to_all", "size": 4096.0},
    )  # fmt: skip
    answer = solve(instance, Run())
    found, bound = judge(instance, answer)
    assert answer.plan.kind == "aggregated"
    assert found.objective.value == pytest.approx(bound.bounds["completion_time"], rel=1e-9)
    assert found.metrics["split_flows"] == 0


def test_irregular_flows_are_hardly_cut(between_leaves, judge):
    """20,000 irregular flows on 8 x 8 with failures: fewer cuts than uplinks."""
    rng = np.random.default_rng(2)
    source = rng.integers(0, 8, 20_000)
    target = (source + rng.integers(1, 8, 20_000)) % 8
    size = rng.lognormal(0.0, 0.5, 20_000)
    instance = between_leaves(
        source, target, size, leaves=8, spines=8, failed_links=failed((0, 0), (3, 4))
    )
    found, bound = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(bound.bounds["completion_time"], rel=1e-9)
    assert found.metrics["parts"] <= 20_000 + 8 * 8


def test_balanced_goal_is_reached_or_the_lp_is_asked(on_fabric, judge, monkeypatch):
    """With balancing in place of the small LP the optimum is the same."""
    monkeypatch.setattr(flow_lp, "DIRECT", 0)
    rng = np.random.default_rng(8)
    for links in (failed((0, 0), (1, 1)), failed((0, 0), (0, 1), (1, 2), (2, 2))):
        matrix = rng.integers(1, 9, (5, 5)).astype(float).tolist()
        instance = on_fabric(leaves=5, spines=4, failed_links=links, demands={"matrix": matrix})
        found, bound = judge(instance, solve(instance, Run()))
        assert found.objective.value == pytest.approx(bound.bounds["completion_time"], rel=1e-6)


def test_without_any_room_for_search_the_plan_still_stands(on_fabric, judge, monkeypatch):
    """Dealt in haste by halving, pairs are spread over their paths as by rate."""
    monkeypatch.setattr(serving, "AT_ONCE", 0)
    instance = on_fabric(leaves=5, spines=4, failed_links=failed((0, 0)), demands={"uniform": 2.0})
    run = Run(Budget(time_limit=10.0), elapsed=20.0)
    found, _ = judge(instance, solve(instance, run))
    assert found.objective.value == pytest.approx(8 / 3, rel=1e-9)


def test_stopped_run_keeps_the_first_plan(on_fabric, judge):
    """A run whose time is over answers with shares by rate, says so, and claims no optimum."""
    instance = on_fabric(
        leaves=3, spines=3, failed_links=failed((0, 0), (1, 1)), demands={"uniform": 1.0}
    )
    answer = solve(instance, Run(Budget(time_limit=10.0), elapsed=20.0))
    found, bound = judge(instance, answer)
    assert answer.stopped_by == "time"
    assert found.objective.value > bound.bounds["completion_time"] * 1.1


def test_incumbent_comes_first(on_fabric):
    """The first report brings a complete plan, before any LP is solved."""
    reports = []
    instance = on_fabric(leaves=3, spines=2, demands={"uniform": 1.0})
    run = Run(listener=lambda progress, answer: reports.append((progress.phase, answer)))
    solve(instance, run)
    assert reports[0][0] == "sharing by rate"
    assert reports[0][1].plan is not None


def test_unreachable_pair_is_infeasible(on_fabric):
    """A leaf without links gives the proof that there is no plan."""
    instance = on_fabric(
        leaves=3, spines=2, failed_links=failed((0, 0), (0, 1)), demands={"uniform": 1.0}
    )
    answer = solve(instance, Run())
    assert answer.infeasible
    assert answer.certificate.kind == "unreachable"


@pytest.mark.parametrize("splitting", ["whole", "equal"])
def test_refuses_what_it_cannot_promise(on_fabric, splitting):
    """Whole flows and equal parts are for other methods, which are named."""
    instance = on_fabric(leaves=2, spines=2, demands={"uniform": 1.0}, splitting=splitting)
    assert "exact" in refuses(instance)


def test_same_plan_every_time(on_fabric):
    """Two runs give the same plan to the last bit."""
    instance = on_fabric(
        leaves=6, spines=4, failed_links=failed((0, 0), (2, 1)), demands={"uniform": 3.0}
    )
    one, two = (solve(instance, Run()).plan.model_dump_json() for _ in range(2))
    assert one == two


def test_random_instances_reach_their_optimum(judge):
    """On random small instances the objective meets its own proof, and enumeration."""
    taken = 0
    for seed in range(150):
        data = samples.draw(np.random.default_rng(seed))
        instance = Instance.model_validate(data, context={"normalised": True})
        if refuses(instance) is not None:
            continue
        found, bound = judge(instance, solve(instance, Run()))
        value, best = found.objective.value, optimum(instance)
        assert value == pytest.approx(bound.bounds["completion_time"], rel=1e-6)
        assert best is None or value == pytest.approx(best, rel=1e-6)
        taken += 1
    assert taken >= 30


def test_leftovers_are_poured_where_the_lp_would_be_too_large(on_fabric, judge, monkeypatch):
    """Without any LP for the rest, flows that do not fit whole are cut one by one."""
    monkeypatch.setattr(fill, "RESIDUAL_COLUMNS", 0)
    instance = on_fabric(
        leaves=16, spines=16, failed_links=failed((0, 0), (0, 2)), demands={"uniform": 1.0}
    )
    found, _ = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(15 / 14, rel=1e-9)
    assert found.metrics["split_flows"] == 2


def test_whole_flows_are_preferred_where_they_are_as_fast(on_fabric, judge):
    """Eleven flows placed longest first keep the time of the LP, so that none is cut."""
    rates = [(0, 0), (0, 2), (1, 1), (1, 3), (2, 0), (2, 2)]
    flows = [(0, 1, 2), (0, 1, 2), (0, 1, 1), (0, 2, 1), (1, 2, 1), (1, 2, 1), (1, 2, 2)]
    flows += [(2, 0, 1), (2, 0, 1), (2, 0, 1), (2, 1, 1)]
    instance = on_fabric(
        leaves=3, spines=4, hosts_per_leaf=1, nic_rate=20.0, failed_links=failed((0, 0), (2, 2)),
        link_overrides=[
            {"leaf": f"leaf{i}", "spine": f"spine{k}", "up_rate": 2.0, "down_rate": 1.0}
            for i, k in rates
        ],
        flows=[(f"host{i}", f"host{j}", size) for i, j, size in flows],
    )  # fmt: skip
    found, bound = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(bound.bounds["completion_time"], rel=1e-9)
    assert found.metrics["parts"] == bound.bounds["parts"] == 11


def test_large_irregular_demand_meets_its_bound_with_few_parts(on_fabric, judge):
    """62,496 variables, no symmetry: the degree bound, and fewer cuts than links."""
    rng = np.random.default_rng(4)
    matrix = rng.lognormal(0.0, 1.0, (32, 32)).round(3)
    np.fill_diagonal(matrix, 0.0)
    instance = on_fabric(
        leaves=32, spines=64, demands={"matrix": matrix.tolist()},
        failed_links=failed(*((i, 2 * i) for i in range(31))),
    )  # fmt: skip
    found, bound = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(bound.bounds["completion_time"], rel=1e-9)
    assert found.metrics["parts"] <= 32 * 31 + 2 * 32 * 64


def test_small_flows_stay_whole_on_a_large_fabric(between_leaves, judge, monkeypatch):
    """Twenty flows for each pair of leaves: fewer parts than halving would make."""
    monkeypatch.setattr(flow_lp, "DIRECT", 1_000)
    rng = np.random.default_rng(7)
    source = rng.integers(0, 24, 12_000)
    target = (source + rng.integers(1, 24, 12_000)) % 24
    size = rng.lognormal(0.0, 1.0, 12_000)
    links = failed(*((i, 2 * i) for i in range(23)))
    instance = between_leaves(source, target, size, leaves=24, spines=48, failed_links=links)
    found, bound = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(bound.bounds["completion_time"], rel=1e-9)
    assert found.metrics["parts"] <= 12_000 + 1_000
