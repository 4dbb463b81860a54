"""Multi-commodity flow on graphs: value, proof and paths."""

from pathlib import Path

import numpy as np
import pytest
from small_graphs import graph

from planner.loading import load_instance
from planner.models.flow_splitting import Instance, samples
from planner.models.flow_splitting.enumeration import optimum
from planner.solvers.contract import Budget, Run
from planner.solvers.flow_splitting.graphs.decomposition import Decomposer
from planner.solvers.flow_splitting.graphs.demand import demand_of
from planner.solvers.flow_splitting.graphs.exponential import Deviation
from planner.solvers.flow_splitting.graphs.multi_commodity import refuses, solve
from planner.solvers.flow_splitting.graphs.trees import shortest_trees

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


@pytest.mark.parametrize("name", SNDLIB)
def test_sndlib_reference_values(judge, name):
    """The published networks to 1e-6, the certificate closing the gap to 1e-9."""
    instance = load_instance(INSTANCES / f"sndlib_{name}.yaml")
    found, bound = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(SNDLIB[name], rel=1e-6)
    assert found.objective.value == pytest.approx(bound.bounds["max_utilisation"], rel=1e-9)


def test_square_with_unequal_rates(judge):
    """Rates 3 and 1 on two ways of a square: 4 units give utilisation 1, cut 3 to 1."""
    instance = graph(4, [(0, 1, 3.0), (1, 3, 3.0), (0, 2, 1.0), (2, 3, 1.0)], [(0, 3, 4.0)])
    answer = solve(instance, Run())
    found, _ = judge(instance, answer)
    assert found.objective.value == pytest.approx(1.0, rel=1e-9)
    assert sorted(answer.plan.size.tolist()) == pytest.approx([1.0, 3.0], rel=1e-9)


def test_parallel_links_are_kept_apart(judge):
    """Two links between the same nodes carry half each."""
    instance = graph(2, [(0, 1, 1.0), (0, 1, 1.0)], [(0, 1, 1.0)])
    found, _ = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(0.5, rel=1e-9)


@pytest.mark.parametrize("unit", [1e-6, 1e7, 3e10])
def test_value_scales_with_the_units(judge, unit):
    """Rates and sizes of any magnitude give the same relative precision."""
    rng = np.random.default_rng(1)
    links = [(a, b, unit * rng.choice([1.0, 2.5, 10.0])) for a in range(7) for b in range(a)]
    flows = [(a, b, unit * rng.random()) for a in range(7) for b in range(7) if a != b]
    instance = graph(7, links, flows)
    found, bound = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(bound.bounds["max_utilisation"], rel=1e-9)


def test_shortest_of_equally_good_paths(judge):
    """Where the bottleneck is elsewhere, traffic takes no detour."""
    ring = [(0, 1, 9.0), (1, 2, 9.0), (2, 3, 9.0), (3, 0, 9.0), (4, 0, 1.0)]
    instance = graph(5, ring, [(4, 0, 1.0), (0, 1, 1.0)])
    answer = solve(instance, Run())
    judge(instance, answer)
    assert np.diff(answer.plan.path_start).tolist() == [1, 1]


def test_incumbent_and_stopped_run(judge):
    """Shortest paths come first, and are what is left when time is over."""
    instance = graph(3, [(0, 1, 1.0), (1, 2, 1.0), (0, 2, 1.0)], [(0, 2, 2.0)])
    answer = solve(instance, Run(Budget(time_limit=5.0), elapsed=6.0))
    found, bound = judge(instance, answer)
    assert answer.stopped_by == "time"
    assert found.objective.value == pytest.approx(2.0, rel=1e-12)
    assert found.metrics["split_flows"] == 0
    assert bound.bounds["max_utilisation"] > 0


def test_unreachable_target_is_infeasible():
    """A flow to an island gives the proof that there is no plan."""
    instance = graph(3, [(0, 1, 1.0)], [(0, 2, 1.0)])
    assert solve(instance, Run()).infeasible


def test_refuses_fabrics_and_whole_flows(on_fabric):
    """Fabrics and whole flows are for other methods, which are named."""
    fabric = on_fabric(leaves=2, spines=2, demands={"uniform": 1.0})
    pair = graph(2, [(0, 1, 1.0)], [(0, 1, 1.0)])
    data = pair.data()
    data["workload"]["splitting"] = "whole"
    whole = Instance.model_validate(data, context={"normalised": True})
    assert "splittable_lp" in refuses(fabric)
    assert "exact_paths" in refuses(whole)
    assert refuses(pair) is None


def test_decomposition_drops_circles():
    """Traffic in a circle is taken out; the rest goes to paths that carry it all."""
    links = [(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0)]
    network = graph(4, links, [(0, 3, 1.0)]).view.network
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


def grid(side, size=1.0):
    """Return a square grid of equal links in which every node sends to every other."""
    nodes = side * side
    across = [(n, n + 1, 1.0) for n in range(nodes) if (n + 1) % side]
    down = [(n, n + side, 1.0) for n in range(nodes - side)]
    pairs = [(a, b) for a in range(nodes) for b in range(nodes) if a != b]
    return graph(nodes, across + down, [(a, b, size * (1 + (a * b) % 5)) for a, b in pairs])


def arc_optimum(instance):
    """Return the least utilisation by the LP over sources and arcs, solved by SciPy."""
    from scipy.optimize import linprog

    network, flows = instance.view.network, instance.view.steps[0].traffic
    arcs, nodes = len(network.rate), network.nodes
    sources = np.unique(flows.source)
    incidence = np.zeros((nodes, arcs))
    incidence[network.head, np.arange(arcs)] += 1
    incidence[network.tail, np.arange(arcs)] -= 1
    wanted = np.zeros((len(sources), nodes))
    row = np.searchsorted(sources, flows.source)
    np.add.at(wanted, (row, flows.target), flows.size)
    np.add.at(wanted, (row, flows.source), -flows.size)
    equal = np.kron(np.eye(len(sources)), incidence)
    equal = np.hstack([equal, np.zeros((len(equal), 1))])
    capacity = np.hstack([np.tile(np.eye(arcs), len(sources)), -network.rate[:, None]])
    cost = np.append(np.zeros(equal.shape[1] - 1), 1.0)
    found = linprog(cost, capacity, np.zeros(arcs), equal, wanted.ravel(), method="highs")
    return found.fun


def test_grid_meets_the_arc_programme(judge):
    """Every pair of a 5 x 5 grid: the value of the arc LP, its proof, and few flows cut."""
    instance = grid(5)
    found, bound = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(arc_optimum(instance), rel=1e-7)
    assert found.objective.value == pytest.approx(bound.bounds["max_utilisation"], rel=1e-9)
    assert found.metrics["parts"] <= 600 + 80


@pytest.mark.parametrize("seed", range(6))
def test_small_graphs_meet_the_arc_programme(judge, seed):
    """Random rates and demands on random graphs give the value of the arc LP."""
    rng = np.random.default_rng(seed)
    nodes = int(rng.integers(4, 9))
    links = [(int(rng.integers(0, a)), a, float(rng.choice([1, 2.5, 10]))) for a in range(1, nodes)]
    links += [(a, b, 1.0) for a in range(nodes) for b in range(a) if rng.random() < 0.3]
    ends = [rng.choice(nodes, 2, replace=False).tolist() for _ in range(15)]
    instance = graph(nodes, links, [(a, b, float(rng.integers(1, 20))) for a, b in ends])
    found, _ = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(arc_optimum(instance), rel=1e-7)


def test_exponential_prices_bring_plan_and_bound_near(judge):
    """A grid where many demands share an arc: a few sweeps leave less than 20 % of gap."""
    view = grid(6).view
    demand = demand_of(view.network, view.steps[0].traffic)
    length = np.ones(len(view.network.rate))
    distance, trees = shortest_trees(view.network, demand.sources, length)
    start = trees.load(demand.amount).max()
    deviation = Deviation(demand, trees, demand.bound(distance, length), length)
    assert sum(1 for _ in deviation.sweeps()) > 0
    assert deviation.value < start
    assert deviation.value / deviation.bound < 1.2
    plan = deviation.plan()
    load = np.bincount(plan.arc, plan.size)
    assert load.max() == pytest.approx(deviation.value, rel=1e-9)


def test_stop_during_column_generation_keeps_plan_and_bound(judge):
    """A run stopped after its first report has a plan of its own and a metric bound."""
    instance = grid(6)
    run = Run()
    run._listener = lambda progress, answer: run.stop() if progress.phase != "start" else None
    answer = solve(instance, run)
    found, bound = judge(instance, answer)
    assert answer.stopped_by == "interrupt"
    assert 0 < bound.bounds["max_utilisation"] < found.objective.value


def test_trees_hold_shortest_paths():
    """Distances, loads and paths of trees agree with each other."""
    view = grid(4).view
    network = view.network
    length = np.random.default_rng(0).random(len(network.rate))
    demand = demand_of(network, view.steps[0].traffic)
    distance, trees = shortest_trees(network, demand.sources, length)
    place = np.flatnonzero(demand.amount)
    paths = trees.paths(place)
    by_path = np.add.reduceat(length[paths.arcs], paths.start[:-1])
    assert by_path == pytest.approx(distance.ravel()[place], rel=1e-12)
    assert by_path == pytest.approx(trees.lengths(length)[place], rel=1e-12)
    amount = demand.amount.ravel()[place]
    load = np.bincount(paths.arcs, amount[paths.owner], len(network.rate))
    assert load == pytest.approx(trees.load(demand.amount), rel=1e-12)
    assert (network.tail[paths.arcs[paths.start[:-1]]] == demand.sources[place // 16]).all()
    assert (network.head[paths.arcs[paths.start[1:] - 1]] == place % 16).all()


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


def test_a_tree_is_proved_optimal(judge):
    """No path is better than the only one; the prices of the LP prove it all the same."""
    instance = graph(10, [(2, 3, 2.0), (2, 4, 2.0), (3, 9, 3.0)], [(3, 2, 1.0)])
    found, bound = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(0.5, rel=1e-12)
    assert bound.bounds["max_utilisation"] == pytest.approx(0.5, rel=1e-9)


def test_fast_arcs_beside_slow_ones(judge):
    """Entries of 1e-9 on arcs that are never busy do not blur the shares on those that are."""
    fast = 1e8
    links = [
        (0, 1, 3 * fast), (1, 2, 1.0), (1, 3, fast), (0, 4, 1.0), (4, 5, 3 * fast), (5, 6, fast),
        (6, 7, 1.0), (6, 8, fast), (1, 9, 1.0), (3, 10, 1.0), (1, 11, fast), (1, 0, 3 * fast),
        (9, 6, 1.0), (2, 8, 3 * fast), (4, 6, 1.0),
    ]  # fmt: skip
    arcs = [
        {"from": "node4", "to": "node8", "rate": 3 * fast},
        {"from": "node6", "to": "node0", "rate": fast},
    ]
    flows = [
        (1, 2, 1.0000001), (1, 2, 1.00001), (0, 2, 1.0000001), (11, 9, 1.0), (7, 0, 1.0),
        (1, 2, 1.0000001), (6, 8, 1.0000001), (11, 9, 1.0), (1, 2, 1.0), (6, 8, 1.0),
        (1, 10, 1.0000001), (0, 7, 1.0), (4, 3, 1.0000001), (6, 9, 1.0), (5, 2, 1.0),
        (5, 11, 1.0000001), (9, 11, 1.0), (1, 2, 1.00001),
    ]  # fmt: skip
    instance = graph(12, links, flows, arcs=arcs)
    found, bound = judge(instance, solve(instance, Run()))
    assert found.objective.value == pytest.approx(bound.bounds["max_utilisation"], rel=1e-9)
