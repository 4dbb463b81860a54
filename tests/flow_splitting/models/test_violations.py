"""Every way a plan on a fabric can be broken has its own code."""

import numpy as np
import pytest

from planner.models.flow_splitting import evaluate
from planner.models.flow_splitting.plan import (
    AggregatedPlan,
    ExplicitPathsPlan,
    ExplicitPlan,
    Rule,
    RulePlan,
)


def explicit(*parts, **more):
    """Return a plan from (step, flow, spine, size) parts."""
    step, flow, spine, size = zip(*parts, strict=True)
    return ExplicitPlan(step=step, flow=flow, spine=spine, size=size, **more)


def aggregated(*entries):
    """Return a plan from (step, source, target, spine, size) entries."""
    step, source, target, spine, size = zip(*entries, strict=True)
    return AggregatedPlan(step=step, source=source, target=target, spine=spine, size=size)


def codes(instance, plan):
    return [violation.code for violation in evaluate(instance, plan).violations]


GOOD = [(0, 0, 0, 4.0), (0, 1, 1, 2.0)]


@pytest.fixture
def instance(build, fabric):
    """Two flows across and one below a leaf, link leaf0-spine2 down."""
    flows = [
        {"from": "host0", "to": "host2", "size": 4.0},
        {"from": "host3", "to": "host1", "size": 2.0},
        {"from": "host0", "to": "host1", "size": 1.0},
    ]
    failed = [{"leaf": "leaf0", "spine": "spine2"}]
    return build(fabric(2, 3, hosts_per_leaf=2, failed_links=failed), {"flows": flows})


def test_a_good_plan_has_none(instance):
    """The plan the others are made from is sound; the flow below its leaf counts as a part."""
    evaluation = evaluate(instance, explicit(*GOOD))
    assert evaluation.violations == ()
    assert [objective.value for objective in evaluation.objectives] == [4.0, 3, 0, 1]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(0, 0, 0, 3.0), GOOD[1]], [("flow-unserved", 1.0)]),
        (GOOD[:1], [("flow-unserved", 2.0)]),
        ([*GOOD, (0, 0, 1, 0.5)], [("flow-overserved", 0.5)]),
        ([*GOOD, (0, 0, 3, 1.0)], [("unknown-spine", None)]),
        ([*GOOD, (0, 0, -1, 1.0)], [("unknown-spine", None)]),
        ([*GOOD, (0, 3, 0, 1.0)], [("unknown-flow", None)]),
        ([*GOOD, (0, 2, 0, 1.0)], [("unknown-flow", None)]),
        ([*GOOD, (1, 0, 0, 1.0)], [("unknown-step", 1.0)]),
        ([*GOOD, (-1, 0, 0, 1.0)], [("unknown-step", 1.0)]),
        ([(0, 0, 2, 4.0), GOOD[1]], [("link-absent", 4.0)]),
        ([GOOD[0], (0, 1, 2, 2.0)], [("link-absent", 2.0)]),
        ([*GOOD, (0, 0, 1, 0.0)], [("part-not-positive", None)]),
        ([*GOOD, (0, 0, 1, -1.0)], [("part-not-positive", None)]),
        ([(0, 0, 0, 1.0), (0, 0, 0, 3.0), GOOD[1]], [("part-repeated", None)]),
    ],
)
def test_explicit_plans(instance, parts, expected):
    """Each broken part yields its code and the amount in question, and nothing else."""
    violations = evaluate(instance, explicit(*parts)).violations
    assert [(violation.code, violation.amount) for violation in violations] == expected


@pytest.mark.parametrize(("missing", "expected"), [(1e-11, []), (1e-8, ["flow-unserved"])])
def test_rounding_is_forgiven_and_nothing_else(instance, missing, expected):
    """A flow is served up to rounding, listed or aggregated."""
    size = 4.0 * (1 - missing)
    assert codes(instance, explicit((0, 0, 0, size), GOOD[1])) == expected
    assert codes(instance, aggregated((0, 0, 1, 0, size), WHOLE[1])) == expected


@pytest.mark.parametrize(
    ("surplus", "expected"), [(-100, "flow-unserved"), (100, "flow-overserved")]
)
def test_small_flow_beside_a_large_one_is_not_lost(build, fabric, messages, surplus, expected):
    """The flows of a pair are served down to the smallest of them, listed or aggregated."""
    flows = messages((0, 1, 1e12), (0, 1, 100.0))
    instance = build(fabric(2, 3), flows)
    total = 1e12 + 100.0
    assert codes(instance, aggregated((0, 0, 1, 0, total / 3), (0, 0, 1, 1, total / 3 * 2))) == []
    assert codes(instance, aggregated((0, 0, 1, 0, total + surplus))) == [expected]
    assert codes(instance, explicit((0, 0, 0, 1e12))) == ["flow-unserved"]


def test_absent_link_has_no_completion_time(instance):
    """Traffic on a link that is down never arrives: the objective is unknown, not a number."""
    evaluation = evaluate(instance, explicit((0, 0, 2, 4.0), GOOD[1]))
    assert evaluation.objective.value is None
    assert evaluation.metrics["theta"] is None
    assert evaluation.violations[0].where == "leaf0 -> spine2"


WHOLE = [(0, 0, 1, 0, 4.0), (0, 1, 0, 1, 2.0)]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (WHOLE, []),
        ([(0, 0, 1, 0, 3.5), WHOLE[1]], [("flow-unserved", 0.5)]),
        (WHOLE[:1], [("flow-unserved", 2.0)]),
        ([*WHOLE, (0, 0, 1, 1, 1.0)], [("flow-overserved", 1.0)]),
        ([*WHOLE, (0, 0, 1, 7, 1.0)], [("unknown-spine", None)]),
        ([*WHOLE, (0, 0, 2, 0, 1.0)], [("unknown-flow", None)]),
        ([*WHOLE, (0, 0, 0, 0, 1.0)], [("unknown-flow", None)]),
        ([*WHOLE, (3, 0, 1, 0, 1.0)], [("unknown-step", 1.0)]),
        ([(0, 0, 1, 2, 4.0), WHOLE[1]], [("link-absent", 4.0)]),
        ([WHOLE[0], (0, 1, 0, 2, 2.0)], [("link-absent", 2.0)]),
        ([*WHOLE, (0, 0, 1, 1, -1.0)], [("part-not-positive", None)]),
        ([(0, 0, 1, 0, 1.0), (0, 0, 1, 0, 3.0), WHOLE[1]], [("part-repeated", None)]),
    ],
)
def test_aggregated_plans(instance, entries, expected):
    """Amounts per pair are held to the same rules as listed parts."""
    violations = evaluate(instance, aggregated(*entries)).violations
    assert [(violation.code, violation.amount) for violation in violations] == expected


def test_split_flows_where_flows_are_whole(build, fabric, messages):
    """`whole` allows no second part, listed or by the wrap-around rule."""
    instance = build(fabric(2, 2), messages((0, 1, 2.0), (0, 1, 2.0), splitting="whole"))
    assert codes(instance, explicit((0, 0, 0, 2.0), (0, 1, 1, 2.0))) == []
    listed = explicit((0, 0, 0, 1.0), (0, 0, 1, 1.0), (0, 1, 1, 2.0))
    assert codes(instance, listed) == ["flow-split"]
    assert codes(instance, aggregated((0, 0, 1, 0, 2.0), (0, 0, 1, 1, 2.0))) == []
    wrapped = aggregated((0, 0, 1, 0, 3.0), (0, 0, 1, 1, 1.0))
    (violation,) = evaluate(instance, wrapped).violations
    assert (violation.code, violation.where) == (
        "flow-split",
        "step 0 (flows), flow 1 (leaf0 -> leaf1)",
    )


def test_unequal_parts_where_parts_are_equal(build, fabric, messages):
    """`equal` allows parts of one size only, listed or by the wrap-around rule."""
    instance = build(fabric(2, 3), messages((0, 1, 3.0), splitting="equal"))
    thirds = [(0, 0, spine, 1.0) for spine in range(3)]
    assert codes(instance, explicit(*thirds)) == []
    assert codes(instance, explicit((0, 0, 0, 1.0), (0, 0, 1, 2.0))) == ["parts-unequal"]
    assert codes(instance, aggregated(*((0, 0, 1, spine, 1.0) for spine in range(3)))) == []
    uneven = aggregated((0, 0, 1, 0, 1.0), (0, 0, 1, 1, 2.0))
    assert codes(instance, uneven) == ["parts-unequal"]


def test_lanes(build, fabric, messages):
    """Where links are parallel a part names its lanes, and only lanes that are there."""
    failed = [{"leaf": "leaf1", "spine": "spine0", "links": 1}]
    topology = fabric(2, 1, parallel_links=2, failed_links=failed)
    instance = build(topology, messages((0, 1, 1.0)))
    parts = [(0, 0, 0, 1.0)]
    assert codes(instance, explicit(*parts, up_lane=[1], down_lane=[0])) == []
    assert codes(instance, explicit(*parts, up_lane=[1], down_lane=[1])) == ["link-absent"]
    assert codes(instance, explicit(*parts, up_lane=[2], down_lane=[0])) == [
        "lane-unknown",
        "flow-unserved",
    ]
    assert codes(instance, explicit(*parts, up_lane=[1])) == ["lane-unknown"]
    assert codes(instance, explicit(*parts)) == ["lane-unknown", "lane-unknown"]
    halves = [(0, 0, 0, 0.5), (0, 0, 0, 0.5)]
    assert codes(instance, explicit(*halves, up_lane=[0, 1], down_lane=[0, 0])) == []


def test_rules_that_do_not_fit(build, fabric, instance):
    """A rule is refused where it says nothing about the step; a surplus rule has no step."""
    local = RulePlan(rules=[Rule(rule="local")])
    assert codes(instance, local) == ["rule-not-applicable"]
    assert codes(instance, RulePlan(rules=[])) == ["rule-not-applicable"]
    assert codes(instance, RulePlan(rules=[Rule(rule="source_index", spines=4)])) == [
        "rule-not-applicable"
    ]
    both = RulePlan(rules=[Rule(rule="source_index"), Rule(rule="local")])
    assert codes(instance, both) == ["unknown-step"]
    leaves = build(fabric(2, 2), {"demands": {"uniform": 1.0}})
    assert codes(leaves, RulePlan(rules=[Rule(rule="source_index")])) == ["rule-not-applicable"]
    matrix = [[0.0, 1.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    sparse = build(fabric(3, 2), {"demands": {"matrix": matrix}})
    assert codes(sparse, RulePlan(rules=[Rule(rule="rotation")])) == ["rule-not-applicable"]
    lanes = build(fabric(2, 2, parallel_links=2), {"demands": {"uniform": 1.0}})
    assert codes(lanes, RulePlan(rules=[Rule(rule="rotation")])) == ["rule-not-applicable"]


def test_rule_over_a_failed_link(build, fabric):
    """A rule that does not know of a failed link puts load on it, which is found."""
    failed = [{"leaf": "leaf0", "spine": "spine1"}]
    topology = fabric(2, 2, hosts_per_leaf=2, failed_links=failed)
    collective = {"operation": "all_to_all", "size": 4.0}
    instance = build(topology, {"collective": collective})
    violations = evaluate(instance, RulePlan(rules=[Rule(rule="rotation")])).violations
    assert [(violation.code, violation.amount) for violation in violations] == [
        ("link-absent", 2.0),
        ("link-absent", 2.0),
    ]


def test_plans_of_the_other_kind(instance):
    """A plan with paths through a graph says nothing about a fabric."""
    plan = ExplicitPathsPlan(flow=[0], size=[1.0], path_start=[0, 1], arcs=[0])
    evaluation = evaluate(instance, plan)
    assert [violation.code for violation in evaluation.violations] == ["plan-kind"]
    assert evaluation.objective.value is None


def test_columns_of_different_length(instance):
    """Columns that do not fit together are a violation, not a traceback."""
    plan = ExplicitPlan(step=[0, 0], flow=[0, 1], spine=[0], size=[4.0, 2.0], up_lane=[0])
    violations = evaluate(instance, plan).violations
    assert [(violation.code, violation.constraint) for violation in violations] == [
        ("plan-shape", "plan.spine"),
        ("plan-shape", "plan.up_lane"),
    ]


def test_sizes_that_would_overflow(instance):
    """Sizes no workload can have are a violation before anything is summed."""
    plan = explicit((0, 0, 0, 1e308), (0, 1, 1, 1e308))
    assert codes(instance, plan) == ["plan-shape"]


def test_steps_too_long_to_list(build, fabric):
    """An explicit plan of an all-to-all with billions of flows is refused unlisted."""
    topology = fabric(1024, 64, hosts_per_leaf=64)
    instance = build(topology, {"collective": {"operation": "all_to_all", "size": 1.0}})
    plan = explicit((0, 0, 0, 1.0))
    assert codes(instance, plan) == ["plan-kind"]


def test_many_violations_are_summed_up(build, fabric):
    """Ten of a kind are named, the rest is one line with their number and amount."""
    instance = build(fabric(8, 2), {"demands": {"uniform": 2.0}})
    violations = evaluate(instance, explicit((0, 0, 0, 2.0))).violations
    assert len(violations) == 11
    assert violations[-1].where == "and 45 more"
    assert violations[-1].amount == 90.0
    assert sum(violation.amount for violation in violations) == 110.0


def test_an_empty_plan_of_a_local_step(build, fabric):
    """Traffic below one leaf needs no plan and no time without NICs."""
    flows = [{"from": "host0", "to": "host1", "size": 1.0}]
    instance = build(fabric(2, 2, hosts_per_leaf=2), {"flows": flows})
    nothing = np.zeros(0, dtype=int)
    for plan in (
        ExplicitPlan(step=nothing, flow=nothing, spine=nothing, size=nothing),
        AggregatedPlan(step=nothing, source=nothing, target=nothing, spine=nothing, size=nothing),
        RulePlan(rules=[Rule(rule="local")]),
    ):
        evaluation = evaluate(instance, plan)
        assert evaluation.violations == ()
        assert [objective.value for objective in evaluation.objectives] == [0.0, 1, 0, 1]
        assert evaluation.metrics["busiest_link"] is None
