"""Pruning, and which plans a bound speaks of."""

import pytest

import planner as pl
from planner.models.gossip_rates.check import check_certificate
from planner.models.gossip_rates.evaluate import evaluate
from planner.models.gossip_rates.plan import RatesPlan
from planner.results.figures import weigh
from planner.solvers.contract import Budget, Run
from planner.solvers.gossip_rates import newton

HEAD = {"problem": "gossip_rates", "schema_version": 1, "name": "x"}


def family(name, *size):
    """Return the data of an instance of a family."""
    return {**HEAD, "topology": {"kind": "family", "family": name, "size": list(size)}}


def test_a_wheel_without_its_rim_is_proved_best():
    """The star on n nodes needs n - 1 messages, which is sqrt((n - 1) / lambda_2*)."""
    result = pl.solve(family("wheel", 10), "prune")
    assert result.value == pytest.approx(9.0, rel=1e-6)
    assert (result.status, result.metrics["edges_dropped"]) == ("optimal", 9)


def test_pruning_is_never_worse_than_keeping_all_edges():
    """The search starts from the best rates on every edge."""
    data = {**HEAD, "topology": {"kind": "family", "family": "random_regular", "size": [8, 3]}}
    kept, pruned = pl.solve(data, "newton"), pl.solve(data, "prune")
    assert pruned.value <= kept.value * (1 + 1e-6)
    assert pruned.bound <= pruned.value


def test_bounds_of_plans_that_keep_all_edges_do_not_judge_others():
    """The star beats the bound of the wheel, and is neither optimal nor a contradiction."""
    instance = pl.load(family("wheel", 8))
    answer = newton.solve(instance, Run(Budget()))
    checked = check_certificate(instance, answer.certificate)
    hub = (instance.view.ends == 0).any(axis=1)
    if hub.sum() != 7:
        hub = (instance.view.ends == 7).any(axis=1)
    star = RatesPlan(rate=hub / 7.0, dropped=(~hub).nonzero()[0])
    evaluation = evaluate(instance, star)
    assert evaluation.objective.value == pytest.approx(7.0)
    assert evaluation.objective.value < checked.bounds["fewest_messages"]
    figures = weigh(evaluation, checked, tolerance=1e-6)
    assert (figures.status, figures.bound, figures.conflicts) == ("feasible", None, ())
    whole = weigh(evaluate(instance, answer.plan), checked, tolerance=1e-6)
    assert (whole.status, whole.bound) == ("optimal", checked.bounds["fewest_messages"])


def test_the_floor_counts_costs():
    """With unequal costs the floor is below every plan, and above the one by the least cost."""
    edges = [("node0", "node1", 1.0), ("node1", "node2", 5.0), ("node0", "node2", 3.0)]
    rows = [{"a": a, "b": b, "cost": cost} for a, b, cost in edges]
    data = {**HEAD, "topology": {"kind": "graph", "nodes": 3, "edges": rows}}
    result = pl.solve(data, "prune")
    assert 0.5 * result.value < result.bound <= result.value
