"""Edge selection: the published tree, and enumeration of all choices of small networks."""

import itertools
import json

import networkx as nx
import numpy as np
import pytest

import planner as pl
from planner.models.gossip_rates.check_choices import tree_search

HEAD = {"problem": "gossip_rates", "schema_version": 1, "name": "x", "objective": "edge_selection"}


def choice(edges, nodes, count, fixed=()):
    """Return the data of an instance; edges are (a, b, rate)."""
    rows = []
    for a, b, rate in edges:
        row = {"a": f"node{a}", "b": f"node{b}", "max_rate": rate}
        rows.append({**row, "min_rate": rate} if (a, b) in fixed else row)
    topology = {"kind": "graph", "nodes": nodes, "edges": rows}
    return {**HEAD, "topology": topology, "budget": {"edges": count}}


def mixing(edges, nodes):
    """Return lambda_2 of weighted edges."""
    matrix = np.zeros((nodes, nodes))
    for a, b, rate in edges:
        matrix[[a, b], [a, b]] += rate
        matrix[[a, b], [b, a]] -= rate
    return float(np.linalg.eigvalsh(matrix)[1])


def test_choices_agree_with_enumeration():
    """On random networks with some edges there already, every choice is counted."""
    rng = np.random.default_rng(5)
    for _ in range(6):
        nodes = int(rng.integers(3, 6))
        network = nx.gnp_random_graph(nodes, 0.7, seed=int(rng.integers(1e9)))
        if not nx.is_connected(network):
            continue
        edges = [(a, b, float(rng.uniform(0.5, 10))) for a, b in network.edges]
        there = [edge for edge in edges if rng.random() < 0.25]
        rest = [edge for edge in edges if edge not in there]
        count = int(rng.integers(1, len(rest) + 1))
        picks = itertools.combinations(rest, count)
        best = max(mixing([*there, *pick], nodes) for pick in picks)
        data = choice(edges, nodes, count, {edge[:2] for edge in there})
        result = pl.solve(data, "select_edges")
        if best < 1e-9:
            assert (result.status, result.verified) == ("infeasible", True)
            assert result.why[0].code == "edges-too-few"
            continue
        assert result.value == pytest.approx(best, rel=1e-6)
        assert result.status == "optimal"
        assert result.bound >= best * (1 - 1e-9)


def test_best_tree_agrees_with_enumeration():
    """The cuts of the tree search lose no best tree."""
    rng = np.random.default_rng(0)
    for _ in range(10):
        nodes = int(rng.integers(4, 7))
        network = nx.complete_graph(nodes)
        ends = np.array(list(network.edges))
        weight = rng.uniform(0.5, 10, len(ends)).tolist()
        edges = [(a, b, w) for (a, b), w in zip(ends.tolist(), weight, strict=True)]
        best = max(mixing(tree, nodes) for tree in itertools.combinations(edges, nodes - 1))
        view = pl.load(choice(edges, nodes, nodes - 1)).view
        search = tree_search(view, 0.0)
        search.run(view)
        assert search.complete
        assert search.goal == pytest.approx(best, rel=1e-8)


def test_too_many_edges_break_the_plan():
    """A plan with one edge more than may be chosen is refused by name."""
    data = choice([(0, 1, 1.0), (1, 2, 1.0), (0, 2, 1.0)], 3, 2)
    plan = {"kind": "rates", "rate": [1.0, 1.0, 1.0]}
    evaluation = pl.evaluate(pl.load(data), plan)
    assert "edges-over-count" in json.dumps(evaluation.model_dump(mode="json"))
