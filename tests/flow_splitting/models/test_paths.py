"""Plans on graphs: listed paths and traffic per source."""

import pytest

from planner.models.flow_splitting import evaluate
from planner.models.flow_splitting.plan import AggregatedArcsPlan, ExplicitPathsPlan, ExplicitPlan


def paths(*parts):
    """Return a plan from (flow, size, arcs) parts."""
    start = [0]
    for _, _, arcs in parts:
        start.append(start[-1] + len(arcs))
    return ExplicitPathsPlan(
        flow=[flow for flow, _, _ in parts],
        size=[size for _, size, _ in parts],
        path_start=start,
        arcs=[arc for _, _, arcs in parts for arc in arcs],
    )


def arcs(*entries):
    """Return a plan from (source, arc, size) entries."""
    source, arc, size = zip(*entries, strict=True)
    return AggregatedArcsPlan(source=source, arc=arc, size=size)


# Arcs: 0 a-b, 1 b-a, 2 b-c, 3 c-b, 4 and 5 a-c and back, 6 and 7 the same once more, 8 c-a.
GRAPH = {
    "kind": "graph",
    "nodes": ["a", "b", "c"],
    "link_rate": 2.0,
    "links": [
        {"a": "a", "b": "b"},
        {"a": "b", "b": "c"},
        {"a": "a", "b": "c", "rate": 1.0},
        {"a": "a", "b": "c", "rate": 1.0},
    ],
    "arcs": [{"from": "c", "to": "a", "rate": 4.0}],
}
FLOWS = [{"from": "a", "to": "c", "size": 4.0}, {"from": "b", "to": "a", "size": 1.0}]
BACK = (1, 1.0, [1])


@pytest.fixture
def instance(build):
    return build(GRAPH, {"flows": FLOWS})


def codes(instance, plan):
    return [violation.code for violation in evaluate(instance, plan).violations]


def test_listed_paths(instance):
    """Parts load the arcs of their paths; parallel links are told apart."""
    plan = paths((0, 2.0, [0, 2]), (0, 1.0, [4]), (0, 1.0, [6]), BACK)
    evaluation = evaluate(instance, plan)
    assert evaluation.violations == ()
    assert [objective.value for objective in evaluation.objectives] == [1.0, 4, 1, 3]
    assert evaluation.objective.name == "max_utilisation"
    assert evaluation.metrics["busiest_link"] == "a -> b"
    assert evaluation.metrics["nic_time"] is None


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(0, 3.0, [4]), BACK], ["flow-unserved"]),
        ([(0, 5.0, [4]), BACK], ["flow-overserved"]),
        ([(0, 4.0, [4]), BACK, (2, 1.0, [4])], ["unknown-flow"]),
        ([(0, 4.0, [4]), BACK, (0, 0.0, [6])], ["part-not-positive"]),
        ([(0, 4.0, [4]), BACK, (0, 1.0, [0, 3])], ["path-broken"]),
        ([(0, 4.0, [4]), BACK, (0, 1.0, [0])], ["path-broken"]),
        ([(0, 4.0, [4]), BACK, (0, 1.0, [2])], ["path-broken"]),
        ([(0, 4.0, [4]), BACK, (0, 1.0, [9])], ["path-broken"]),
        ([(0, 4.0, [4]), BACK, (0, 1.0, [-1])], ["path-broken"]),
        ([(0, 4.0, [4]), BACK, (0, 1.0, [])], ["path-broken"]),
        ([(0, 2.0, [0, 2]), (0, 2.0, [0, 2]), BACK], ["part-repeated"]),
        ([(0, 2.0, [4]), (0, 2.0, [6]), BACK], []),
    ],
)
def test_broken_paths(instance, parts, expected):
    """Each broken part of a path plan yields its code, and nothing else."""
    assert codes(instance, paths(*parts)) == expected


def test_columns_of_paths(instance):
    """Path bounds that do not run through the arcs are a violation."""
    plan = ExplicitPathsPlan(flow=[0, 1], size=[4.0, 1.0], path_start=[0, 2, 1], arcs=[4, 1])
    assert codes(instance, plan) == ["plan-shape"]
    wrapping = [0, 2**63 - 1, -(2**63), -1, 1]
    plan = ExplicitPathsPlan(flow=[0] * 4, size=[1.0] * 4, path_start=wrapping, arcs=[4])
    assert codes(instance, plan) == ["plan-shape"]
    plan = ExplicitPathsPlan(flow=[0, 1], size=[4.0, 1.0], path_start=[0, 1], arcs=[4])
    assert codes(instance, plan) == ["plan-shape"]


def test_splitting_on_graphs(build):
    """`whole` and `equal` hold on graphs as well."""
    whole = build(GRAPH, {"flows": FLOWS, "splitting": "whole"})
    assert codes(whole, paths((0, 4.0, [4]), BACK)) == []
    assert codes(whole, paths((0, 2.0, [4]), (0, 2.0, [6]), BACK)) == ["flow-split"]
    equal = build(GRAPH, {"flows": FLOWS, "splitting": "equal"})
    assert codes(equal, paths((0, 2.0, [4]), (0, 2.0, [6]), BACK)) == []
    assert codes(equal, paths((0, 3.0, [4]), (0, 1.0, [6]), BACK)) == ["parts-unequal"]
    assert codes(whole, arcs((0, 4, 4.0), (1, 1, 1.0))) == ["plan-kind"]


def test_traffic_by_source(instance):
    """Traffic per source and arc gives the utilisation; how flows are split stays unknown."""
    plan = arcs((0, 0, 2.0), (0, 2, 2.0), (0, 4, 1.0), (0, 6, 1.0), (1, 1, 1.0))
    evaluation = evaluate(instance, plan)
    assert evaluation.violations == ()
    assert [objective.value for objective in evaluation.objectives] == [1.0, None, None, None]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([(0, 4, 3.0), (1, 1, 1.0)], [("conservation", 1.0), ("conservation", -1.0)]),
        ([(0, 4, 4.0)], [("conservation", -1.0), ("conservation", 1.0)]),
        (
            [(0, 4, 4.0), (1, 1, 1.0), (2, 3, 1.0)],
            [("conservation", 1.0), ("conservation", -1.0)],
        ),
        ([(0, 4, 4.0), (1, 1, 1.0), (3, 1, 1.0)], [("unknown-flow", None)]),
        ([(0, 4, 4.0), (1, 1, 1.0), (0, 9, 1.0)], [("path-broken", None)]),
        ([(0, 4, 4.0), (1, 1, 1.0), (0, 0, -1.0)], [("part-not-positive", None)]),
    ],
)
def test_broken_traffic_by_source(instance, entries, expected):
    """Traffic that appears or vanishes at a node is found, with its amount."""
    violations = evaluate(instance, arcs(*entries)).violations
    found = [(violation.code, violation.amount) for violation in violations]
    assert sorted(found, key=str) == sorted(expected, key=str)


LINE = {"kind": "graph", "nodes": ["a", "b", "c", "d"], "link_rate": 1.0}


def line(build, *sizes, links=("ab", "cd")):
    """Return an instance whose flows from `a` to `b` and from `a` to `c` have these sizes."""
    joined = [{"a": ends[0], "b": ends[1]} for ends in links]
    ends = zip("bbc", sizes, strict=True) if len(sizes) == 3 else zip("bc", sizes, strict=True)
    flows = [{"from": "a", "to": end, "size": size} for end, size in ends]
    return build({**LINE, "links": joined}, {"flows": flows})


@pytest.mark.parametrize("small", [100.0, 1e-3, 1e-9])
def test_small_demand_beside_a_large_one_is_not_lost(build, small):
    """A demand is compared with itself; a target without a path is never served."""
    instance = line(build, 1e12, small)
    violations = evaluate(instance, arcs((0, 0, 1e12))).violations
    assert [found.where for found in violations] == ["traffic from a at c"]
    circling = arcs((0, 0, 1e12), (0, 2, 1e12), (0, 3, 1e12))
    found = evaluate(instance, circling).violations
    assert [(violation.code, violation.where) for violation in found] == [
        ("conservation", "traffic from a at c")
    ]


def test_small_demand_to_the_target_of_a_large_one_is_not_lost(build):
    """Two demands of one pair have to arrive both."""
    instance = line(build, 1e12, 100.0, 1.0, links=("ab", "bc"))
    whole, thin = (0, 2, 1.0), (0, 0, 1e12 + 1)
    assert codes(instance, arcs((0, 0, 1e12 + 101), whole)) == []
    assert "conservation" in codes(instance, arcs(thin, whole))


def test_rounding_of_large_sums_is_no_fault(build):
    """A small demand through a node with much traffic may be off by the rounding of the sums."""
    instance = line(build, 1e12, 0.1, links=("ab", "bc"))
    assert codes(instance, arcs((0, 0, 1e12 + 0.1), (0, 2, 0.1))) == []


def test_fabric_plan_on_a_graph(instance):
    """A plan over spines says nothing about a graph."""
    plan = ExplicitPlan(step=[0], flow=[0], spine=[0], size=[1.0])
    assert codes(instance, plan) == ["plan-kind"]


def test_failed_links_carry_nothing(build):
    """A failed link is gone in both directions, with every arc between its ends."""
    failed = [{"a": "c", "b": "a"}]
    instance = build({**GRAPH, "failed_links": failed}, {"flows": FLOWS})
    assert len(instance.view.network.rate) == 4
    assert codes(instance, paths((0, 4.0, [0, 2]), BACK)) == []


def test_steady_demands_have_no_unit(build):
    """Rates over rates are a utilisation without a unit, sizes over rates a time."""
    demand = {"from": "a", "to": "c"}
    graph = {**GRAPH, "link_rate": "2 GB/s", "arcs": [], "links": GRAPH["links"][:2]}
    for amount, unit in (({"rate": "1 GB/s"}, "1"), ({"size": "1 GB"}, "s")):
        workload = {"demands": {"pairs": [{**demand, **amount}]}}
        instance = build(graph, workload, units="physical")
        evaluation = evaluate(instance, paths((0, 1e9, [0, 2])))
        assert evaluation.violations == ()
        assert evaluation.objective.value == 0.5
        assert evaluation.objective.unit == unit
