"""Old plans and proofs on changed networks, before anything is solved again."""

import pytest

import planner as pl

HEAD = {"problem": "gossip_rates", "schema_version": 1, "name": "x"}
LINKS = ("a b", "b c", "c d", "d a", "a c", "d e", "e a")


def sites(links=LINKS, nodes="abcde", **more):
    """Return an instance of named workers; links as `a b`, perhaps with a cost."""
    edges = [{"a": link[0], "b": link[2], **more.pop(link, {})} for link in links]
    topology = {"kind": "graph", "nodes": list(nodes), "edges": edges}
    return pl.load({**HEAD, "topology": topology, **more})


@pytest.fixture(params=["fewest_messages", "fastest_mixing"])
def solved(request):
    """Return an objective and the optimal result of the whole network."""
    return request.param, pl.solve(sites(objective=request.param), "newton")


def test_nothing_changed_is_optimal(solved):
    """On the same network plan and proof hold as they are."""
    objective, result = solved
    again = pl.recertify(sites(objective=objective), result)
    assert again.is_same_instance
    assert again.plan_holds
    assert again.bound_holds
    assert again.is_optimal


def test_order_and_names_do_not_matter(solved):
    """Edges and nodes are found by name: another order is the same network."""
    objective, result = solved
    changed = sites(tuple(reversed(LINKS)), "edcba", objective=objective)
    again = pl.recertify(changed, result)
    assert not again.is_same_instance
    assert again.is_optimal
    assert again.objective.value == pytest.approx(result.value, rel=1e-9)
    assert again.bound == pytest.approx(result.bound, rel=1e-9)


def test_lost_edge_leaves_a_valid_bound(solved):
    """Without an edge the rest of the plan still runs, and the old points still bound."""
    objective, result = solved
    changed = sites(tuple(link for link in LINKS if link != "a c"), objective=objective)
    again = pl.recertify(changed, result)
    best = pl.solve(changed, "newton")
    assert again.plan_holds
    sign = 1 if objective == "fewest_messages" else -1
    assert sign * again.objective.value >= sign * best.value * (1 - sign * 1e-9)
    assert sign * again.bound <= sign * best.value * (1 + sign * 1e-9)
    assert again.gap is not None


def test_lost_worker_leaves_a_valid_bound(solved):
    """Without a worker its edges are gone, and the others keep their rates."""
    objective, result = solved
    changed = sites(LINKS[:5], "abcd", objective=objective)
    again = pl.recertify(changed, result)
    best = pl.solve(changed, "newton")
    sign = 1 if objective == "fewest_messages" else -1
    assert again.plan_holds
    assert sign * again.bound <= sign * best.value * (1 + sign * 1e-9)


def test_new_worker_without_rates_breaks_the_plan(solved):
    """A worker whom no rate reaches leaves the network in pieces; the bound still is one."""
    objective, result = solved
    changed = sites((*LINKS, "f b", "f c"), "abcdef", objective=objective)
    again = pl.recertify(changed, result)
    assert again.plan_holds is False
    assert {found.code for found in again.violations} == {"network-in-pieces"}
    best = pl.solve(changed, "newton")
    sign = 1 if objective == "fewest_messages" else -1
    assert sign * again.bound <= sign * best.value * (1 + sign * 1e-9)


def test_slower_links_break_budgets():
    """Half the bandwidth doubles what workers are busy: the plan breaks their budget by name."""
    topology = {"kind": "family", "family": "cycle", "size": [6], "bandwidth": "10 Gbit/s"}
    data = {**HEAD, "topology": topology, "message_size": "1 Gbit", "budget": {"node": 1}}
    data |= {"objective": "fastest_mixing"}
    result = pl.solve(data, "newton")
    changed = pl.load(data | {"topology": topology | {"bandwidth": "5 Gbit/s"}})
    again = pl.recertify(changed, result)
    assert again.plan_holds is False
    assert {found.code for found in again.violations} == {"budget-node"}
    # Half the time of every worker is worth half the eigenvalue: the old prices prove that too.
    assert again.bound == pytest.approx(result.bound / 2, rel=1e-6)
    faster = pl.load(data | {"topology": topology | {"bandwidth": "20 Gbit/s"}})
    better = pl.recertify(faster, result)
    assert better.plan_holds
    assert better.gap == pytest.approx(0.5, rel=1e-4)


def test_rounds_of_matchings_are_carried_over():
    """Matchings lose the edges that are gone, and keep their shares."""
    budget = {"budget": {"matching": True}, "objective": "fastest_mixing"}
    result = pl.solve(sites(**budget), "uniform")
    changed = sites(tuple(link for link in LINKS if link != "a c"), **budget)
    again = pl.recertify(changed, result)
    assert again.plan_holds
    assert again.objective.value < result.value


def test_pieces_are_still_in_pieces():
    """A proof that there is no plan survives a change that does not join the pieces."""
    apart = ("a b", "c d")
    result = pl.solve(sites(apart, "abcd"), "newton")
    assert result.status == "infeasible"
    again = pl.recertify(sites(("c d", "a b"), "dcba"), result)
    assert again.status == "infeasible"
    joined = pl.recertify(sites(("a b", "c d", "b c"), "abcd"), result)
    assert joined.status != "infeasible"
    assert joined.bound_holds is False


def weighted(order, count, weights=(3, 1, 4, 1.5, 5, 9, 2), nodes="abcde"):
    """Return a choice among the links in some order, each with the rate that goes with it."""
    edges = [{"a": LINKS[k][0], "b": LINKS[k][2], "max_rate": float(weights[k])} for k in order]
    topology = {"kind": "graph", "nodes": list(nodes), "edges": edges}
    budget = {"edges": count}
    data = {**HEAD, "topology": topology, "objective": "edge_selection", "budget": budget}
    return pl.load(data)


@pytest.mark.parametrize("count", [4, 5])
def test_choices_are_found_by_name(count):
    """Other numbers of nodes and edges: the same cases, or all trees again, are the same proof."""
    result = pl.solve(weighted(range(7), count), "select_edges")
    again = pl.recertify(weighted((3, 6, 0, 2, 5, 1, 4), count, nodes="edcba"), result)
    assert again.plan_holds
    assert again.bound_holds
    assert again.is_optimal
    assert again.bound == pytest.approx(result.bound, rel=1e-8)


@pytest.mark.parametrize("lost", range(7))
def test_cases_without_an_edge_still_bound(lost):
    """Where a decided edge is gone, the case without it stands for both."""
    result = pl.solve(weighted(range(7), 5), "select_edges")
    changed = weighted([k for k in range(7) if k != lost], 5)
    again, best = pl.recertify(changed, result), pl.solve(changed, "select_edges")
    assert again.bound is not None
    assert best.value * (1 - 1e-9) <= again.bound <= result.bound * (1 + 1e-9)


def test_heavier_trees_have_a_bound_at_once():
    """All trees are gone through, so that the best of the changed network is the bound."""
    result = pl.solve(weighted(range(7), 4), "select_edges")
    changed = weighted(range(7), 4, weights=(6, 2, 8, 3, 10, 18, 4))
    again = pl.recertify(changed, result)
    assert again.bound_source == "enumeration"
    assert again.objective.value == pytest.approx(result.value, rel=1e-9)
    assert again.bound == pytest.approx(2 * result.value, rel=1e-8)
