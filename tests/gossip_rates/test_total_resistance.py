"""Total resistance without the whole inverse, and what is left out where factors fill up."""

import numpy as np
import pytest

import planner as pl
from planner.models.gossip_rates import Instance, evaluate, figures
from planner.models.gossip_rates.laplacian import pseudo_inverse
from planner.models.gossip_rates.total_resistance import inverse_slopes, inverse_trace
from planner.solvers.contract import Budget, Run
from planner.solvers.gossip_rates import d_optimal, left_out, mix

HEAD = {"problem": "gossip_rates", "schema_version": 1, "name": "x"}


def family(name, size, objective="total_resistance", **more):
    """Return the data of an instance of a family."""
    topology = {"kind": "family", "family": name, "size": size}
    return {**HEAD, "topology": topology, "objective": objective, **more}


@pytest.mark.parametrize(
    ("name", "size"),
    [("grid", [9, 7]), ("grid", [26, 26]), ("random_tree", [300]), ("random_regular", [900, 4])],
)
def test_trace_and_slopes_are_those_of_the_inverse(name, size, monkeypatch):
    """Closed form, selected inversion and solves by the block agree with the pseudo-inverse."""
    view = Instance.model_validate(family(name, size)).view
    rate = np.random.default_rng(0).random(view.edges) + 0.01
    inverse, (i, j) = pseudo_inverse(view.nodes, view.ends, rate), view.ends.T
    monkeypatch.setattr("planner.models.gossip_rates.total_resistance.SLOPES_DENSE", 100)
    trace, slope = inverse_slopes(view.nodes, view.ends, rate)
    square = ((inverse[i] - inverse[j]) ** 2).sum(axis=1)
    assert inverse_trace(view.nodes, view.ends, rate) == pytest.approx(np.trace(inverse), rel=1e-11)
    assert trace == pytest.approx(np.trace(inverse), rel=1e-11)
    np.testing.assert_allclose(slope, square, rtol=1e-10)


def test_no_whole_inverse_for_large_networks(monkeypatch):
    """A star of 20,000 workers is proved best, a large grid evaluated, without a dense matrix."""
    monkeypatch.delattr("planner.models.gossip_rates.total_resistance.pseudo_inverse")
    star = pl.solve(family("star", [20_000]))
    assert (star.method, star.status) == ("closed_form", "optimal")
    assert star.value == pytest.approx(20_000 * 19_999**3 / 20_000, rel=1e-9)
    assert pl.solve(family("grid", [60, 60])).value is not None


def test_random_trees_take_the_closed_form():
    """Trees beyond what a dense inverse takes are solved at once."""
    result = pl.solve(family("random_tree", [5_000]))
    assert (result.method, result.status) == ("closed_form", "optimal")


def test_factors_out_of_the_question_are_left_out(monkeypatch):
    """A wide network gets a plan and a bound, its objective left open and a note why."""
    monkeypatch.setattr("planner.models.gossip_rates.expanders.WIDEST", 5_500)
    monkeypatch.setattr("planner.models.gossip_rates.laplacian.factorise", None)
    instance = Instance.model_validate(family("random_regular", [6_000, 4], "fewest_messages"))
    answer = mix.solve(instance, Run(Budget(time_limit=0.5)))
    assert evaluate(instance, answer.plan).objectives[0].value is None
    assert answer.certificate.value > 0
    assert any("left open" in note for note in answer.notes)
    assert left_out.left_out(instance.view) == d_optimal.refuses(instance)
    rate = np.ones(instance.view.edges)
    assert figures.total_resistance(instance.view, rate) is None


@pytest.mark.parametrize(
    ("name", "size", "method"),
    [
        ("path", [12], "closed_form"),
        ("star", [3_000], "closed_form"),
        ("torus", [6, 6], "closed_form"),
        ("ladder", [12], "orbits"),
        ("grid", [12, 12], "mix"),
    ],
)
def test_gradient_rate_is_the_budget_over_the_fewest_messages(name, size, method):
    """With a total budget C alone, value and bound are C / F of those of the fewest messages."""
    budget = {"budget": {"total": 3.0}}
    rate = pl.solve(family(name, size, "gradient_rate", **budget), method)
    messages = pl.solve(family(name, size, "fewest_messages", **budget), method)
    assert rate.value == pytest.approx(3 / messages.value, rel=1e-6)
    assert rate.bound == pytest.approx(3 / messages.bound, rel=1e-6)
    assert rate.status == messages.status


@pytest.mark.parametrize("objective", ["fastest_mixing", "gradient_rate"])
def test_equal_rates_have_a_bound_where_nothing_else_takes_the_limits(objective):
    """Time budgets on a network too large for Newton's method leave equal rates, and a bound."""
    result = pl.solve(family("grid", [60, 60], objective, budget={"node": 1}))
    assert result.method == "uniform"
    assert result.bound > result.value
