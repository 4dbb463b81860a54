"""Condensed Newton: published optima, agreement with CVXPY, limits of time, and odd limits."""

import networkx as nx
import numpy as np
import pytest

import planner as pl
from planner.models.gossip_rates.check import check_certificate
from planner.models.gossip_rates.evaluate import evaluate
from planner.solvers.contract import Budget, Run
from planner.solvers.gossip_rates import newton, sdp

HEAD = {"problem": "gossip_rates", "schema_version": 1, "name": "x"}
CVX = ["01", "12", "23", "04", "17", "13", "45", "46", "26", "37", "56", "67", "16"]
LIMITED = ("fastest_mixing", "gradient_rate", "total_resistance")
OBJECTIVES = (*LIMITED, "fewest_messages", "fdla", "fmmc")


def graph(edges, nodes, **more):
    """Return the data of an instance; an edge is a pair with more fields if wanted."""
    rows = [{"a": f"node{a}", "b": f"node{b}", **rest} for a, b, rest in edges]
    return {**HEAD, "topology": {"kind": "graph", "nodes": nodes, "edges": rows}, **more}


def family(name, *size, **more):
    """Return the data of an instance of a family."""
    return {**HEAD, "topology": {"kind": "family", "family": name, "size": list(size)}, **more}


def draw(rng, objective):
    """Return a random small instance with costs, and limits where the objective takes them."""
    nodes = int(rng.integers(3, 8))
    while True:
        network = nx.gnp_random_graph(nodes, rng.uniform(0.3, 0.9), seed=int(rng.integers(1e9)))
        if nx.is_connected(network):
            break
    edges, budget = [], {}
    for a, b in network.edges:
        rest = {"cost": float(rng.uniform(0.3, 4))} if rng.random() < 0.5 else {}
        if objective in LIMITED and rng.random() < 0.25:
            rest["max_rate"] = float(rng.uniform(0.05, 0.5))
        if objective in LIMITED and rng.random() < 0.15:
            rest["min_rate"] = float(rng.uniform(0, 0.04))
        edges.append((a, b, rest))
    if objective in LIMITED:
        which = rng.integers(3)
        budget |= {"total": float(rng.uniform(0.5, 2))} if which != 1 else {}
        budget |= {"node": float(rng.uniform(0.5, 1.5))} if which else {}
        budget["link"] = bool(rng.random() < 0.2)
    return graph(edges, nodes, objective=objective, **({"budget": budget} if budget else {}))


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_newton_agrees_with_the_semidefinite_programme(objective):
    """Two formulations and two solvers: same values, and no plan passes either bound."""
    rng, seen = np.random.default_rng(7), 0
    for _ in range(8):
        instance = pl.load(draw(rng, objective))
        worth, bounds = [], []
        for method in (newton, sdp):
            answer = method.solve(instance, Run(Budget()))
            if answer.infeasible:
                break
            evaluation = evaluate(instance, answer.plan)
            assert not evaluation.violations
            worth.append(evaluation.objective.value)
            if answer.certificate is not None:
                checked = check_certificate(instance, answer.certificate)
                assert not checked.violations
                bounds.append(checked.bounds[objective])
        if len(worth) == 2:
            seen += 1
            assert worth[0] == pytest.approx(worth[1], rel=1e-6, abs=1e-9)
            assert worth[0] == pytest.approx(bounds[0], rel=1e-6, abs=1e-9)
            sign = 1 if evaluation.objective.sense == "max" else -1
            assert all(sign * (b - w) >= -1e-8 * abs(b) - 1e-9 for b in bounds for w in worth)
    assert seen >= 6


@pytest.mark.parametrize(("objective", "radius"), [("fdla", 0.6433), ("fmmc", 0.6810)])
@pytest.mark.parametrize("method", ["newton", "sdp"])
def test_synchronous_weights_reach_the_published_radius(method, objective, radius):
    """The 8-node example of CVX (Xiao and Boyd 2004)."""
    edges = [(int(a), int(b), {}) for a, b in CVX]
    result = pl.solve(graph(edges, 8, objective=objective), method)
    assert result.value == pytest.approx(radius, abs=6e-5)
    assert result.status == "optimal"


def test_complete_networks_average_in_one_step():
    """A radius of zero is exact, and so is its bound."""
    result = pl.solve(family("complete", 6, objective="fdla"), "newton")
    assert (result.status, result.value, result.bound) == ("optimal", 0.0, 0.0)


def test_total_resistance_of_a_tree():
    """On a tree rates go with sqrt(m (n - m)): (sum of these)^2 (Ghosh, Boyd, Saberi 2008)."""
    result = pl.solve(family("path", 6, objective="total_resistance"), "newton")
    exact = sum(np.sqrt(k * (6 - k)) for k in range(1, 6)) ** 2
    assert result.value == pytest.approx(exact, rel=1e-7)
    assert result.status == "optimal"


def test_rates_that_are_fixed_or_fill_a_limit_stay():
    """A fixed edge keeps its rate; least rates that fill a node's time leave the others least."""
    fixed = {"min_rate": 0.4, "max_rate": 0.4}
    edges = [(0, 1, fixed), (1, 2, {"min_rate": 0.6}), (2, 3, {}), (0, 3, {}), (1, 3, {})]
    data = graph(edges, 4, objective="fastest_mixing", budget={"node": 1})
    result = pl.solve(data, "newton")
    assert result.status == "optimal"
    # Node 1 is full: edges 0-1 and 1-2 as they must be, nothing on 1-3.
    assert result.plan.rate[[0, 2, 3]] == pytest.approx([0.4, 0.6, 0.0], abs=1e-12)


def test_least_rates_over_a_limit_are_infeasible_by_proof():
    """The certificate names the node, and a node within its limit does not prove it."""
    edges = [(0, 1, {"min_rate": 0.8}), (1, 2, {"min_rate": 0.8})]
    data = graph(edges, 3, objective="fastest_mixing", budget={"node": 1})
    result = pl.solve(data, "newton")
    assert (result.status, result.verified) == ("infeasible", True)
    assert result.why[0].code == "least-rates-over-budget"
    assert result.certificate.node == 1
    false = result.certificate.model_copy(update={"node": 0})
    assert check_certificate(pl.load(data), false).violations


def test_forbidden_edges_are_no_part_of_the_network():
    """The resistance across a forbidden edge does not count: the rest is a path."""
    edges = [(0, 1, {}), (1, 2, {}), (2, 3, {}), (0, 3, {"max_rate": 0})]
    result = pl.solve(graph(edges, 4), "newton")
    assert result.value == pytest.approx(3 / (2 * np.sin(np.pi / 8)), rel=1e-6)
    assert result.status == "optimal"


def test_a_stop_keeps_rates_and_a_bound():
    """After a few steps there is a plan within its bound, and no claim of an optimum."""
    instance = pl.load(family("ladder", 8))
    run = Run(Budget())
    steps = iter(range(100))
    run.stopping = lambda: "interrupt" if next(steps) > 12 else None
    answer = newton.solve(instance, run)
    value = evaluate(instance, answer.plan).objective.value
    assert answer.certificate.value < value
    assert answer.stopped_by == "interrupt"


def test_progress_is_reported():
    """Every incumbent is reported with a bound; the last bound is the best."""
    run = Run(Budget())
    newton.solve(pl.load(family("ladder", 5, objective="fastest_mixing")), run)
    bounds = [point.bound for point in run.trace if point.bound is not None]
    assert len(bounds) > 3
    assert bounds[-1] == min(bounds)
