"""Baselines reproduce published and worked figures."""

import pytest

from planner.models.base.errors import InputError
from planner.models.flow_splitting import Instance
from planner.solvers.contract import Budget, Run
from planner.solvers.flow_splitting.baselines import ecmp, ethereal, greedy_online, lpt

CROSS_RACK = {"operation": "all_reduce", "algorithm": "halving_doubling", "size": 256.0, "step": 4}
DIRECT = {"operation": "all_to_all", "size": 256.0}
RING = {"operation": "all_gather", "algorithm": "ring", "size": 256.0}


def sixteen(on_fabric, collective):
    """Return the 16 x 16 fabric of 256 hosts with all rates equal."""
    return on_fabric(leaves=16, spines=16, hosts_per_leaf=16, nic_rate=1.0, collective=collective)


@pytest.mark.parametrize(
    ("collective", "subflows", "ratio"),
    [
        (CROSS_RACK, 1, 4.54),
        (CROSS_RACK, 2, 3.37),
        (CROSS_RACK, 4, 2.58),
        (CROSS_RACK, 8, 2.08),
        (CROSS_RACK, 16, 1.75),
        (CROSS_RACK, 32, 1.51),
        (DIRECT, 1, 1.126),
        (RING, 1, 1.0),
    ],
)
def test_ecmp_excess(on_fabric, judge, collective, subflows, ratio):
    """The mean excess of hashing over the NICs agrees with the reference table to 2 %."""
    instance = sixteen(on_fabric, collective)
    answer = ecmp.solve(instance, Run(seed=2024, options={"subflows": subflows}))
    spread = answer.statistics["load_ratio"]
    assert spread.mean == pytest.approx(ratio, rel=0.02)
    assert spread.p5 <= spread.mean * (1 + 1e-12)
    assert spread.mean <= spread.p95 * (1 + 1e-12)
    assert (spread.draws, spread.seed) == (2000, 2024)
    judge(instance, answer)


def test_both_ways_of_drawing_agree(on_fabric):
    """Counts per spine and flow-by-flow draws have the same mean, parallel links included."""
    means = []
    for fields in ({"spines": 8}, {"spines": 4, "parallel_links": 2}):
        instance = on_fabric(
            leaves=4, hosts_per_leaf=16, nic_rate=1.0, collective=DIRECT | {"size": 64.0}, **fields
        )
        answer = ecmp.solve(instance, Run(seed=1, options={"draws": 400}))
        means.append(answer.statistics["load_ratio"].mean)
    assert means[0] == pytest.approx(means[1], rel=0.01)


def test_ecmp_is_reproducible_and_looks_at_the_clock(on_fabric):
    """One seed gives one plan; a deadline in the past leaves the first draw."""
    instance = sixteen(on_fabric, CROSS_RACK)
    plans = [ecmp.solve(instance, Run(seed=5, options={"draws": 2})).plan for _ in range(2)]
    assert (plans[0].spine == plans[1].spine).all()
    late = ecmp.solve(instance, Run(Budget(time_limit=1.0), elapsed=2.0))
    assert (late.stopped_by, late.statistics["completion_time"].draws) == ("time", 1)
    assert not late.deterministic


@pytest.mark.parametrize("options", [{"draws": 0}, {"draws": "many"}, {"subflows": True}])
def test_ecmp_refuses_bad_options(on_fabric, options):
    """An option that is no positive whole number is named."""
    with pytest.raises(InputError, match=rf"options\.{next(iter(options))}"):
        ecmp.solve(sixteen(on_fabric, CROSS_RACK), Run(options=options))


def test_ecmp_on_a_graph_splits_equally_at_every_node(judge):
    """Of 8 from a to d, half goes by b and half by c, where it meets 2 from c."""
    instance = Instance.model_validate(
        {
            "problem": "flow_splitting",
            "schema_version": 1,
            "name": "diamond",
            "units": "normalised",
            "topology": {
                "kind": "graph",
                "nodes": ["a", "b", "c", "d"],
                "link_rate": 1.0,
                "links": [{"a": a, "b": b} for a, b in ("ab", "ac", "bd", "cd")],
            },
            "workload": {
                "demands": {
                    "pairs": [
                        {"from": "a", "to": "d", "size": 8.0},
                        {"from": "c", "to": "d", "size": 2.0},
                    ]
                }
            },
        },
        context={"normalised": True},
    )
    found, _ = judge(instance, ecmp.solve(instance, Run()))
    assert found.objective.value == 6.0


def fails(*links):
    """Return failed links from pairs (leaf, spine)."""
    return [{"leaf": f"leaf{leaf}", "spine": f"spine{spine}"} for leaf, spine in links]


@pytest.mark.parametrize(
    ("leaves", "failed", "value"),
    [
        (3, [(0, 0), (1, 1)], 1.5),
        (16, [], 15 / 16),
        (16, [(0, 0)], 1.0),
        (16, [(0, 0), (1, 1)], 1.00476190476),
        (16, [(0, 0), (1, 1), (0, 2)], 1.07692307692),
    ],
)
def test_ethereal_after_failures(on_fabric, judge, leaves, failed, value):
    """Weighting all surviving paths equally gives the loads of the worked examples."""
    instance = on_fabric(
        leaves=leaves, spines=leaves, failed_links=fails(*failed), demands={"uniform": 1.0}
    )
    found, _ = judge(instance, ethereal.solve(instance, Run()))
    assert found.objective.value == pytest.approx(value, rel=1e-10)


def test_ethereal_on_mixed_speeds(on_fabric, judge):
    """Equal parts on fast and slow spines take 15 where 10 is possible."""
    groups = [{"count": 8, "link_rate": 2.0}, {"count": 8, "link_rate": 1.0}]
    instance = on_fabric(leaves=16, spine_groups=groups, demands={"uniform": 16.0})
    found, _ = judge(instance, ethereal.solve(instance, Run()))
    assert found.objective.value == pytest.approx(15.0, rel=1e-12)


def test_ethereal_splits_host_by_host(on_fabric, judge):
    """One flow per host and destination leaf is cut 16 times: 4,096 parts, load as ideal."""
    instance = sixteen(on_fabric, CROSS_RACK)
    found, _ = judge(instance, ethereal.solve(instance, Run()))
    assert found.metrics["parts"] == 4096
    assert found.metrics["load_ratio"] == pytest.approx(1.0, rel=1e-12)


def test_ethereal_cuts_into_as_few_parts_as_its_rule_allows(on_fabric, judge):
    """Four flows of one sender on six paths are cut in three, not in six: gcd(4, 6) = 2."""
    flows = [("host0", "host1", 1)] * 4
    instance = on_fabric(leaves=2, spines=6, hosts_per_leaf=1, flows=flows)
    found, _ = judge(instance, ethereal.solve(instance, Run()))
    assert found.metrics["parts"] == 12
    assert found.objective.value == pytest.approx(4 / 6, rel=1e-12)


def test_ethereal_refuses_mixed_sizes_of_one_sender(on_fabric):
    """The published rule aborts on unequal sizes to one leaf; other senders may differ."""
    mixed = [("host0", "host2", 1), ("host0", "host3", 2)]
    apart = [("host0", "host2", 1), ("host1", "host3", 2)]
    fields = {"leaves": 2, "spines": 2, "hosts_per_leaf": 2}
    assert "different sizes" in ethereal.refuses(on_fabric(flows=mixed, **fields))
    assert ethereal.refuses(on_fabric(flows=apart, **fields)) is None


@pytest.mark.parametrize(
    ("sizes", "links", "value"),
    [([5, 5, 4, 4, 3, 3, 3], 3, 11.0), ([7, 7, 6, 6, 5, 5, 4, 4, 4], 4, 15.0)],
)
def test_longest_first_on_parallel_links(parallel, judge, sizes, links, value):
    """LPT gives 11 and 15 where 9 and 12 are possible (the worst ratio for four links)."""
    instance = parallel(sizes, spines=links, splitting="whole")
    found, _ = judge(instance, lpt.solve(instance, Run()))
    assert found.objective.value == value


def test_greedy_online_depends_on_the_order_of_arrival(parallel, judge):
    """Small flows first leave no room for the large one; longest first does."""
    instance = parallel([1, 1, 2], spines=2, splitting="whole")
    online, _ = judge(instance, greedy_online.solve(instance, Run()))
    longest, _ = judge(instance, lpt.solve(instance, Run()))
    assert (online.objective.value, longest.objective.value) == (3.0, 2.0)
