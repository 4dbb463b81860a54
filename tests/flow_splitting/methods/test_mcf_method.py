"""Multi-commodity flow on graphs: value, proof and paths."""

from pathlib import Path

import numpy as np
import pytest

from planner.loading import load_instance
from planner.models.flow_splitting import Instance, samples
from planner.models.flow_splitting.enumeration import optimum
from planner.solvers.contract import Budget, Run
from planner.solvers.flow_splitting.graphs.decomposition import Decomposer
from planner.solvers.flow_splitting.graphs.flow_program import demand_of, flow_program
from planner.solvers.flow_splitting.graphs.multi_commodity import refuses, solve
from planner.solvers.flow_splitting.graphs.paths_plan import decompose
from planner.solvers.flow_splitting.graphs.shortest import ShortestPaths

INSTANCES = Path(__file__).parents[3] / "instances" / "flow_splitting"
# Orlowski, Wessaely, Pioro, Tomaszewski, Networks 2010; every arc has capacity 1.
SNDLIB = {
    "abilene": 599282.0,
    "polska": 994.5,
    "nobel_us": 484.0,
    "atlanta": 13166 + 1 / 3,
    "nobel_germany": 77 + 1 / 3,
    "pdh": 166.5,
    "dfn_gwin": 316.0,
    "germany50": 129.5,
}


def build(nodes, links, flows, **topology):
    """Return a normalised graph instance; links are (a, b, rate), flows (from, to, size)."""
    data = {
        "problem": "flow_splitting",
        "schema_version": 1,
        "name": "graph",
        "units": "normalised",
        "topology": {
            "kind": "graph",
            "nodes": nodes,
            "links": [{"a": f"node{a}", "b": f"node{b}", "rate": rate} for a, b, rate in links],
            **topology,
        },
        "workload": {
            "flows": [{"from": f"node{a}", "to": f"node{b}", "size": s} for a, b, s in flows]
        },
    }
    instance = Instance.model_validate(data, context={"normalised": True})
    assert list(instance.cross_check()) == []
    return instance


@pytest.mark.parametrize("name", SNDLIB)
def test_sndlib_reference_values(judge, name):
    """The published networks to 1e-6, the certificate closing the gap to 1e-9."""
    instance = load_instance(INSTANCES / f"sndlib_{name}.yaml")
    found, bound = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(SNDLIB[name], rel=1e-6)
    assert found.objective.value == pytest.approx(bound.bounds["max_utilisation"], rel=1e-9)


def test_square_with_unequal_rates(judge):
    """Rates 3 and 1 on two ways of a square: 4 units give utilisation 1, cut 3 to 1."""
    instance = build(4, [(0, 1, 3.0), (1, 3, 3.0), (0, 2, 1.0), (2, 3, 1.0)], [(0, 3, 4.0)])
    answer = solve(instance, Run())
    found, _ = judge(instance, answer)
    assert found.objective.value == pytest.approx(1.0, rel=1e-9)
    assert sorted(answer.plan.size.tolist()) == pytest.approx([1.0, 3.0], rel=1e-9)


def test_parallel_links_are_kept_apart(judge):
    """Two links between the same nodes carry half each."""
    instance = build(2, [(0, 1, 1.0), (0, 1, 1.0)], [(0, 1, 1.0)])
    found, _ = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(0.5, rel=1e-9)


@pytest.mark.parametrize("unit", [1e-6, 1e7, 3e10])
def test_value_scales_with_the_units(judge, unit):
    """Rates and sizes of any magnitude give the same relative precision."""
    rng = np.random.default_rng(1)
    links = [(a, b, unit * rng.choice([1.0, 2.5, 10.0])) for a in range(7) for b in range(a)]
    flows = [(a, b, unit * rng.random()) for a in range(7) for b in range(7) if a != b]
    instance = build(7, links, flows)
    found, bound = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(bound.bounds["max_utilisation"], rel=1e-9)


def test_shortest_of_equally_good_paths(judge):
    """Where the bottleneck is elsewhere, traffic takes no detour."""
    ring = [(0, 1, 9.0), (1, 2, 9.0), (2, 3, 9.0), (3, 0, 9.0), (4, 0, 1.0)]
    instance = build(5, ring, [(4, 0, 1.0), (0, 1, 1.0)])
    answer = solve(instance, Run())
    judge(instance, answer)
    assert np.diff(answer.plan.path_start).tolist() == [1, 1]


def test_incumbent_and_stopped_run(judge):
    """Hop-count shares come first, and are what is left when time is over."""
    instance = build(3, [(0, 1, 1.0), (1, 2, 1.0), (0, 2, 1.0)], [(0, 2, 2.0)])
    answer = solve(instance, Run(Budget(time_limit=5.0), elapsed=6.0))
    found, bound = judge(instance, answer)
    assert answer.stopped_by == "time"
    assert answer.plan.kind == "aggregated_arcs"
    assert found.objective.value > bound.bounds["max_utilisation"] * 1.5


def test_unreachable_target_is_infeasible():
    """A flow to an island gives the proof that there is no plan."""
    instance = build(3, [(0, 1, 1.0)], [(0, 2, 1.0)])
    assert solve(instance, Run()).infeasible


def test_refuses_fabrics_and_whole_flows(on_fabric):
    """Fabrics and whole flows are for other methods, which are named."""
    fabric = on_fabric(leaves=2, spines=2, demands={"uniform": 1.0})
    graph = build(2, [(0, 1, 1.0)], [(0, 1, 1.0)])
    data = graph.data()
    data["workload"]["splitting"] = "whole"
    whole = Instance.model_validate(data, context={"normalised": True})
    assert "splittable_lp" in refuses(fabric)
    assert "exact_paths" in refuses(whole)
    assert refuses(graph) is None


def test_programme_has_a_column_per_source_and_arc():
    """Four nodes in a ring, two of them sending: 2 x 8 arcs less those back to the source."""
    ring = [(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (3, 0, 1.0)]
    view = build(4, ring, [(0, 2, 1.0), (0, 3, 1.0), (1, 3, 1.0)]).view
    demand = demand_of(view.network, view.steps[0].traffic)
    program = flow_program(demand)
    assert demand.columns == 2 * 8 - 2 * 2
    assert program.matrix.shape == (2 * 3 + 8, demand.columns + 1)
    assert program.conservation_rows == 6


def test_decomposition_drops_circles():
    """Traffic in a circle is taken out; the rest goes to paths that carry it all."""
    links = [(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0)]
    network = build(4, links, [(0, 3, 1.0)]).view.network
    amount = np.zeros(6)
    forward = [
        int(np.flatnonzero((network.tail == a) & (network.head == a + 1))[0]) for a in range(3)
    ]
    back = int(np.flatnonzero((network.tail == 2) & (network.head == 1))[0])
    amount[forward] = 1.0
    # A circle 1 -> 2 -> 1 that is busier than the path itself.
    amount[forward[1]] += 5.0
    amount[back] += 5.0
    paths = Decomposer(network, 0, amount).take(3, 1.0)
    assert [(path.arcs, path.size) for path in paths] == [(tuple(forward), 1.0)]


def test_missing_traffic_is_sent_somewhere():
    """A demand that the solver left out, being tiny, gets a shortest path."""
    view = build(3, [(0, 1, 1.0), (1, 2, 1.0)], [(0, 2, 1.0)]).view
    demand = demand_of(view.network, view.steps[0].traffic)
    paths = decompose(demand, np.zeros((1, 4)))
    arcs = ShortestPaths(view.network, 0, np.ones(4)).to(2)
    assert paths[0, 2][0].arcs == arcs
    assert view.network.head[list(arcs)].tolist() == [1, 2]


def test_random_graphs_reach_their_optimum(judge):
    """On random small graphs the objective meets its own proof, and enumeration."""
    taken = 0
    for seed in range(400):
        data = samples.draw(np.random.default_rng(seed))
        instance = Instance.model_validate(data, context={"normalised": True})
        if refuses(instance) is not None:
            continue
        found, bound = judge(instance, solve(instance, Run()))
        value, best = found.objective.value, optimum(instance)
        assert value == pytest.approx(bound.bounds["max_utilisation"], rel=1e-9)
        assert best is None or value == pytest.approx(best, rel=1e-7)
        taken += 1
    assert taken >= 20
