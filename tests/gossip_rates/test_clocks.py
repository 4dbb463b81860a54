"""Workers with wake-up clocks: rates made of calls, their bounds, exports, and what is refused."""

import math

import numpy as np
import pytest
from scipy.optimize import linprog

import planner as pl
from planner.models.base.errors import CapabilityError, InputError
from planner.models.gossip_rates.carry import carry_over
from planner.models.gossip_rates.check import check_certificate
from planner.models.gossip_rates.clocks import calls_made
from planner.models.gossip_rates.evaluate import evaluate
from planner.models.gossip_rates.plan import RatesPlan
from planner.models.gossip_rates.prices import Prices, most_worth
from planner.solvers.contract import Budget, Run
from planner.solvers.gossip_rates import newton, sdp

HEAD = {"problem": "gossip_rates", "schema_version": 1, "name": "x"}
OBJECTIVES = ("fastest_mixing", "gradient_rate", "total_resistance")


def family(name, *size, **more):
    """Return the data of a family whose workers wake once per unit of time."""
    topology = {"kind": "family", "family": name, "size": list(size)}
    return {
        "objective": "fastest_mixing",
        **HEAD,
        "topology": topology,
        "budget": {"clock": 1},
    } | more


def draw(rng, objective):
    """Return a random small network with clocks and, at times, other limits as well."""
    nodes = int(rng.integers(2, 8))
    pairs = {(int(rng.integers(child)), child) for child in range(1, nodes)}
    pairs |= {tuple(sorted(rng.choice(nodes, 2, replace=False).tolist())) for _ in range(5)}
    edges = []
    for a, b in sorted(pairs):
        edge = {"a": f"node{a}", "b": f"node{b}"}
        edge |= {"cost": float(rng.uniform(0.3, 3))} if rng.random() < 0.5 else {}
        edge |= {"max_rate": float(rng.uniform(0.1, 1))} if rng.random() < 0.3 else {}
        edges.append(edge)
    budget = {"clock": 1.0}
    budget |= {"node": float(rng.uniform(0.5, 3))} if rng.random() < 0.3 else {}
    budget |= {"total": float(rng.uniform(0.5, 5))} if rng.random() < 0.3 else {}
    workers = [{"node": "node0", "clock": float(rng.uniform(0.2, 3))}]
    topology = {"kind": "graph", "nodes": nodes, "edges": edges, "workers": workers}
    return {**HEAD, "topology": topology, "budget": budget, "objective": objective}


def codes(data):
    """Return the codes of all faults of an instance."""
    with pytest.raises(InputError) as error:
        pl.load(data)
    return {found.code for found in error.value.findings}


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_newton_agrees_with_the_semidefinite_programme(objective):
    """Two formulations, two solvers: equal values, and no plan passes either bound."""
    rng = np.random.default_rng(11)
    sign = -1 if objective == "total_resistance" else 1
    for _ in range(6):
        instance = pl.load(draw(rng, objective))
        worth, bounds = [], []
        for method in (newton, sdp):
            answer = method.solve(instance, Run(Budget(gap=1e-7)))
            evaluation = evaluate(instance, answer.plan)
            checked = check_certificate(instance, answer.certificate)
            assert not evaluation.violations
            assert not checked.violations
            worth.append(evaluation.objective.value)
            bounds.append(checked.bounds[objective])
        assert worth[0] == pytest.approx(worth[1], rel=1e-6)
        assert worth[0] == pytest.approx(bounds[0], rel=1e-6)
        assert all(sign * (b - w) >= -1e-8 * b for b in bounds for w in worth)


@pytest.mark.parametrize(
    ("name", "size", "mixing"),
    [
        # Every leaf calls the hub once, and the hub each of five leaves a fifth of the time.
        ("star", (6,), 1.2),
        # Two calls in two directions on each edge of a cycle.
        ("cycle", (5,), 2 * (1 - math.cos(2 * math.pi / 5))),
        # Both workers call each other: L = 2 b b^T.
        ("path", (2,), 4.0),
        ("complete", (4,), 8 / 3),
    ],
)
def test_optima_by_hand(name, size, mixing):
    """Networks that are so even that the best calls are plain."""
    result = pl.solve(family(name, *size))
    assert result.value == pytest.approx(mixing, rel=1e-6)
    assert result.bound == pytest.approx(mixing, rel=1e-6)
    assert result.bound_source == "certificate"


def test_the_worth_of_all_calls_is_a_linear_programme():
    """Without any prices the bound is the most that calls within the clocks are worth."""
    rng = np.random.default_rng(5)
    for _ in range(5):
        view = pl.load(draw(rng, "fastest_mixing") | {"budget": {"clock": 1.0}}).view
        free = view.most > 1e300
        worth = np.where(free, rng.uniform(0, 1, view.edges), 0.0)
        table = np.zeros((view.nodes, 2 * view.edges))
        for end, first in ((0, 0), (1, view.edges)):
            table[view.ends[:, end], first + np.arange(view.edges)] = 1
        best = -linprog(-np.tile(worth, 2), A_ub=table, b_ub=view.clock, method="highs").fun
        assert most_worth(view, worth, Prices(0.0, np.zeros(0))) == pytest.approx(best, rel=1e-9)


def test_prices_that_are_wrong_prove_nothing_too_good():
    """Negative prices and columns of other lengths are refused; any others give a weaker bound."""
    instance = pl.load(family("barbell", 4))
    proof = newton.solve(instance, Run(Budget())).certificate
    best = check_certificate(instance, proof).bounds["fastest_mixing"]
    for price in (-proof.clock_price, proof.clock_price[1:]):
        forged = proof.model_copy(update={"clock_price": price})
        assert check_certificate(instance, forged).violations[0].code == "certificate-kind"
    rng = np.random.default_rng(2)
    for scale in (np.zeros(8), rng.uniform(0, 3, 8), np.full(8, 1e9)):
        forged = proof.model_copy(update={"clock_price": proof.clock_price * scale})
        checked = check_certificate(instance, forged)
        assert all(bound >= best * (1 - 1e-8) for bound in checked.bounds.values())


@pytest.mark.parametrize(
    ("rate", "calls", "code"),
    [
        (0.5, [], "calls-missing"),
        (0.5, [0.6, 0.2], "calls-range"),
        (0.5, [0.2, -0.1], "calls-range"),
        (1.5, [1.2, 0.5], "budget-clock"),
    ],
)
def test_plans_that_the_clocks_do_not_allow(rate, calls, code):
    """Calls are needed, lie between zero and the rate, and keep to the wake-ups of each worker."""
    instance = pl.load(family("path", 3))
    plan = RatesPlan(rate=np.array([rate, 0.5]), calls=np.array(calls))
    assert [fault.code for fault in evaluate(instance, plan).violations] == [code]


def test_even_calls_are_the_baseline():
    """`uniform` calls each peer equally often, as random gossip does; others know no clocks."""
    data = family("lollipop", 4, 3)
    result, view = pl.solve(data, "uniform"), pl.load(data).view
    degree = np.bincount(view.ends.ravel())
    assert result.plan.rate == pytest.approx((1 / degree)[view.ends].sum(axis=1))
    assert result.value < pl.solve(data).value
    assert pl.solve(data, "lambda2_only").value == pytest.approx(pl.solve(data).value)
    for method in (
        "closed_form",
        "orbits",
        "unfolding",
        "d_optimal",
        "tree",
        "matcha",
        "metropolis",
    ):
        with pytest.raises(CapabilityError):
            pl.solve(data | {"budget": {"clock": 1, "total": 2}}, method)


def test_limits_that_do_not_go_together():
    """Rounds, least rates and clocks that nobody asks for are faults of their own."""
    assert codes(family("path", 3, budget={"clock": 1, "matching": True})) == {"clock-rounds"}
    assert codes(family("path", 3, objective="fewest_messages")) == {"budget-unused"}
    edges = [{"a": "node0", "b": "node1", "min_rate": 0.1}]
    workers = [{"node": "node0", "clock": 2}]
    topology = {"kind": "graph", "nodes": 2, "edges": edges}
    assert codes(family("path", 3, topology=topology)) == {"clock-least"}
    topology = {**topology, "edges": [{"a": "node0", "b": "node1"}], "workers": workers}
    assert codes(family("path", 3, topology=topology, budget={"total": 1})) == {"budget-unused"}


def test_calls_follow_workers_that_change_places():
    """With the nodes in reverse order plan and proof are worth what they were."""
    names = list("abcdef")
    edges = [{"a": a, "b": b} for a, b in ("ab", "bc", "cd", "de", "ef", "bf")]
    data = family("path", 2, topology={"kind": "graph", "nodes": names, "edges": edges})
    old = pl.load(data)
    new = pl.load(data | {"topology": {**data["topology"], "nodes": names[::-1]}})
    answer = newton.solve(old, Run(Budget()))
    plan, proof = carry_over(old, new, answer.plan, answer.certificate)
    found = evaluate(new, plan)
    assert not found.violations
    assert found.objective.value == pytest.approx(evaluate(old, answer.plan).objective.value)
    bound = check_certificate(new, proof).bounds["fastest_mixing"]
    assert bound == pytest.approx(answer.certificate.value)


def test_exported_clocks_and_chances(tmp_path):
    """Clocks are those of the instance where they bind, and chances say whom a worker calls."""
    import json

    result = pl.solve(family("barbell", 3))
    pl.export(result, "peer-probabilities", tmp_path / "peers.json")
    found = json.loads((tmp_path / "peers.json").read_text(encoding="utf-8"))
    view = pl.load(dict(result.instance.data)).view
    made = calls_made(view, result.plan.rate, result.plan.calls)
    assert list(found["clock"].values()) == pytest.approx(made.tolist())
    assert made == pytest.approx(np.ones(6), rel=1e-6)
    for (a, b), rate in zip(view.ends.tolist(), result.plan.rate.tolist(), strict=True):
        pair = ((f"node{a}", f"node{b}"), (f"node{b}", f"node{a}"))
        called = sum(found["clock"][one] * found["peers"][one].get(two, 0.0) for one, two in pair)
        assert called == pytest.approx(rate)
