"""The evaluator of rates against networkx and numpy, family by family and at random."""

import math

import networkx as nx
import numpy as np
import pytest

import planner as pl
from planner.models.gossip_rates.families import edges_of, node_count
from planner.models.gossip_rates.network import Family
from planner.models.gossip_rates.plan import MatchingPlan, RatesPlan
from planner.models.gossip_rates.samples import draw

HEAD = {"problem": "gossip_rates", "schema_version": 1, "name": "x"}
GRAPHS = {
    ("path", (7,)): nx.path_graph(7),
    ("cycle", (6,)): nx.cycle_graph(6),
    ("star", (6,)): nx.star_graph(5),
    ("complete", (5,)): nx.complete_graph(5),
    ("complete_bipartite", (2, 3)): nx.complete_bipartite_graph(2, 3),
    ("grid", (3, 4)): nx.grid_2d_graph(3, 4),
    ("torus", (3, 4)): nx.grid_2d_graph(3, 4, periodic=True),
    ("hypercube", (3,)): nx.hypercube_graph(3),
    ("barbell", (4,)): nx.barbell_graph(4, 0),
    ("lollipop", (4, 3)): nx.lollipop_graph(4, 3),
    ("wheel", (7,)): nx.wheel_graph(7),
    ("ladder", (4,)): nx.ladder_graph(4),
    ("binary_tree", (3,)): nx.balanced_tree(2, 3),
}


def family(name, size, **more):
    """Return an instance of a family."""
    topology = {"kind": "family", "family": name, "size": list(size)}
    return pl.load({**HEAD, "topology": topology, **more})


@pytest.mark.parametrize("key", GRAPHS, ids=lambda key: key[0])
def test_families_are_those_of_networkx(key):
    """Every family has the edges of the graph of that name."""
    spec = Family(kind="family", family=key[0], size=key[1])
    mine = nx.Graph(edges_of(spec).tolist())
    assert node_count(spec) == len(mine) == len(GRAPHS[key])
    assert nx.is_isomorphic(mine, GRAPHS[key])


@pytest.mark.parametrize("degree", [3, 4])
def test_random_regular_graphs_are_regular(degree):
    """A random regular graph is simple, of the degree asked, and the same for the same seed."""
    spec = Family(kind="family", family="random_regular", size=(20, degree), seed=5)
    ends = edges_of(spec)
    assert len(np.unique(ends, axis=0)) == 10 * degree
    assert (np.bincount(ends.ravel()) == degree).all()
    assert (ends == edges_of(spec)).all()


def by_networkx(view, rate):
    """Return lambda_2, the resistances of all edges and the total resistance, by networkx."""
    graph = nx.Graph()
    graph.add_nodes_from(range(view.nodes))
    graph.add_weighted_edges_from(
        (a, b, r) for (a, b), r in zip(view.ends.tolist(), rate.tolist(), strict=True)
    )
    mixing = sorted(nx.laplacian_spectrum(graph))[1]
    inverse = np.linalg.pinv(nx.laplacian_matrix(graph, range(view.nodes)).toarray())
    resist = [inverse[a, a] + inverse[b, b] - 2 * inverse[a, b] for a, b in view.ends.tolist()]
    return mixing, np.array(resist), view.nodes * np.trace(inverse)


@pytest.mark.parametrize("seed", range(25))
def test_figures_agree_with_networkx(seed):
    """On random networks all four objectives of rates are what networkx and pinv give."""
    rng = np.random.default_rng(seed)
    data = {**draw(rng), "objective": "fewest_messages"}
    data.pop("budget", None)
    instance = pl.load(data)
    view = instance.view
    rate = rng.uniform(0.1, 1, view.edges)
    rate /= view.cost @ rate
    mixing, resist, total = by_networkx(view, rate)
    room = pl.problems()[[p.name for p in pl.problems()].index("gossip_rates")].model_room()
    found = room.evaluate(instance, RatesPlan(rate=rate))
    assert found.violations == ()
    metrics = found.metrics
    assert metrics["lambda_2"] == pytest.approx(mixing, rel=1e-8)
    assert metrics["chi2"] == pytest.approx(resist.max() / 2, rel=1e-8)
    messages = float(view.cost @ rate) * math.sqrt(resist.max() / mixing)
    assert found.objective.value == pytest.approx(messages, rel=1e-8)
    # Foster's theorem: rates times resistances sum to n - 1.
    assert rate @ resist == pytest.approx(view.nodes - 1, rel=1e-8)
    other = pl.load({**data, "objective": "total_resistance"})
    assert room.evaluate(other, RatesPlan(rate=rate)).objective.value == pytest.approx(total)


def test_every_limit_is_named_when_broken():
    """A plan that breaks budgets or rates of edges says which, by code."""
    edges = [
        {"a": "node0", "b": "node1", "max_rate": 0.3},
        {"a": "node1", "b": "node2", "min_rate": 0.5},
    ]
    topology = {"kind": "graph", "nodes": 3, "edges": edges}
    data = {**HEAD, "topology": topology, "budget": {"total": 1, "node": 0.5}}
    instance = pl.load({**data, "objective": "fastest_mixing"})
    result = pl.evaluate(instance, {"kind": "rates", "rate": [0.9, 0.2]})
    codes = {found.code for found in result.violations}
    assert codes == {"budget-total", "budget-node", "rate-over-limit", "rate-under-limit"}


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        ({"kind": "rates", "rate": [1.0]}, "rates-count"),
        ({"kind": "rates", "rate": [0.5, -0.1, 0.2, 0.1, 0.1]}, "rate-negative"),
        ({"kind": "rates", "rate": [1.0, 0, 0, 0, 0]}, "network-in-pieces"),
        ({"kind": "rates", "rate": [0, 0.2, 0.2, 0.2, 0.2], "dropped": [7]}, "dropped-unknown"),
        ({"kind": "rates", "rate": [0.2] * 5, "dropped": [0]}, "dropped-used"),
    ],
)
def test_bad_plans_are_refused_by_name(plan, code):
    """What is wrong with a plan has a code of its own."""
    result = pl.evaluate(family("cycle", (5,)), plan)
    assert code in {found.code for found in result.violations}


def test_edges_of_one_matching_may_not_meet():
    """A worker cannot be in two exchanges of one round, and shares end at 1."""
    instance = family("cycle", (5,), budget={"matching": True}, objective="fastest_mixing")
    plan = {"kind": "matchings", "share": [0.7, 0.5], "start": [0, 2, 3], "edge": [0, 2, 4]}
    codes = {found.code for found in pl.evaluate(instance, plan).violations}
    assert codes >= {"matchings-share", "matchings-clash"}


def test_matchings_come_to_rates():
    """An edge runs in the share of all rounds in which its matchings run."""
    instance = family("cycle", (5,), budget={"matching": True}, objective="fastest_mixing")
    plan = MatchingPlan(
        share=np.full(5, 0.2),
        start=np.arange(0, 11, 2),
        edge=np.array([0, 3, 1, 2, 0, 4, 1, 3, 2, 4]),
    )
    result = pl.evaluate(instance, plan.model_dump(mode="json"))
    rates = np.bincount(plan.edge) / 5
    assert (rates == 0.4).all()
    expected = 0.4 * 2 * (1 - math.cos(2 * math.pi / 5))
    assert result.violations == ()
    assert result.metrics["lambda_2"] == pytest.approx(expected)
