"""Numbers made to deceive or to break: forged proofs, extreme rates, limits without room."""

import math
from typing import Any

import numpy as np
import pytest

import planner as pl
from planner.models.base.errors import InputError
from planner.models.gossip_rates import check_certificate, evaluate
from planner.models.gossip_rates.bounds import squared_lengths
from planner.models.gossip_rates.certificate import EmbeddingCertificate, MessagesCertificate
from planner.models.gossip_rates.check import bound_of
from planner.models.gossip_rates.plan import RatesPlan


def network(nodes: int, *edges: dict[str, Any], **fields: Any) -> Any:
    """Return an instance of a network; an edge is a dict with the numbers of its ends."""
    listed = [{**edge, "a": f"node{edge['a']}", "b": f"node{edge['b']}"} for edge in edges]
    return pl.load(
        {
            "problem": "gossip_rates",
            "schema_version": 1,
            "name": "hostile",
            "topology": {"kind": "graph", "nodes": nodes, "edges": listed},
            "objective": "fastest_mixing",
            **fields,
        }
    )


def cycle(**fields: Any) -> Any:
    """Return a cycle of five workers."""
    return network(5, *[{"a": place, "b": (place + 1) % 5} for place in range(5)], **fields)


@pytest.mark.parametrize("offset", [1e3, 1e9, 3.3e16, 1e18])
@pytest.mark.parametrize("objective", ["fastest_mixing", "fewest_messages"])
def test_an_offset_of_all_points_proves_nothing_more(offset: float, objective: str) -> None:
    """Points that share a large offset bound no better than the optimum allows."""
    instance = cycle(objective=objective)
    best = {"fastest_mixing": 2 * (1 - math.cos(2 * math.pi / 5)) / 5}.get(objective, 3.80422606518)
    rng = np.random.default_rng(0)
    for _ in range(200):
        points = np.nextafter(offset, offset * rng.integers(0, 3, (5, 2))) + 0.0
        proof = EmbeddingCertificate(value=1.0, points=points, total_price=1.0)
        bound = bound_of(instance.view, proof)
        if bound is not None and objective == "fastest_mixing":
            assert bound >= best * (1 - 1e-9)
        elif bound is not None:
            assert bound <= best * (1 + 1e-9)


def test_points_whose_squares_vanish_prove_nothing() -> None:
    """Squares and prices without digits round to anything; they bound nothing."""
    instance = cycle()
    angle = 2 * math.pi * np.arange(5) / 5
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    for scale, price in ((1e-161, 1.0), (1e-158, 1.0), (1.0, 1.5e-323), (1.0, 1e-200)):
        proof = EmbeddingCertificate(value=1.0, points=circle * scale, total_price=price)
        assert bound_of(instance.view, proof) is None
    sound = EmbeddingCertificate(value=1.0, points=circle * 1e-50, total_price=1e-100)
    assert bound_of(instance.view, sound) is not None


@pytest.mark.parametrize("rate", [[1e300, 1, 1, 1, 1], [1e-320] * 5, [1e308] * 5])
@pytest.mark.parametrize("objective", ["fastest_mixing", "fewest_messages", "fdla"])
def test_extreme_rates_are_evaluated_or_named(rate: list[float], objective: str) -> None:
    """Rates that floating point cannot follow give no traceback and no infinite figure."""
    found = evaluate(cycle(objective=objective), RatesPlan(rate=np.array(rate)))
    value = found.objective.value
    assert value is None or math.isfinite(value)


@pytest.mark.parametrize("reference", [1e-200, 1e-300, 1e300])
def test_extreme_references_prove_nothing(reference: float) -> None:
    """Reference rates far beyond any scale are refused."""
    instance = cycle(objective="fewest_messages")
    proof = MessagesCertificate(
        value=99.0,
        points=np.eye(5),
        theta=np.ones(5),
        reference=np.array([reference, 1 / reference, 1.0, 1.0, 1.0]),
        beta=1.0,
    )
    checked = check_certificate(instance, proof)
    assert checked.violations
    assert all(math.isfinite(bound) for bound in checked.bounds.values())


def test_a_lost_bridge_is_told() -> None:
    """Recertifying without the only edge to a worker names the pieces."""
    whole = pl.load(
        {
            "problem": "gossip_rates",
            "schema_version": 1,
            "name": "path",
            "topology": {
                "kind": "graph",
                "nodes": 3,
                "edges": [{"a": "node0", "b": "node1"}, {"a": "node1", "b": "node2"}],
            },
        }
    )
    result = pl.solve(whole)
    found = pl.recertify(pl.replace(whole, "topology.edges[0].max_rate", 0), result)
    assert "network-in-pieces" in {fault.code for fault in found.violations}


def test_limits_without_room_are_told() -> None:
    """Least rates that leave nothing for the only edge of a worker leave no plan, and say so."""
    edges = {"a": 0, "b": 1, "min_rate": 1.0}, {"a": 1, "b": 2}
    result = pl.solve(network(3, *edges, budget={"total": 1.0}), "newton")
    assert result.status == "infeasible"
    assert "min_rate" in result.why[0].message


def test_a_least_rate_beyond_the_link_is_refused() -> None:
    """One exchange at a time allows no more than one per unit of time."""
    edges = {"a": 0, "b": 1, "min_rate": 2.0}, {"a": 1, "b": 2}
    with pytest.raises(InputError) as caught:
        network(3, *edges, budget={"link": True})
    assert caught.value.findings[0].code == "rates-crossed"


def test_costs_far_apart_are_refused() -> None:
    """Beyond a factor of 1e9 rounding would decide."""
    edges = {"a": 0, "b": 1, "cost": 1e-9}, {"a": 1, "b": 2, "cost": 1e9}
    with pytest.raises(InputError) as caught:
        network(3, *edges)
    assert caught.value.findings[0].code == "rates-apart"


def test_lengths_of_many_edges_come_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is held at a time, the lengths are the same."""
    points = np.random.default_rng(1).standard_normal((40, 7))
    ends = np.stack(np.triu_indices(40, 1), axis=1)
    whole = squared_lengths(points, ends)
    monkeypatch.setattr("planner.models.gossip_rates.bounds.BLOCK", 50)
    assert (squared_lengths(points, ends) == whole).all()


SPREAD = [(0, 4, 1.6e-4), (3, 4, 2e-2), (2, 3, 7e-2), (2, 4, 13.0), (1, 2, 2e4), (1, 3, 2.3)]


def test_rates_far_apart_have_a_decay() -> None:
    """Where the iteration for the decay does not end, a small network is computed densely."""
    edges = [{"a": a, "b": b, "max_rate": rate} for a, b, rate in SPREAD]
    chosen = network(5, *edges, objective="edge_selection", budget={"edges": 4})
    result = pl.solve(chosen)
    assert result.verified
    assert result.metrics["lambda_2"] / 2 <= result.metrics["mean_square_rate"] * (1 + 1e-6)


@pytest.mark.parametrize("fault", [ArithmeticError, MemoryError, np.linalg.LinAlgError])
def test_a_metric_that_fails_is_unknown(
    monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    """A metric that cannot be had is `None`; the objective does not depend on it."""

    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr("planner.models.gossip_rates.second_opinion.plain_decay", fail)
    found = evaluate(cycle(), RatesPlan(rate=np.full(5, 0.2)))
    assert found.objective.value is not None
    assert found.metrics["mean_square_rate"] is None
    assert found.metrics["effective_neighbours"] is not None


def test_iterations_that_do_not_end_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an eigenvalue of the iteration all are computed, and it is the same."""
    from scipy.sparse.linalg import ArpackNoConvergence

    rate, view = np.array([0.1, 0.3, 0.2, 0.1, 0.3]), cycle().view
    wanted = evaluate(cycle(), RatesPlan(rate=rate)).metrics

    def fail(*_: object, **__: object) -> None:
        raise ArpackNoConvergence("no", np.zeros(0), np.zeros((0, 0)))

    monkeypatch.setattr("scipy.sparse.linalg.eigsh", fail)
    monkeypatch.setattr("scipy.sparse.linalg.eigs", fail)
    found = evaluate(cycle(), RatesPlan(rate=rate)).metrics
    assert view.nodes == 5
    for name in ("mean_square_rate", "accelerated_rate"):
        assert found[name] == pytest.approx(wanted[name], rel=1e-8)


@pytest.mark.parametrize("figure", [1e-19, 1e-160, 1e-300])
def test_figures_next_to_nothing_are_refused(figure: float) -> None:
    """Costs, rates and budgets below 1e-18 are out of range, as those above 1e18 are."""
    edge = {"a": 0, "b": 1}
    for data in ({"cost": figure}, {"max_rate": figure}, {"min_rate": figure}):
        with pytest.raises(InputError) as caught:
            network(2, {**edge, **data})
        assert {found.code for found in caught.value.findings} == {"out-of-range"}
    for name in ("total", "node", "clock"):
        with pytest.raises(InputError) as caught:
            network(2, edge, budget={name: figure})
        assert caught.value.findings[0].code == "out-of-range"


def test_resistances_without_memory_are_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where they are but a metric, the eigenvalue is given without them."""

    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("planner.models.gossip_rates.figures.resistances", fail)
    found = evaluate(cycle(), RatesPlan(rate=np.full(5, 0.2)))
    assert found.objective.value == pytest.approx(0.4 * (1 - math.cos(2 * math.pi / 5)))
    assert found.metrics["largest_resistance"] is None
