"""Who is cut off, and which link would mend it."""

import pytest

from planner.models.flow_splitting.proofs.reachability import (
    explain_unreachable,
    find_unreachable,
    is_unreachable,
)


def down(*links):
    return [{"leaf": f"leaf{leaf}", "spine": f"spine{spine}"} for leaf, spine in links]


def test_sound_fabric(build, fabric):
    """Where every pair has a path there is nothing to find."""
    topology = fabric(3, 3, failed_links=down((0, 0), (1, 1)))
    instance = build(topology, {"demands": {"uniform": 1.0}})
    assert find_unreachable(instance.view) is None
    assert explain_unreachable(instance) == ()


def test_idle_leaves_may_be_cut_off(build, fabric, messages):
    """A leaf without links is no fault as long as nothing goes there."""
    topology = fabric(3, 1, failed_links=down((2, 0)))
    assert find_unreachable(build(topology, messages((0, 1, 1.0))).view) is None
    instance = build(topology, messages((0, 1, 1.0), (1, 2, 1.0)))
    assert find_unreachable(instance.view) == (0, 1)
    (reason,) = explain_unreachable(instance)
    assert reason.where == "leaf2"
    assert "`leaf2`-`spine0`" in reason.message


def test_all_pairs(build, fabric):
    """In all-pairs traffic the flow found is one without a path."""
    topology = fabric(3, 2, hosts_per_leaf=2, failed_links=down((0, 0), (2, 1)))
    instance = build(topology, {"collective": {"operation": "all_to_all", "size": 1.0}})
    step, flow = find_unreachable(instance.view)
    traffic = instance.view.steps[step].traffic
    assert {int(traffic.leaf[rank]) for rank in traffic.ranks_of(flow)} == {0, 2}
    assert is_unreachable(instance.view, instance.view.steps[step], flow)


def test_long_lists_are_cut(build, fabric):
    """Of many hosts the first are named and the others counted."""
    topology = fabric(2, 1, hosts_per_leaf=20, failed_links=down((1, 0)))
    instance = build(topology, {"collective": {"operation": "all_to_all", "size": 1.0}})
    (reason,) = explain_unreachable(instance)
    assert reason.where.startswith("host20, host21, ")
    assert reason.where.endswith("and 12 more (leaf1)")


@pytest.mark.parametrize("failed", [True, False])
def test_graph(build, failed):
    """On a graph the nodes without a path are named, and the field that takes it away."""
    links = [{"a": "a", "b": "b", "rate": 1.0}]
    links += [{"a": "b", "b": "c", "rate": 1.0}] if failed else []
    graph = {"kind": "graph", "nodes": ["a", "b", "c"], "links": links}
    graph |= {"failed_links": [{"a": "c", "b": "b"}]} if failed else {}
    flows = [{"from": "a", "to": "b", "size": 1.0}, {"from": "a", "to": "c", "size": 1.0}]
    instance = build(graph, {"flows": flows})
    assert find_unreachable(instance.view) == (0, 1)
    (reason,) = explain_unreachable(instance)
    assert reason.where == "a to c"
    assert reason.constraint == ("topology.failed_links" if failed else "topology.links")
