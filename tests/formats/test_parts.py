"""Plans of every kind as lists of parts: what is sent, where, and in how many pieces."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planner.formats.plans.decompose import list_paths
from planner.formats.plans.parts import list_parts
from planner.formats.plans.rows import part_rows, size_column
from planner.models.base.errors import CapabilityError
from planner.models.flow_splitting.evaluate import evaluate
from planner.models.flow_splitting.plan import (
    AggregatedArcsPlan,
    AggregatedPlan,
    ExplicitPathsPlan,
    ExplicitPlan,
    Rule,
    RulePlan,
)

FABRIC = {"kind": "leaf_spine", "leaves": 3, "spines": 3, "link_rate": 1, "hosts_per_leaf": 2}
TRIANGLE = {
    "kind": "graph",
    "nodes": ["A", "B", "C"],
    "link_rate": 1,
    "links": [{"a": "A", "b": "B"}, {"a": "B", "b": "C"}, {"a": "A", "b": "C"}],
}
# Arcs of the triangle: 0 A>B, 1 B>A, 2 B>C, 3 C>B, 4 A>C, 5 C>A.


def flow(source, target, size):
    return {"from": source, "to": target, "size": size}


@pytest.fixture(scope="module")
def pair(make):
    """Two flows from leaf 0 to leaf 1 and one that stays below its leaf."""
    flows = [flow("host0", "host2", 1), flow("host0", "host1", 9), flow("host1", "host3", 1)]
    return make(FABRIC, {"flows": flows}, units="normalised")


@pytest.fixture(scope="module")
def triangle(make):
    """Demands of 2 from A to B and of 1 from A to C."""
    pairs = [flow("A", "B", 2), flow("A", "C", 1)]
    return make(TRIANGLE, {"demands": {"pairs": pairs}}, units="normalised")


def shown(instance, plan):
    return [(row.flow, row.part, row.size, ">".join(row.path)) for row in part_rows(instance, plan)]


def test_explicit_plan(pair):
    """Parts come by flow, with the names of hosts and switches."""
    plan = ExplicitPlan(step=[0, 0, 0], flow=[2, 0, 2], spine=[1, 2, 0], size=[0.25, 1, 0.75])
    assert shown(pair, plan) == [
        (0, 0, 1.0, "leaf0>spine2>leaf1"),
        (2, 0, 0.25, "leaf0>spine1>leaf1"),
        (2, 1, 0.75, "leaf0>spine0>leaf1"),
    ]
    assert [row.target for row in part_rows(pair, plan)] == ["host2", "host3", "host3"]


def test_aggregated_plan_is_cut_by_the_wrap_around_rule(pair):
    """Flows are laid end to end and cut where the amounts of the spines end."""
    third = 2 / 3
    plan = AggregatedPlan(
        step=[0] * 3, source=[0] * 3, target=[1] * 3, spine=[2, 0, 1], size=[third] * 3
    )
    found = shown(pair, plan)
    assert [(flow, part, path) for flow, part, _, path in found] == [
        (0, 0, "leaf0>spine2>leaf1"),
        (0, 1, "leaf0>spine0>leaf1"),
        (2, 0, "leaf0>spine0>leaf1"),
        (2, 1, "leaf0>spine1>leaf1"),
    ]
    assert [row[2] for row in found] == pytest.approx([2 / 3, 1 / 3, 1 / 3, 2 / 3], rel=1e-12)


def test_amounts_that_end_with_flows_split_nothing(pair):
    """A cut that misses the end of a flow by rounding alone makes no sliver."""
    plan = AggregatedPlan(
        step=[0, 0], source=[0, 0], target=[1, 1], spine=[0, 1], size=[1 + 1e-13, 1 - 1e-13]
    )
    assert [row[:2] for row in shown(pair, plan)] == [(0, 0), (2, 0)]


def test_parallel_links_are_told_apart(make):
    """Lanes take consecutive stretches of the amount of their spine."""
    topology = {**FABRIC, "spines": 1, "parallel_links": 2}
    flows = [flow("host0", "host2", 1), flow("host1", "host3", 1)]
    instance = make(topology, {"flows": flows}, units="normalised")
    plan = AggregatedPlan(step=[0], source=[0], target=[1], spine=[0], size=[2])
    rows = list(part_rows(instance, plan))
    assert [(row.flow, row.lanes, row.path_number) for row in rows] == [
        (0, (0, 0), 0),
        (1, (1, 1), 1),
    ]


def test_rule_plan(make):
    """A rule gives each flow its spine; sending hosts take turns."""
    workload = {"collective": {"operation": "all_gather", "algorithm": "ring", "size": 6}}
    instance = make(FABRIC, workload, units="normalised")
    plan = RulePlan(rules=(Rule(rule="source_index", spines=3),))
    rows = list(part_rows(instance, plan))
    assert [(row.source, row.target, row.path[1]) for row in rows] == [
        ("host1", "host2", "spine1"),
        ("host3", "host4", "spine1"),
        ("host5", "host0", "spine1"),
    ]


def test_rule_over_too_many_flows_is_refused(make):
    """A rule over flows that are never listed is itself the table, and the message says so."""
    topology = {**FABRIC, "leaves": 1024, "spines": 64, "hosts_per_leaf": 64}
    workload = {"collective": {"operation": "all_to_all", "size": 65536}}
    instance = make(topology, workload, units="normalised")
    with pytest.raises(CapabilityError, match="plan-json"):
        part_rows(instance, RulePlan(rules=(Rule(rule="rotation", spines=64),)))


def test_explicit_paths(triangle):
    """Paths are shown by the names of their nodes."""
    plan = ExplicitPathsPlan(
        flow=[1, 0, 0], size=[1, 1.5, 0.5], path_start=[0, 1, 2, 4], arcs=[4, 0, 4, 3]
    )
    assert shown(triangle, plan) == [
        (0, 0, 1.5, "A>B"),
        (0, 1, 0.5, "A>C>B"),
        (1, 0, 1.0, "A>C"),
    ]


def test_arcs_are_taken_apart(triangle):
    """Amounts on arcs become paths that give every arc its amount back."""
    plan = AggregatedArcsPlan(source=[0, 0, 0], arc=[0, 4, 3], size=[1.5, 1.5, 0.5])
    assert shown(triangle, plan) == [
        (0, 0, 1.5, "A>B"),
        (0, 1, 0.5, "A>C>B"),
        (1, 0, 1.0, "A>C"),
    ]


def test_circles_are_taken_off(triangle):
    """Traffic that runs in a circle reaches nobody and is left out."""
    plan = AggregatedArcsPlan(source=[0] * 4, arc=[0, 4, 2, 3], size=[2, 1, 5, 5])
    assert shown(triangle, plan) == [(0, 0, 2.0, "A>B"), (1, 0, 1.0, "A>C")]


@pytest.mark.parametrize(
    "plan",
    [
        AggregatedPlan(step=[0], source=[0], target=[1], spine=[0], size=[1.5]),
        AggregatedPlan(step=[0], source=[0], target=[2], spine=[0], size=[2]),
        AggregatedPlan(step=[0], source=[0], target=[1], spine=[7], size=[2]),
        AggregatedPlan(step=[0], source=[9], target=[1], spine=[0], size=[2]),
        ExplicitPlan(step=[0], flow=[7], spine=[0], size=[1]),
        ExplicitPlan(step=[3], flow=[0], spine=[0], size=[1]),
        ExplicitPlan(step=[0], flow=[0], spine=[-1], size=[1]),
        ExplicitPlan(step=[0, 0], flow=[0], spine=[0], size=[1]),
        RulePlan(rules=(Rule(rule="local"),)),
        RulePlan(rules=()),
        AggregatedArcsPlan(source=[0], arc=[0], size=[1]),
        None,
    ],
)
def test_plans_that_do_not_fit_a_fabric_are_refused(pair, plan):
    """A plan with unserved pairs, unknown numbers or of another network is not listed."""
    with pytest.raises(CapabilityError):
        list(part_rows(pair, plan))


@pytest.mark.parametrize(
    "plan",
    [
        AggregatedArcsPlan(source=[0, 0], arc=[0, 4], size=[2, 0.5]),
        AggregatedArcsPlan(source=[0], arc=[0], size=[2]),
        AggregatedArcsPlan(source=[0, 0], arc=[0, 9], size=[2, 1]),
        ExplicitPathsPlan(flow=[5], size=[1], path_start=[0, 1], arcs=[0]),
        ExplicitPathsPlan(flow=[0], size=[1], path_start=[0, 1], arcs=[9]),
        ExplicitPathsPlan(flow=[0], size=[1], path_start=[0], arcs=[0]),
        ExplicitPlan(step=[0], flow=[0], spine=[0], size=[1]),
    ],
)
def test_plans_that_do_not_fit_a_graph_are_refused(triangle, plan):
    """A plan that is no flow, or of another network, is not listed."""
    with pytest.raises(CapabilityError):
        list(part_rows(triangle, plan))


@pytest.mark.parametrize("lanes", [{}, {"up_lane": [0], "down_lane": [2]}, {"up_lane": [1]}])
def test_plans_that_choose_no_lane_are_refused(make, lanes):
    """Where there are parallel links, an explicit plan names existing ones."""
    instance = make(
        {**FABRIC, "parallel_links": 2}, {"flows": [flow("host0", "host2", 1)]}, units="normalised"
    )
    plan = ExplicitPlan(step=[0], flow=[0], spine=[0], size=[1], **lanes)
    with pytest.raises(CapabilityError):
        part_rows(instance, plan)


def test_size_column_names_the_unit(make, pair):
    """Sizes are bytes, rates are bytes per second, normalised amounts have no unit."""
    assert size_column(pair) == "amount"
    topology = {**TRIANGLE, "link_rate": "1 Gbit/s"}
    for key, value, name in (
        ("size", "1 MB", "bytes"),
        ("rate", "1 Mbit/s", "bytes_per_second"),
    ):
        pairs = [{"from": "A", "to": "B", key: value}]
        assert size_column(make(topology, {"demands": {"pairs": pairs}})) == name


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_parts_of_random_amounts(make, data):
    """Parts serve every flow, give every spine its amount, and are as many as evaluated."""
    flows = data.draw(
        st.lists(
            st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 9)).filter(
                lambda flow: flow[0] != flow[1]
            ),
            min_size=1,
            max_size=8,
        )
    )
    lanes = data.draw(st.integers(1, 2))
    listed = [flow(f"host{a}", f"host{b}", size) for a, b, size in flows]
    instance = make({**FABRIC, "parallel_links": lanes}, {"flows": listed}, units="normalised")
    rows = []
    for source, target in {(a // 2, b // 2) for a, b, _ in flows if a // 2 != b // 2}:
        total = sum(size for a, b, size in flows if (a // 2, b // 2) == (source, target))
        weights = data.draw(st.lists(st.integers(0, 3), min_size=3, max_size=3).filter(any))
        rows += [
            (0, source, target, spine, total * weight / sum(weights))
            for spine, weight in enumerate(weights)
            if weight
        ]
    assume(rows)
    step, source, target, spine, size = (list(column) for column in zip(*rows, strict=True))
    plan = AggregatedPlan(step=step, source=source, target=target, spine=spine, size=size)
    (parts,) = list_parts(instance.view, plan)
    crossing = parts.flows.crosses
    sent = np.bincount(parts.flow, parts.size, len(parts.flows))
    assert sent[crossing] == pytest.approx(parts.flows.size[crossing], rel=1e-9)
    key = (parts.flows.source[parts.flow] * 3 + parts.flows.target[parts.flow]) * 3 + parts.spine
    wanted = np.bincount((plan.source * 3 + plan.target) * 3 + plan.spine, plan.size, 27)
    assert np.bincount(key, parts.size, 27) == pytest.approx(wanted, abs=1e-8)
    local = len(parts.flows) - len(crossing)
    assert evaluate(instance, plan).metrics["parts"] == len(parts.flow) + local


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_decomposition_of_random_flows(make, data):
    """Random paths, added up per arc and taken apart again, load every arc no more than before."""
    nodes = [f"n{number}" for number in range(5)]
    links = [{"a": a, "b": b} for place, a in enumerate(nodes) for b in nodes[:place]]
    topology = {"kind": "graph", "nodes": nodes, "link_rate": 1, "links": links}
    paths = data.draw(
        st.lists(
            st.tuples(st.permutations(range(5)), st.integers(2, 5), st.integers(1, 20)),
            min_size=1,
            max_size=6,
        )
    )
    pairs = [flow(nodes[path[0]], nodes[path[n - 1]], size / 7) for path, n, size in paths]
    instance = make(topology, {"demands": {"pairs": pairs}}, units="normalised")
    network = instance.view.network
    arc_of = {ends: arc for arc, ends in enumerate(zip(network.tail, network.head, strict=True))}
    table = [
        (path[0], arc_of[ends], size / 7) for path, n, size in paths for ends in pairwise(path[:n])
    ]
    source, arc, amount = (list(column) for column in zip(*table, strict=True))
    plan = AggregatedArcsPlan(source=source, arc=arc, size=amount)
    parts = list_paths(instance.view, plan)
    sent = np.bincount([part.flow for part in parts], [part.size for part in parts])
    assert sent == pytest.approx(instance.view.steps[0].traffic.size, rel=1e-9)
    load = np.zeros(len(network.rate))
    for part in parts:
        load[list(part.arcs)] += part.size
        assert len({network.tail[arc] for arc in part.arcs}) == len(part.arcs)
    assert (load <= np.bincount(arc, amount, len(load)) + 1e-9).all()
