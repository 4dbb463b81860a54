"""Rules give in closed form what listing their flows gives."""

import numpy as np
import pytest

from planner.models.flow_splitting import evaluate
from planner.models.flow_splitting.bounds import degree_bound
from planner.models.flow_splitting.evaluation.rules import rule_loads, rule_spines, why_not
from planner.models.flow_splitting.plan import ExplicitPlan, Rule, RulePlan


def listed_loads(fabric, flows, spine):
    """Return the loads of whole flows, one after another."""
    up, down = np.zeros(fabric.up_total.shape), np.zeros(fabric.up_total.shape)
    for flow, k in zip(flows.crosses, spine, strict=True):
        up[flows.source[flow], k] += flows.size[flow]
        down[flows.target[flow], k] += flows.size[flow]
    return up, down


@pytest.mark.parametrize("rule", ["rotation", "source_index"])
@pytest.mark.parametrize("leaves", [1, 2, 3, 5])
@pytest.mark.parametrize("hosts", [1, 2, 3])
@pytest.mark.parametrize("spines", [1, 2, 3, 4, 7])
def test_all_pairs_in_closed_form(build, fabric, rule, leaves, hosts, spines):
    """The loads of all-pairs traffic equal those of its listed flows, for any sizes."""
    if leaves * hosts < 2:
        return
    topology = fabric(leaves, spines, hosts_per_leaf=hosts)
    instance = build(topology, {"collective": {"operation": "all_to_all", "size": 2.0}})
    view, chosen = instance.view, Rule(rule=rule)
    traffic = view.steps[0].traffic
    flows = traffic.list_flows()
    assert why_not(chosen, view.fabric, traffic) is None
    closed = rule_loads(chosen, view.fabric, traffic)
    counted = listed_loads(view.fabric, flows, rule_spines(chosen, view.fabric, flows))
    np.testing.assert_allclose(closed, counted, rtol=1e-12)


@pytest.mark.parametrize(("leaves", "hosts", "spines"), [(5, 1, 3), (4, 2, 3), (3, 3, 7)])
def test_equal_flows_rotate_in_closed_form(build, fabric, leaves, hosts, spines):
    """Listed flows of one size load the links as all-pairs traffic does, whatever leaves rest."""
    topology = fabric(leaves + 1, spines, hosts_per_leaf=hosts)
    ends = [f"host{number}" for number in range(leaves * hosts)]
    flows = [{"from": a, "to": b, "size": 3.0} for a in ends for b in ends if a != b]
    view, rule = build(topology, {"flows": flows}).view, Rule(rule="rotation")
    traffic = view.steps[0].traffic
    assert why_not(rule, view.fabric, traffic) is None
    counted = listed_loads(view.fabric, traffic, rule_spines(rule, view.fabric, traffic))
    np.testing.assert_allclose(rule_loads(rule, view.fabric, traffic), counted, rtol=1e-12)


@pytest.mark.parametrize("rule", ["rotation", "source_index"])
@pytest.mark.parametrize("placement", ["block", "striped"])
def test_unused_leaves_and_spines(build, fabric, rule, placement):
    """Ranks on some leaves only, and a rule on some spines only, still count right."""
    topology = fabric(4, 5, hosts_per_leaf=3)
    ranks = 6 if placement == "block" else 8
    collective = {"operation": "all_to_all", "size": 4.0, "ranks": ranks, "placement": placement}
    instance = build(topology, {"collective": collective})
    view, chosen = instance.view, Rule(rule=rule, spines=3)
    traffic = view.steps[0].traffic
    flows = traffic.list_flows()
    closed = rule_loads(chosen, view.fabric, traffic)
    counted = listed_loads(view.fabric, flows, rule_spines(chosen, view.fabric, flows))
    np.testing.assert_allclose(closed, counted, rtol=1e-12)
    assert not closed[0][:, 3:].any()


def test_unequal_ranks_per_leaf(build, fabric):
    """A rotation needs the same number of ranks below every leaf; the place of a host does not."""
    topology = fabric(2, 2, hosts_per_leaf=2)
    collective = {"operation": "all_to_all", "size": 3.0, "ranks": 3}
    view = build(topology, {"collective": collective}).view
    traffic = view.steps[0].traffic
    assert why_not(Rule(rule="rotation"), view.fabric, traffic) is not None
    chosen = Rule(rule="source_index")
    flows = traffic.list_flows()
    counted = listed_loads(view.fabric, flows, rule_spines(chosen, view.fabric, flows))
    np.testing.assert_allclose(rule_loads(chosen, view.fabric, traffic), counted)


def test_rotation_is_balanced(build, fabric):
    """A rotation puts the same number of flows on all links of all leaves, but for one."""
    topology = fabric(7, 5, hosts_per_leaf=3)
    view = build(topology, {"collective": {"operation": "all_to_all", "size": 21.0}}).view
    up, down = rule_loads(Rule(rule="rotation"), view.fabric, view.steps[0].traffic)
    assert up.max() - up.min() <= 1.0
    np.testing.assert_array_equal(up, down)


def test_rotation_of_listed_flows(build, fabric):
    """A rotation also places uniform demands, and any number of flows per pair."""
    instance = build(fabric(16, 16), {"demands": {"uniform": 1.0}})
    evaluation = evaluate(instance, RulePlan(rules=[Rule(rule="rotation")]))
    assert evaluation.violations == ()
    assert evaluation.objective.value == 1.0
    pairs = [(i, j) for i in range(3) for j in range(3) if i != j]
    flows = [{"from": f"leaf{i}", "to": f"leaf{j}", "size": 1.0} for i, j in pairs * 4]
    view = build(fabric(3, 3), {"flows": flows}).view
    up, down = rule_loads(Rule(rule="rotation"), view.fabric, view.steps[0].traffic)
    assert up.max() == down.max() == 3.0
    assert up.min() == down.min() == 2.0


def test_rule_equals_its_explicit_plan(build, fabric):
    """A rule and the list of its parts evaluate alike."""
    topology = fabric(3, 4, hosts_per_leaf=2, nic_rate=1.0)
    instance = build(topology, {"collective": {"operation": "all_reduce", "size": 6.0}})
    view, chosen = instance.view, Rule(rule="rotation")
    flows = view.steps[0].traffic.list_flows()
    plan = ExplicitPlan(
        step=np.zeros(len(flows.crosses), int),
        flow=flows.crosses,
        spine=rule_spines(chosen, view.fabric, flows),
        size=flows.size[flows.crosses],
    )
    assert evaluate(instance, plan) == evaluate(instance, RulePlan(rules=[chosen]))


def test_all_to_all_of_65536_hosts(build):
    """Four billion flows are evaluated by rule and bounded by degree, without being listed."""
    topology = {
        "kind": "leaf_spine",
        "leaves": 1024,
        "spines": 64,
        "hosts_per_leaf": 64,
        "link_rate": "400 Gbit/s",
        "nic_rate": "400 Gbit/s",
    }
    collective = {"operation": "all_to_all", "size": "65536 MB"}
    instance = build(topology, {"collective": collective}, units="physical")
    evaluation = evaluate(instance, RulePlan(rules=[Rule(rule="rotation", spines=64)]))
    assert evaluation.violations == ()
    assert evaluation.objective.value == pytest.approx(65535e6 / 50e9, rel=1e-12)
    assert evaluation.metrics["theta"] == pytest.approx(64 * 1023e6 / 50e9, rel=1e-12)
    assert evaluation.metrics["parts"] == 65536 * 65535
    bound = degree_bound(instance.view, instance.view.steps[0])
    assert bound == pytest.approx(evaluation.objective.value, rel=1e-12)
    assert bound <= evaluation.objective.value
