"""Complete overlays: every two workers exchange over the links there are."""

import networkx as nx
import numpy as np
import pytest

import planner as pl
from planner.models.base.errors import InputError

HEAD = {"problem": "gossip_rates", "schema_version": 1, "name": "x", "overlay": "complete"}


def network(nodes, edges, **more):
    """Return the data of an instance whose edges are (a, b, latency in ms, rate in Gbit/s)."""
    listed = [
        {"a": f"node{a}", "b": f"node{b}", "latency": f"{ms} ms", "bandwidth": f"{rate} Gbit/s"}
        for a, b, ms, rate in edges
    ]
    topology = {"kind": "graph", "nodes": nodes, "edges": listed}
    return {**HEAD, "topology": topology, "message_size": "1 Gbit", "budget": {"node": 1}} | {
        "objective": "gradient_rate",
        **more,
    }


def durations(data):
    """Return how long an exchange of each pair takes."""
    view = pl.load(data).view
    return {tuple(ends): view.duration[e] for e, ends in enumerate(view.ends.tolist())}


@pytest.mark.parametrize("duplex", ["full", "half"])
def test_pairs_take_the_way_of_least_latency(duplex):
    """Latency adds up; bandwidth is the least on the way over its links; against networkx."""
    rng = np.random.default_rng(3)
    for _ in range(5):
        graph = nx.gnp_random_graph(9, 0.4, seed=int(rng.integers(1e9)))
        if not nx.is_connected(graph):
            continue
        for _, _, link in graph.edges(data=True):
            link |= {"ms": float(rng.uniform(1, 9)), "rate": float(rng.uniform(1, 40))}
        edges = [(a, b, link["ms"], link["rate"]) for a, b, link in graph.edges(data=True)]
        found = durations(network(9, edges, duplex=duplex))
        assert len(found) == 36
        for (a, b), seconds in found.items():
            way = nx.shortest_path(graph, a, b, weight="ms")
            links = [graph.edges[pair] for pair in nx.utils.pairwise(way)]
            rate = min(link["rate"] for link in links) / len(links)
            ways = 2 if duplex == "half" else 1
            assert seconds == pytest.approx(sum(link["ms"] for link in links) / 1e3 + ways / rate)


def test_of_ways_of_equal_latency_the_shortest():
    """One link of 2 ms is taken rather than two of 1 ms, whose rate would be shared."""
    found = durations(network(3, [(0, 1, 1, 10), (1, 2, 1, 10), (0, 2, 2, 10)]))
    assert found[0, 2] == pytest.approx(0.102)
    found = durations(network(4, [(0, 1, 0, 8), (1, 2, 0, 8), (2, 3, 0, 4), (3, 0, 0, 8)]))
    assert found[0, 2] in (pytest.approx(2 / 8), pytest.approx(2 / 4))
    assert found[0, 3] == pytest.approx(1 / 8)


def test_one_slow_link_does_not_hide_the_others():
    """A way over a link a million times as slow still counts all its links."""
    leaves = [(2, k, 0.001, 10) for k in range(3, 40)]
    found = durations(network(40, [(0, 1, 1e6, 10), (1, 2, 0, 10), *leaves]))
    assert found[0, 39] - 1000 == pytest.approx(0.3, abs=1e-5)
    assert found[3, 39] == pytest.approx(0.2, abs=1e-5)


def test_network_cards_hold_at_the_ends_alone():
    """A slow card slows the pairs of its worker, not those that pass by it."""
    data = network(3, [(0, 1, 0, 10), (1, 2, 0, 10)])
    data["topology"]["workers"] = [{"node": "node1", "nic_rate": "1 Gbit/s"}]
    found = durations(data)
    assert found == {(0, 1): pytest.approx(1), (0, 2): pytest.approx(0.2), (1, 2): pytest.approx(1)}


def test_costs_add_up_where_links_have_them():
    """A message between two workers costs 1, or the sum of what the links on its way cost."""
    data = network(3, [(0, 1, 0, 10), (1, 2, 0, 10)])
    assert pl.load(data).view.cost.tolist() == [1, 1, 1]
    data["topology"]["edges"][0]["cost"] = 2.5
    assert pl.load(data).view.cost.tolist() == [2.5, 3.5, 1]


def test_a_grid_is_a_grid_no_more():
    """The optimum is that of the complete network, (n - 1) / sqrt 2, not that of the family."""
    topology = {"kind": "family", "family": "grid", "size": [4, 4]}
    result = pl.solve({**HEAD, "topology": topology})
    assert result.value == pytest.approx(15 / np.sqrt(2))
    assert result.bound == pytest.approx(result.value, rel=1e-6)
    physical = {"topology": {**topology, "bandwidth": "1 Gbit/s"}, "message_size": "1 Gbit"}
    limits = {"budget": {"node": 1}, "objective": "fastest_mixing"}
    complete = pl.solve({**HEAD, **physical, **limits})
    given = pl.solve({**HEAD, **physical, **limits, "overlay": "given"})
    assert complete.bound_source == "certificate"
    assert complete.value > given.bound


def test_pieces_stay_pieces():
    """Nothing is routed where there is no way."""
    result = pl.solve(network(4, [(0, 1, 0, 10), (2, 3, 0, 10)]))
    assert result.status == "infeasible"
    assert "node2" in result.why[0].where


def test_what_an_overlay_cannot_take():
    """Rates of single links, and more workers than pairs can be listed for, are faults."""
    data = network(3, [(0, 1, 0, 10), (1, 2, 0, 10)])
    data["topology"]["edges"][0]["max_rate"] = 0
    with pytest.raises(InputError) as error:
        pl.load(data)
    assert [found.code for found in error.value.findings] == ["overlay-rate"]
    topology = {"kind": "family", "family": "path", "size": [1001]}
    with pytest.raises(InputError) as error:
        pl.load({**HEAD, "topology": topology})
    assert [found.code for found in error.value.findings] == ["overlay-size"]
