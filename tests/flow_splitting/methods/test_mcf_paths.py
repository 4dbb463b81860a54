"""Whole flows on graphs: one path each."""

import numpy as np
import pytest
from small_graphs import graph

from planner.models.flow_splitting import Instance, samples
from planner.models.flow_splitting.bounds import arc_metric_bound, counting_bound
from planner.models.flow_splitting.enumeration import optimum
from planner.models.flow_splitting.proofs.widest import widest_time
from planner.solvers.contract import Budget, Run
from planner.solvers.flow_splitting.exact.lots import group
from planner.solvers.flow_splitting.graphs import exact_paths, first_paths, greedy_paths
from planner.solvers.flow_splitting.graphs.path_program import PathProgramme
from planner.solvers.flow_splitting.graphs.recreating import recreate
from planner.solvers.flow_splitting.graphs.rerouting import Routing


def build(nodes, links, flows, splitting="whole"):
    """Return a graph whose links all have a rate of 1; links are (a, b)."""
    return graph(nodes, links, flows, splitting, link_rate=1.0)


SQUARE = [(0, 1), (1, 3), (0, 2), (2, 3)]
SIX = [(a, b) for a in range(6) for b in range(a)]


def test_square_is_a_partition_problem(judge):
    """Sizes 5, 5, 4, 4, 3, 3, 3 over two ways: 14, proved by counting."""
    flows = [(0, 3, float(size)) for size in (5, 5, 4, 4, 3, 3, 3)]
    instance = build(4, SQUARE, flows)
    found, bound = judge(instance, exact_paths.solve(instance, Run()))
    assert found.objective.value == pytest.approx(14.0, rel=1e-12)
    assert bound.bounds["max_utilisation"] == pytest.approx(14.0, rel=1e-12)


def test_programme_finds_the_optimum_from_a_bad_start(judge):
    """All flows on one way of a square: the integer programme halves the load."""
    instance = build(4, SQUARE, [(0, 3, 1.0)] * 4)
    view = instance.view
    flows = view.steps[0].traffic
    routing = Routing(view.network, flows)
    way = routing.least_busy_path(0)[1]
    for flow in range(4):
        routing.put(flow, way)
    programme = PathProgramme(view.network, group(flows), reference=1.0)
    from planner.solvers.engines.pulp_engine import solve_pulp

    outcome = solve_pulp(programme.problem, run=Run(), hint=programme.hint(routing))
    programme.put_into(routing)
    assert outcome.objective == pytest.approx(2.0, rel=1e-6)
    assert routing.utilisation() == pytest.approx(2.0, rel=1e-12)


def test_rerouting_relieves_the_busiest_arc():
    """Flows that all start on one way end evenly on two."""
    view = build(4, SQUARE, [(0, 3, 1.0)] * 6).view
    routing = Routing(view.network, view.steps[0].traffic)
    way = routing.least_busy_path(0)[1]
    for flow in range(6):
        routing.put(flow, way)
    assert routing.utilisation() == pytest.approx(6.0)
    routing.relieve(0.0, Run())
    assert routing.utilisation() == pytest.approx(3.0)


def test_least_busy_path_is_short():
    """An idle network gives the direct arc, not a detour that is equally idle."""
    view = build(6, SIX, [(0, 5, 1.0)]).view
    busy, path = Routing(view.network, view.steps[0].traffic).least_busy_path(0)
    assert busy == pytest.approx(1.0)
    assert len(path) == 1


def test_greedy_is_a_plan_of_whole_flows(judge):
    """Longest first serves everything whole, at or above the exact value."""
    rng = np.random.default_rng(3)
    flows = [(a, b, float(rng.integers(1, 9))) for a in range(6) for b in range(6) if a != b]
    instance = build(6, SIX[5:], flows)
    greedy, _ = judge(instance, greedy_paths.solve(instance, Run()))
    exact, _ = judge(instance, exact_paths.solve(instance, Run(Budget(time_limit=5.0))))
    assert greedy.metrics["split_flows"] == 0
    assert exact.objective.value <= greedy.objective.value


def test_solver_word_is_named(judge):
    """Where only the integer programme closes the gap, HiGHS is named."""
    rng = np.random.default_rng(5)
    flows = [(int(a), int(b), float(w)) for a, b, w in zip(
        rng.integers(0, 3, 8), rng.integers(3, 6, 8), rng.integers(20, 60, 8), strict=True
    )]  # fmt: skip
    links = [(0, 1), (1, 2), (2, 0), (0, 3), (1, 4), (2, 5), (3, 4), (4, 5), (5, 3)]
    instance = build(6, links, flows)
    answer = exact_paths.solve(instance, Run(Budget(time_limit=20.0)))
    found, bound = judge(instance, answer)
    assert bound.bounds["max_utilisation"] < found.objective.value * 0.99
    assert answer.solver == "HiGHS"
    assert found.objective.value == pytest.approx(answer.solver_bound, rel=1e-6)


def test_stopped_run_keeps_the_first_plan(judge):
    """A run that is over keeps the plan of fastest paths, and claims nothing for it."""
    instance = build(4, SQUARE, [(0, 3, float(size)) for size in (5, 5, 4, 4, 3, 3, 3)])
    answer = exact_paths.solve(instance, Run(Budget(time_limit=5.0), elapsed=6.0))
    found, _ = judge(instance, answer)
    assert answer.stopped_by == "time"
    assert answer.solver_bound is None
    first = Run()
    first_paths.opening(instance, first)
    assert found.objective.value == first.incumbent.objective


@pytest.mark.parametrize("method", [exact_paths, greedy_paths])
def test_unreachable_target_is_infeasible(method):
    """A flow to an island gives the proof that there is no plan."""
    assert method.solve(build(3, [(0, 1)], [(0, 2, 1.0)]), Run()).infeasible


def test_refusals_name_the_right_method(on_fabric):
    """Fabrics and flows that may be cut are for other methods."""
    fabric = on_fabric(leaves=2, spines=2, demands={"uniform": 1.0}, splitting="whole")
    free = build(4, SQUARE, [(0, 3, 1.0)], splitting="free")
    assert "`exact`" in exact_paths.refuses(fabric)
    assert "`lpt`" in greedy_paths.refuses(fabric)
    assert "multi_commodity" in exact_paths.refuses(free)
    assert greedy_paths.refuses(free) is None


def test_random_graphs_reach_the_enumerated_optimum(judge):
    """On random small graphs with whole flows the optimum is that of enumeration."""
    taken = 0
    for seed in range(300):
        data = samples.draw(np.random.default_rng(seed))
        data["workload"]["splitting"] = "whole"
        instance = Instance.model_validate(data, context={"normalised": True})
        if exact_paths.refuses(instance) is not None:
            continue
        found, _ = judge(instance, exact_paths.solve(instance, Run()))
        best = optimum(instance)
        assert best is None or found.objective.value == pytest.approx(best, rel=1e-9)
        taken += 1
    assert taken >= 20


def test_whole_numbers_round_the_metric_bound_up(judge):
    """Sizes 2, 4 and 4 over two ways: loads are even, so 6 is the least, not 5."""
    instance = build(4, SQUARE, [(0, 3, 2.0), (0, 3, 4.0), (0, 3, 4.0)])
    view = instance.view
    leaving = np.where(view.network.tail == 0, 1.0, 0.0)
    bound = arc_metric_bound(view, view.steps[0], leaving)
    assert bound == pytest.approx(6.0, rel=1e-12)
    free = build(4, SQUARE, [(0, 3, 2.0), (0, 3, 4.0), (0, 3, 4.0)], splitting="free").view
    assert arc_metric_bound(free, free.steps[0], leaving) == pytest.approx(5.0, rel=1e-9)
    found, _ = judge(instance, exact_paths.solve(instance, Run()))
    assert found.objective.value == pytest.approx(6.0, rel=1e-12)


def test_rounded_bounds_never_exceed_the_optimum():
    """On random small graphs of whole flows no lengths prove more than enumeration finds."""
    taken = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        data = samples.draw(rng)
        data["workload"]["splitting"] = "whole"
        instance = Instance.model_validate(data, context={"normalised": True})
        view = instance.view
        best = None if view.network is None else optimum(instance)
        if best is None:
            continue
        arcs = len(view.network.rate)
        for length in (rng.random(arcs), (rng.random(arcs) < 0.4) + 1e-9, 1 / view.network.rate):
            assert arc_metric_bound(view, view.steps[0], length) <= best * (1 + 1e-12)
        assert counting_bound(view, view.steps[0]) <= best * (1 + 1e-12)
        taken += 1
    assert taken >= 20


def test_widest_path_bounds_a_large_flow():
    """A flow of 20 that must pass a link of rate 2 or one of rate 1 takes 10."""
    data = build(4, SQUARE, [(0, 3, 20.0)]).data()
    for link, rate in zip(data["topology"]["links"], (10.0, 2.0, 10.0, 1.0), strict=True):
        link["rate"] = rate
    view = Instance.model_validate(data, context={"normalised": True}).view
    assert widest_time(view.network, view.steps[0].traffic) == pytest.approx(10.0, rel=1e-12)


def test_recreating_leaves_a_local_optimum():
    """Rerouting one flow at a time is stuck; taking several out reaches the even split."""
    sizes = (6, 6, 4, 5, 5, 2)
    view = build(4, SQUARE, [(0, 3, float(size)) for size in sizes]).view
    routing = Routing(view.network, view.steps[0].traffic)
    upper, lower = ((0, 2), (4, 6))
    for flow, path in enumerate((upper, upper, upper, lower, lower, lower)):
        routing.put(flow, path)
    routing.relieve(14.0, Run())
    assert routing.utilisation() == pytest.approx(16.0)
    found = list(recreate(routing, 14.0, Run(), seed=0, tries=200))
    assert found[-1].utilisation() == pytest.approx(14.0, rel=1e-12)
