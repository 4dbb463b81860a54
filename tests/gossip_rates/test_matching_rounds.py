"""Rounds of matchings: odd sets, enumeration of all matchings, schedules that realise the rates."""

import cvxpy as cp
import networkx as nx
import numpy as np
import pytest

import planner as pl
from planner.models.gossip_rates.check import check_certificate
from planner.models.gossip_rates.matchings import matching_rates
from planner.solvers.gossip_rates.odd_sets import violated_sets

HEAD = {"problem": "gossip_rates", "schema_version": 1, "name": "x"}
ROUNDS = {"budget": {"matching": True}, "objective": "fastest_mixing"}
MATCHA = ["15", "67", "04", "23", "17", "36", "10", "37", "56", "12", "70", "31"]


def graph(pairs, nodes, **more):
    """Return the data of an instance with these edges."""
    rows = [{"a": f"node{a}", "b": f"node{b}"} for a, b in pairs]
    return {**HEAD, "topology": {"kind": "graph", "nodes": nodes, "edges": rows}, **more}


def test_five_workers_in_a_ring():
    """Two of five edges run at a time: rate 2/5 each, which node limits alone do not show."""
    data = {**HEAD, **ROUNDS, "topology": {"kind": "family", "family": "cycle", "size": [5]}}
    result = pl.solve(data, "matching_rounds")
    assert result.value == pytest.approx(0.4 * (2 - 2 * np.cos(0.4 * np.pi)), rel=1e-6)
    assert result.status == "optimal"
    assert len(result.certificate.set_price) == 1


def test_matcha_network_reaches_what_node_limits_allow():
    """On MATCHA's 8-node graph the rounds reach lambda_2 = 0.226954."""
    result = pl.solve(graph(MATCHA, 8, **ROUNDS), "matching_rounds")
    assert result.value == pytest.approx(0.226954, abs=1e-6)
    assert result.status == "optimal"


def test_joint_rates_beat_fixed_matchings():
    """At half the exchanges, rates up to one per round reach 0.566260 (MATCHA: 0.561202)."""
    budget = {"node": 2.5, "link": True}
    result = pl.solve(graph(MATCHA, 8, objective="fastest_mixing", budget=budget), "newton")
    assert result.value == pytest.approx(0.566260, abs=1e-6)


def best_over_all_matchings(instance):
    """Return lambda_2 over the convex hull of all matchings, listed one by one."""
    view = instance.view
    rounds = [[]]
    for edge, ends in enumerate(view.ends.tolist()):
        free = [r for r in rounds if not any(set(ends) & set(view.ends[e].tolist()) for e in r)]
        rounds += [[*r, edge] for r in free]
    table = np.zeros((view.edges, len(rounds)))
    for column, chosen in enumerate(rounds):
        table[chosen, column] = 1
    share, level = cp.Variable(len(rounds), nonneg=True), cp.Variable()
    basis = np.linalg.qr(np.c_[np.ones(view.nodes), np.eye(view.nodes)[:, 1:]])[0][:, 1:]
    d = (basis[view.ends[:, 0]] - basis[view.ends[:, 1]]).T
    matrix = d @ cp.diag(table @ share) @ d.T
    eye = np.eye(view.nodes - 1)
    problem = cp.Problem(cp.Maximize(level), [cp.sum(share) <= 1, matrix - level * eye >> 0])
    return float(problem.solve(solver="CLARABEL"))


def test_rounds_agree_with_the_list_of_all_matchings():
    """Odd-set cuts describe the hull of the matchings (Edmonds 1965), on random networks."""
    rng = np.random.default_rng(3)
    for _ in range(6):
        network = nx.gnp_random_graph(int(rng.integers(3, 7)), 0.7, seed=int(rng.integers(1e9)))
        if not nx.is_connected(network):
            continue
        instance = pl.load(graph(network.edges, len(network), **ROUNDS))
        result = pl.solve(instance, "matching_rounds")
        assert result.status == "optimal"
        assert result.value == pytest.approx(best_over_all_matchings(instance), rel=1e-5)


def test_prices_of_even_or_made_up_sets_prove_nothing():
    """Node limits and sets of an odd number of nodes are all that may be priced."""
    data = {**HEAD, **ROUNDS, "topology": {"kind": "family", "family": "cycle", "size": [5]}}
    instance, result = pl.load(data), pl.solve(data, "matching_rounds")
    nodes = np.arange(4)
    even = {"set_node": nodes, "set_start": np.array([0, 4])}
    false = result.certificate.model_copy(update=even)
    assert check_certificate(instance, false).violations[0].code == "certificate-kind"
    by_node = pl.load({**data, "budget": {"node": 1}})
    assert check_certificate(by_node, result.certificate).violations


def test_the_most_exceeded_triangle_is_found():
    """Rates of 1/2 on a triangle fill every node, and want 1.5 exchanges where one can run."""
    instance = pl.load(graph(["01", "12", "02", "23"], 4, **ROUNDS))
    used = np.array([0.5, 0.5, 0.5, 0.0])
    assert [found.tolist() for found in violated_sets(instance.view, used)] == [[0, 1, 2]]
    assert violated_sets(instance.view, used * 2 / 3) == []


def test_matchings_make_up_the_rates():
    """The rates of the plan are those of its shares, and no round asks a worker twice."""
    instance = pl.load(graph(MATCHA, 8, **ROUNDS))
    plan = pl.solve(instance, "matching_rounds").plan
    load = np.zeros(8)
    np.add.at(load, instance.view.ends.ravel(), np.repeat(matching_rates(instance.view, plan), 2))
    assert load.max() <= 1 + 1e-9
    assert plan.share.sum() == pytest.approx(1.0, abs=1e-6)


def test_sets_are_found_where_free_time_is_only_rounding():
    """Nodes at their limit up to rounding do not hide the set that is exceeded."""
    data = graph(["02", "03", "04", "12", "23", "34"], 5, **ROUNDS)
    used = [0.3693123241236614, 0.07670445989587024, 0.5035865080413273, 0.03694074109880092]
    used = np.array([*used, 0.5846429371757825, 0.33865260292834715])
    view = pl.load(data).view
    sets = violated_sets(view, used)
    assert sets
    inside = np.isin(view.ends, sets[0]).all(axis=1)
    assert used[inside].sum() > (len(sets[0]) - 1) / 2
