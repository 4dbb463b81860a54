"""Equal parts on graphs: never worse than whole flows, and the best plan of small graphs."""

import numpy as np
import pytest
from small_graphs import graph

from planner.models.flow_splitting.bounds import best_simple_proof
from planner.models.flow_splitting.enumeration import optimum
from planner.solvers.contract import Budget, Run
from planner.solvers.flow_splitting import choose
from planner.solvers.flow_splitting.graphs import cut_search, equal_paths, greedy_paths
from planner.solvers.flow_splitting.graphs.cut_program import CutProgramme
from planner.solvers.flow_splitting.graphs.cut_routing import CutRouting
from planner.solvers.flow_splitting.graphs.flow_search import FlowSearch
from planner.solvers.flow_splitting.graphs.path_set import MOST, PathSet
from planner.solvers.flow_splitting.graphs.paths_plan import utilisation
from planner.solvers.flow_splitting.graphs.trees import Paths


def build(nodes, links, flows, splitting="equal"):
    """Return a graph whose flows are cut equally; links are (a, b, rate)."""
    return graph(nodes, links, flows, splitting)


def random_graph(rng, nodes=None):
    """Return a connected graph of random rates, some links parallel, with a few flows."""
    nodes = int(rng.integers(2, 7)) if nodes is None else nodes
    ends = [(node, int(rng.integers(0, node))) for node in range(1, nodes)]
    more = rng.integers(0, nodes, (int(rng.integers(0, 5)), 2)).tolist()
    ends += [(a, b) for a, b in more if a != b]
    links = [(a, b, float(rng.integers(1, 4))) for a, b in ends]
    pairs = [rng.choice(nodes, 2, replace=False).tolist() for _ in range(rng.integers(1, 6))]
    return build(nodes, links, [(a, b, float(rng.integers(1, 5))) for a, b in pairs])


@pytest.fixture
def grid():
    """Return a grid of 4 x 4 nodes with unequal flows between random nodes."""
    rng = np.random.default_rng(1)
    links = [(4 * r + c, 4 * r + c + 1, 1.0) for r in range(4) for c in range(3)]
    links += [(4 * r + c, 4 * r + c + 4, 1.0) for r in range(3) for c in range(4)]
    pairs = [rng.choice(16, 2, replace=False).tolist() for _ in range(12)]
    return build(16, links, [(a, b, float(rng.integers(1, 9))) for a, b in pairs])


def test_parallel_links_share_a_flow(judge):
    """One flow over three equal links is cut into three parts: a third each, proved."""
    instance = build(2, [(0, 1, 1.0)] * 3, [(0, 1, 1.0)])
    assert choose(instance).method == "equal_paths"
    found, bound = judge(instance, equal_paths.solve(instance, Run()))
    assert found.objective.value == pytest.approx(1 / 3, rel=1e-12)
    assert bound.bounds["max_utilisation"] == pytest.approx(1 / 3, rel=1e-12)
    assert found.metrics["parts"] == 3


@pytest.mark.parametrize("seed", range(20))
def test_small_graphs_reach_the_optimum(seed, judge):
    """What enumeration finds is found, and proved."""
    instance = random_graph(np.random.default_rng(seed))
    best = optimum(instance)
    found, bound = judge(instance, equal_paths.solve(instance, Run()))
    assert best is not None
    assert found.objective.value == pytest.approx(best, rel=1e-9)
    assert bound.bounds["max_utilisation"] == pytest.approx(best, rel=1e-9)


def test_programme_alone_reaches_the_optimum():
    """From a bad start the integer programme finds the cuts, and its bound holds."""
    for seed in range(8):
        instance = random_graph(np.random.default_rng(100 + seed))
        paths = PathSet(instance.view.network, instance.view.steps[0].traffic)
        paths.complete()
        routing = CutRouting(instance.view.steps[0].traffic, paths)
        cut_search.place(routing, Run(Budget(time_limit=1.0), elapsed=2.0))
        bound = best_simple_proof(instance.view, instance.view.steps[0]).value
        programme, best = CutProgramme(routing, bound), optimum(instance)
        outcome = programme.solve(Run())
        routing.restore(programme.cuts(outcome.values))
        assert paths.is_complete
        assert len(outcome.values) == programme.columns
        assert routing.utilisation() == pytest.approx(best, rel=1e-6)
        assert programme.bound(outcome) <= best


def test_grids_are_better_than_whole_flows(grid, judge, monkeypatch):
    """Where nothing can be enumerated cutting beats longest first, within the bound."""
    monkeypatch.setattr(equal_paths, "TRIES", 5)
    whole, _ = judge(grid, greedy_paths.solve(grid, Run()))
    found, bound = judge(grid, equal_paths.solve(grid, Run()))
    assert found.objective.value < 0.9 * whole.objective.value
    assert bound.bounds["max_utilisation"] > 0.75 * found.objective.value


def test_a_run_without_time_keeps_longest_first(grid, judge):
    """A limit leaves a plan, and claims no more than that."""
    answer = equal_paths.solve(grid, Run(Budget(time_limit=1.0), elapsed=2.0))
    found, _ = judge(grid, answer)
    assert answer.stopped_by == "time"
    assert found.metrics["split_flows"] == 0


def test_parts_are_saved(judge):
    """A flow that needs no cut has none beside a flow that needs two parts."""
    links = [(0, 1, 1.0), (0, 1, 1.0), (2, 3, 4.0), (2, 3, 4.0), (1, 2, 9.0)]
    instance = build(4, links, [(0, 1, 4.0), (2, 3, 3.0)])
    found, _ = judge(instance, equal_paths.solve(instance, Run()))
    assert found.objective.value == pytest.approx(2.0)
    assert found.metrics["parts"] == 3


def test_a_part_of_a_run_ends_before_it():
    """It has its share of the time, and stops with the whole."""
    run = Run(Budget(time_limit=100.0), elapsed=50.0)
    part = equal_paths._Part(run, 0.5)
    assert part.remaining() == pytest.approx(25.0, abs=1.0)
    assert part.stopping() is None
    run.stop()
    assert part.stopping() == "interrupt"
    assert equal_paths._Part(Run(), 0.5).remaining() is None


def test_parts_are_saved_before_a_limit(grid, monkeypatch):
    """Ruin and recreate leaves time for that."""
    left, saved = [], []

    def recreate(routing, floor, run, rng, tries):
        left.append(run.remaining())
        return iter(())

    monkeypatch.setattr(equal_paths, "COLUMNS", 0)
    monkeypatch.setattr(cut_search, "recreate", recreate)
    monkeypatch.setattr(cut_search, "save_parts", lambda routing, run: saved.append(run))
    equal_paths.solve(grid, Run(Budget(time_limit=1000.0)))
    assert left[0] < 950.0
    assert len(saved) == 1


def test_loads_follow_every_change(grid):
    """Loads after any changes are those of the plan counted anew."""
    flows = grid.view.steps[0].traffic
    paths = PathSet(grid.view.network, flows)
    rng = np.random.default_rng(0)
    trees = FlowSearch(grid.view, grid.view.network, Run())
    trees.improve(reports=False)
    paths.add_master(trees.generation.master)
    routing = CutRouting(flows, paths)
    cut_search.place(routing, Run())
    for _ in cut_search.recreate(routing, 0.0, Run(), rng, 10):
        pass
    cut_search.narrow(routing, routing.utilisation() / 2, Run())
    cut_search.save_parts(routing, Run())
    plan = routing.plan()
    counted = utilisation(grid.view.network, plan)
    assert routing.utilisation() == pytest.approx(counted, rel=1e-9)
    assert routing.parts() == len(plan.flow)


def test_a_pair_has_few_different_paths():
    """A path is taken over once, and no pair has more than `MOST`."""
    instance = build(2, [(0, 1, 1.0)] * 40, [(0, 1, 1.0)])
    paths = PathSet(instance.view.network, instance.view.steps[0].traffic)
    arcs = np.repeat(np.flatnonzero(instance.view.network.tail == 0), 2)
    paths.add(np.zeros(len(arcs), dtype=np.int64), Paths(np.arange(len(arcs) + 1), arcs))
    assert len(paths.paths[0]) == len(set(paths.paths[0])) == MOST
    paths.complete()
    assert not paths.is_complete


@pytest.mark.parametrize(
    ("splitting", "named"), [("whole", "`exact_paths`"), ("free", "`multi_commodity`")]
)
def test_other_splittings_are_refused(splitting, named):
    """The refusal names the method that takes the instance."""
    instance = build(2, [(0, 1, 1.0)], [(0, 1, 1.0)], splitting)
    assert named in equal_paths.refuses(instance)


def test_unreachable_target_is_infeasible():
    """A flow to an island gives the proof that there is no plan."""
    instance = build(3, [(0, 1, 1.0)], [(0, 2, 1.0)])
    assert equal_paths.solve(instance, Run()).infeasible
