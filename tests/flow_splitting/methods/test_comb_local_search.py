"""Local search: worked examples, large random steps, limits and incumbents."""

import numpy as np
import pytest

from planner.solvers.contract import Budget, Run
from planner.solvers.flow_splitting import local_search
from planner.solvers.flow_splitting.explicit import busiest_time, listed
from planner.solvers.flow_splitting.insertion import insert
from planner.solvers.flow_splitting.search.placement import Placement
from planner.solvers.flow_splitting.search.ranked import ranked_colouring

GAP = [
    (0, 1, 2), (2, 3, 2), (3, 0, 2), (3, 1, 2), (0, 3, 1),
    (0, 2, 1), (1, 2, 1), (1, 0, 1), (1, 3, 1), (1, 0, 1),
]  # fmt: skip


@pytest.fixture
def random_flows(between_leaves):
    """Return a function that builds a fabric with flows of random sizes between random leaves."""

    def build(flows, *, leaves, **fields):
        rng = np.random.default_rng(0)
        source, target = rng.integers(0, leaves, (2, flows))
        size = rng.uniform(1.0, 10.0, flows)
        return between_leaves(source, target, size, leaves=leaves, **fields)

    return build


@pytest.mark.parametrize(
    ("sizes", "links", "value"),
    [([5, 5, 4, 4, 3, 3, 3], 3, 9.0), ([7, 7, 6, 6, 5, 5, 4, 4, 4], 4, 12.0)],
)
def test_improves_on_longest_first(parallel, judge, sizes, links, value):
    """The worked examples on which LPT fails are solved."""
    instance = parallel(sizes, spines=links, splitting="whole")
    found, _ = judge(instance, local_search.solve(instance, Run()))
    assert found.objective.value == value


def test_gap_of_whole_flows(on_fabric, judge):
    """Where whole flows need 1.5 and split ones 1.0, the plan of 1.5 is found."""
    flows = [(f"leaf{source}", f"leaf{target}", size) for source, target, size in GAP]
    instance = on_fabric(leaves=4, spines=2, link_rate=2.0, flows=flows, splitting="whole")
    found, _ = judge(instance, local_search.solve(instance, Run()))
    assert found.objective.value == 1.5


def test_chains_solve_what_moves_do_not(on_fabric, judge):
    """After two failures 15 whole flows per leaf still fit on one link each, on 15 or 16 spines."""
    failed = [{"leaf": f"leaf{number}", "spine": f"spine{number}"} for number in range(2)]
    instance = on_fabric(
        leaves=16, spines=16, failed_links=failed, demands={"uniform": 1.0}, splitting="whole"
    )
    found, bound = judge(instance, local_search.solve(instance, Run()))
    assert found.objective.value == 1.0
    assert bound.bounds["completion_time"] == pytest.approx(1.0, rel=1e-9)


def test_chains_end_where_nothing_can_follow(on_fabric, judge):
    """A flow that alone overloads its far link pushes nobody out; it stays where it was."""
    slow = [{"leaf": "leaf1", "spine": "spine1", "down_rate": 0.25}]
    flows = [("leaf0", "leaf1", 1)] * 2
    instance = on_fabric(leaves=2, spines=2, link_overrides=slow, flows=flows, splitting="whole")
    found, _ = judge(instance, local_search.solve(instance, Run()))
    assert found.objective.value == 2.0


def test_many_flows_come_close_to_the_bound(random_flows, judge):
    """Thousands of flows of random sizes end within 0.2 % of the bound."""
    instance = random_flows(6_000, leaves=16, spines=12, splitting="whole")
    found, bound = judge(instance, local_search.solve(instance, Run(Budget(gap=1e-3))))
    assert found.objective.value <= bound.bounds["completion_time"] * 1.002


def test_failed_and_parallel_links(random_flows, judge):
    """Lanes are chosen on both sides, and links that are down are not used."""
    failed = [
        {"leaf": "leaf0", "spine": "spine0", "links": 1},
        {"leaf": "leaf1", "spine": "spine2"},
    ]
    instance = random_flows(
        300,
        leaves=5,
        spines=3,
        parallel_links=2,
        failed_links=failed,
        splitting="whole",
    )
    found, bound = judge(instance, local_search.solve(instance, Run(Budget(gap=1e-2))))
    assert found.objective.value <= bound.bounds["completion_time"] * 1.05


def test_ranked_colouring_is_within_one_flow_of_even(random_flows):
    """Seven flows of a leaf that follow each other in size go seven ways: links stay even."""
    instance = random_flows(2_000, leaves=9, spines=7)
    fabric, flows = instance.view.fabric, instance.view.steps[0].traffic
    parts = ranked_colouring(fabric, flows)
    assert sorted(parts.flow) == sorted(flows.crosses)
    for end in (flows.source, flows.target):
        load = np.zeros((9, 7))
        np.add.at(load, (end[parts.flow], parts.spine), parts.size)
        largest = np.zeros(9)
        np.maximum.at(largest, end[parts.flow], parts.size)
        assert (load.max(axis=1) - load.min(axis=1) <= largest * (1 + 1e-12)).all()
        for leaf in range(9):
            slots = parts.spine[end[parts.flow] == leaf]
            ranked = slots[np.argsort(-parts.size[end[parts.flow] == leaf], kind="stable")]
            blocks = np.split(ranked, range(7, len(ranked), 7))
            assert all(len(set(block.tolist())) == len(block) for block in blocks)


def test_placement_keeps_count(random_flows):
    """Link times after many moves equal those computed afresh, and a snapshot brings all back."""
    instance = random_flows(60, leaves=4, spines=3)
    fabric, flows = instance.view.fabric, listed(instance.view.steps[0])
    placement = Placement(fabric, flows, insert(fabric, flows, flows.crosses))
    before, start = placement.snapshot(), placement.busiest().time
    rng = np.random.default_rng(0)
    for flow in range(len(placement.size)):
        placement.move(flow, int(rng.integers(3)), 0, 0)
    moved = busiest_time(fabric, flows, placement.parts())
    assert placement.busiest().time == pytest.approx(moved, rel=1e-12)
    placement.restore(before)
    assert placement.busiest().time == pytest.approx(start, rel=1e-12)


def test_stops_at_the_time_limit_with_a_plan(random_flows, judge):
    """A limit already reached still leaves the first placement, marked as stopped."""
    instance = random_flows(40, leaves=4, spines=3)
    run = Run(Budget(time_limit=1.0), elapsed=2.0)
    answer = local_search.solve(instance, run)
    judge(instance, answer)
    assert answer.stopped_by == "time"
    assert not answer.deterministic
    assert run.incumbent is not None


def test_same_seed_same_plan(random_flows):
    """Two runs with one seed end in the same plan."""
    instance = random_flows(40, leaves=4, spines=3)
    plans = [local_search.solve(instance, Run(seed=3)).plan for _ in range(2)]
    assert (plans[0].spine == plans[1].spine).all()
