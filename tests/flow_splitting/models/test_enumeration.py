"""Enumeration ends on every instance, and what it proves is never above the optimum."""

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.models.flow_splitting import check_certificate, enumeration
from planner.models.flow_splitting.certificate import BoundsCertificate, EnumerationProof
from planner.models.flow_splitting.enumeration import step_bound, step_optimum
from planner.models.flow_splitting.fabric import ArcNetwork
from planner.models.flow_splitting.proofs import options, simple_paths
from planner.models.flow_splitting.proofs.simple_paths import SearchEndedError, SimplePaths


def network(nodes, ends):
    """Return a network with arcs of rate 1."""
    tail, head = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    return ArcNetwork(nodes, tail, head, rate=np.ones(len(ends)), latency=np.zeros(len(ends)))


def clique(nodes):
    """Return all arcs between some nodes."""
    return list(itertools.permutations(nodes, 2))


def trap(size):
    """Return a graph of `s -> t` and of a clique that `s` leads into and nothing leaves."""
    names = [f"k{number}" for number in range(size)]
    ends = [("s", "t"), ("s", "k0"), *clique(names)]
    return {
        "kind": "graph",
        "nodes": ["s", "t", *names],
        "link_rate": 1.0,
        "arcs": [{"from": a, "to": b} for a, b in ends],
    }


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=10))
def test_paths_are_all_simple_paths(ends):
    """Every path without a repeated node is found once, parallel arcs apart."""
    ends = [(a, b) for a, b in ends if a != b]
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(5))
    for arc, (a, b) in enumerate(ends):
        graph.add_edge(a, b, key=arc)
    expected = {tuple(arc for *_, arc in path) for path in nx.all_simple_edge_paths(graph, 0, 1)}
    found = list(SimplePaths(network(5, ends)).between(0, 1))
    assert len(found) == len(expected)
    assert set(found) == expected


def test_search_enters_no_dead_end():
    """A clique of 40 nodes that leads nowhere is not walked through."""
    ends = [(0, 1), (0, 2), *clique(range(2, 42))]
    assert list(SimplePaths(network(42, ends)).between(0, 1)) == [(0,)]


def test_search_gives_up(monkeypatch):
    """The steps of all pairs count together; whoever needs more is told."""
    monkeypatch.setattr(simple_paths, "MOST_STEPS", 30)
    search = SimplePaths(network(3, clique(range(3))))
    assert sorted(search.between(0, 1)) == [(0,), (1, 5)]
    more = (path for _ in range(5) for path in search.between(0, 1))
    with pytest.raises(SearchEndedError):
        list(more)


def test_forged_enumeration_of_a_trap_ends(build):
    """A proof by enumeration is checked although the graph has a large dead end."""
    flow = {"from": "s", "to": "t", "size": 3.0}
    instance = build(trap(14), {"splitting": "whole", "flows": [flow]})
    forged = BoundsCertificate(value=4.0, steps=(EnumerationProof(value=4.0),))
    checked = check_certificate(instance, forged)
    assert {fault.code for fault in checked.violations} == {"certificate-value"}
    assert checked.bounds["max_utilisation"] == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("module", "limit", "value"),
    [
        (simple_paths, "MOST_STEPS", 3),
        (options, "MOST_PATHS", 4),
        (options, "MOST_FIGURES", 20),
        (enumeration, "NUMBERS", 20),
        (enumeration, "WORK", 20),
    ],
)
def test_each_limit_ends_the_enumeration(build, monkeypatch, module, limit, value):
    """What exceeds a limit is not enumerated rather than enumerated in part."""
    names = ["a", "b", "c", "d"]
    arcs = [{"from": a, "to": b} for a, b in clique(names)]
    flows = [{"from": "a", "to": "b", "size": size} for size in (3.0, 3.0, 2.0, 2.0, 2.0)]
    topology = {"kind": "graph", "nodes": names, "link_rate": 1.0, "arcs": arcs}
    view = build(topology, {"splitting": "whole", "flows": flows}).view
    assert step_optimum(view, view.steps[0]) == 5.0
    monkeypatch.setattr(module, limit, value)
    assert step_optimum(view, view.steps[0]) is None
    assert step_bound(view, view.steps[0]) is None


def test_bound_allows_for_plans_not_looked_for(build, fabric, messages):
    """A plan that is better by less than the tie is not found, and the bound stays below it."""
    best = 7 * (1 - enumeration.TIE / 2)
    slow = {"leaf": "leaf2", "spine": "spine0", "up_rate": 1 / best, "down_rate": 1.0}
    failed = [{"leaf": "leaf2", "spine": "spine1"}]
    sizes = [(0, 1, 3.0), (0, 1, 3.0), (0, 1, 2.0), (0, 1, 2.0), (0, 1, 2.0), (2, 3, 1.0)]
    topology = fabric(4, 2, failed_links=failed, link_overrides=[slow])
    view = build(topology, messages(*sizes, splitting="whole")).view
    assert step_optimum(view, view.steps[0]) == 7.0
    bound = step_bound(view, view.steps[0])
    assert 7 * (1 - 2 * enumeration.TIE) < bound <= best
