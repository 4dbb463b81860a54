"""Least rates that leave no plan, or one alone, and proofs of both."""

import numpy as np
import pytest

import planner as pl
from planner.models.gossip_rates.check import check_certificate
from planner.models.gossip_rates.laplacian import fiedler
from planner.solvers.gossip_rates.first_plan import equal_rates

HEAD = {"problem": "gossip_rates", "schema_version": 1, "name": "x", "objective": "fastest_mixing"}


def sites(links, **more):
    """Return an instance of named workers; links as `a b` with a least rate, perhaps a cost."""
    names = sorted({name for link in links for name in link[:3:2]})
    edges = [{"a": link[0], "b": link[2], "min_rate": rate} for link, rate in links.items()]
    for edge, cost in zip(edges, more.pop("costs", ()), strict=False):
        edge["cost"] = cost
    return pl.load({**HEAD, **more, "topology": {"kind": "graph", "nodes": names, "edges": edges}})


TRIANGLE = {"a b": 0.4, "b c": 0.4, "a c": 0.4, "c d": 0.0}


def test_an_odd_set_that_asks_for_too_much_is_named():
    """Three workers do one exchange at a time; least rates that ask for 1.2 leave no plan."""
    instance = sites(TRIANGLE, budget={"matching": True})
    result = pl.solve(instance)
    assert result.status == "infeasible"
    assert result.verified
    assert result.why[0].where == "a, b, c"
    assert "min_rate" in result.why[0].message
    assert "budget.matching" in result.why[0].message
    assert check_certificate(instance, result.certificate).infeasible


@pytest.mark.parametrize("method", ["uniform", "matcha", "matching_rounds"])
def test_every_method_of_rounds_knows_that_there_is_no_plan(method):
    """Baselines say so too, instead of a plan that breaks a limit."""
    assert pl.solve(sites(TRIANGLE, budget={"matching": True}), method).status == "infeasible"


def test_a_forged_odd_set_proves_nothing():
    """Sets of an even number, with room, of strangers, or without rounds are refused."""
    instance = sites(TRIANGLE, budget={"matching": True})
    proof = pl.solve(instance).certificate
    for members in ([0, 1], [0, 1, 3], [0, 1, 2, 3], [0], [0, 1, 9], [-1, 0, 1], [0, 0, 1, 2, 2]):
        forged = proof.model_copy(update={"members": np.array(members)})
        checked = check_certificate(instance, forged)
        assert checked.infeasible == (set(members) == {0, 1, 2})
    relaxed = sites({**TRIANGLE, "a b": 0.2}, budget={"matching": True})
    assert not check_certificate(relaxed, proof).infeasible
    assert not check_certificate(sites(TRIANGLE, budget={"node": 1}), proof).infeasible


def test_the_lost_member_of_an_odd_set_ends_the_proof():
    """Without one of the three workers the old set is even and proves nothing."""
    result = pl.solve(sites(TRIANGLE, budget={"matching": True}))
    less = {"a b": 0.4, "b d": 0.0}
    again = pl.recertify(sites(less, budget={"matching": True}), result)
    assert again.status != "infeasible"


@pytest.mark.parametrize(
    ("links", "budget"),
    [
        ({"a b": 0.5, "b c": 0.5}, {"total": 1.0}),
        ({"a b": 0.25, "b c": 0.25}, {"node": 0.5}),
        ({"a b": 0.25, "a c": 0.25, "b c": 0.5}, {"total": 1.0, "node": 0.75}),
        ({"a b": 0.25, "b c": 0.75}, {"total": 2.0, "node": 1.0}),
    ],
)
def test_forced_rates_are_proved_best(links, budget):
    """Least rates that use up a budget leave one plan: it is optimal, with a bound that says so."""
    result = pl.solve(sites(links, budget=budget), "newton")
    assert result.status == "optimal"
    assert result.plan.rate == pytest.approx(np.array(list(links.values())))
    assert result.bound == pytest.approx(result.value, rel=1e-6)


def test_a_full_worker_leaves_the_others_free():
    """Two of four edges are forced by a full worker; the rest is chosen, and proved best."""
    links = {"a b": 0.5, "b c": 0.5, "a d": 0.0, "c d": 0.0}
    result = pl.solve(sites(links, budget={"node": 1.0}), "newton")
    assert result.status == "optimal"
    assert result.plan.rate == pytest.approx([0.5, 0.5, 0.5, 0.5], rel=1e-5)


def test_a_worker_without_room_divides_the_network():
    """Edges of a worker whose least rates take all its time can have no rate of their own."""
    instance = sites({"a b": 1.0, "b c": 0.0}, budget={"node": 1.0})
    result = pl.solve(instance)
    assert result.status == "infeasible"
    assert result.verified
    assert "min_rate" in result.why[0].message
    room = sites({"a b": 0.9, "b c": 0.0}, budget={"node": 1.0})
    assert not check_certificate(room, result.certificate).infeasible
    assert pl.solve(room).status == "optimal"


def test_equal_rates_respect_least_rates():
    """The first plan raises what has a least rate and keeps every limit."""
    instance = sites(TRIANGLE, budget={"node": 1.0, "total": 3.0})
    rate, view = equal_rates(instance.view), instance.view
    assert (rate >= view.least).all()
    busy = np.bincount(view.ends.ravel(), np.repeat(rate, 2))
    assert busy.max() == pytest.approx(1.0)
    assert fiedler(view.nodes, view.ends, rate)[0] > 0


FREE = {"a b": 0.0, "b c": 0.0, "c d": 0.0, "a d": 0.0}


@pytest.mark.parametrize("objective", ["fewest_messages", "fastest_mixing"])
def test_other_costs_leave_the_proportions_of_a_plan(objective):
    """Without a budget the total of 1 is a unit: the old rates are scaled to it, and hold."""
    result = pl.solve(sites(FREE, objective=objective), "newton")
    dearer = sites(FREE, objective=objective, costs=[3, 1, 2, 1])
    again = pl.recertify(dearer, result)
    assert again.plan_holds
    assert again.bound is not None
    best = pl.solve(dearer, "newton")
    sign = 1 if objective == "fewest_messages" else -1
    assert sign * again.objective.value >= sign * best.value * (1 - sign * 1e-6)
    assert sign * again.bound <= sign * best.value * (1 + sign * 1e-6)


def test_a_budget_that_was_given_is_not_moved():
    """With a budget of the user's own, dearer averages break it, and that is said."""
    fields = {"budget": {"total": 2.0}}
    result = pl.solve(sites(FREE, **fields), "newton")
    again = pl.recertify(sites(FREE, costs=[3, 3, 3, 3], **fields), result)
    assert again.plan_holds is False
    assert {found.code for found in again.violations} == {"budget-total"}
