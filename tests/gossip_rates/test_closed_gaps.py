"""Gaps that close where the usual multipliers leave something open, each against another solver."""

import numpy as np
import pytest

import planner as pl
from planner.solvers.contract import Budget, Run
from planner.solvers.gossip_rates import newton, orbits

HEAD = {"problem": "gossip_rates", "schema_version": 1, "name": "x"}


def graph(edges, nodes, **more):
    """Return the data of an instance; an edge is a pair with more fields."""
    rows = [{"a": f"node{a}", "b": f"node{b}", **rest} for a, b, rest in edges]
    return {**HEAD, "topology": {"kind": "graph", "nodes": nodes, "edges": rows}, **more}


def drawn(rng, spread, objective):
    """Return a random connected network whose costs lie up to 10^spread apart."""
    nodes = int(rng.integers(4, 9))
    pairs = {(int(rng.integers(b)), b) for b in range(1, nodes)}
    pairs |= {(a, b) for b in range(nodes) for a in range(b) if rng.random() < 0.3}
    costs = 10 ** rng.uniform(-spread / 2, spread / 2, len(pairs))
    edges = [(a, b, {"cost": c}) for (a, b), c in zip(sorted(pairs), costs.tolist(), strict=True)]
    return graph(edges, nodes, objective=objective)


@pytest.mark.parametrize("nodes", [3, 5, 6, 12])
def test_markov_chains_on_stars_are_proved(nodes):
    """The radius of a star is 1 - 1 / (n - 1), proved by a matrix without negative eigenvalues."""
    family = {"kind": "family", "family": "star", "size": [nodes]}
    result = pl.solve({**HEAD, "topology": family, "objective": "fmmc"}, "newton")
    assert result.value == pytest.approx(1 - 1 / (nodes - 1), rel=1e-7)
    assert result.gap <= 1e-6


@pytest.mark.parametrize("objective", ["total_resistance", "fewest_messages"])
def test_costs_far_apart_leave_no_gap(objective):
    """Cheap edges hardly matter to the optimum, and their multipliers come out roughly."""
    rng = np.random.default_rng(5)
    for _ in range(12):
        result = pl.solve(drawn(rng, 8.5, objective), "newton")
        assert result.gap <= 1e-6
        assert not result.violations


@pytest.mark.parametrize("objective", ["fastest_mixing", "fewest_messages"])
def test_orbits_are_exact_without_symmetry(objective):
    """Where every edge is a class of its own, `orbits` finds what `newton` finds."""
    rng = np.random.default_rng(2)
    for _ in range(8):
        instance = pl.load(drawn(rng, 1.0, objective))
        run = Run(Budget())
        first, second = orbits.solve(instance, run), newton.solve(instance, run)
        values = [pl.evaluate(instance, answer.plan).value for answer in (first, second)]
        assert values[0] == pytest.approx(values[1], rel=1e-6)
        assert first.certificate.value == pytest.approx(values[0], rel=1e-6)


@pytest.mark.parametrize("objective", ["fastest_mixing", "gradient_rate", "total_resistance"])
def test_least_rates_may_fill_an_odd_set(objective):
    """A triangle whose least rates take every round: no multiplier, and yet a price."""
    least = {(0, 1): 0.3, (1, 2): 0.5, (0, 2): 0.2}
    pairs = [(0, 1), (1, 2), (0, 2), (2, 3), (3, 4), (0, 5), (4, 5)]
    edges = [(a, b, {"min_rate": least.get((a, b), 0.0)}) for a, b in pairs]
    data = graph(edges, 6, objective=objective, budget={"matching": True})
    result = pl.solve(data, "matching_rounds")
    assert not result.violations
    assert result.gap <= 1e-6


def test_rounds_keep_least_rates_exactly():
    """What rounding takes from the rounds is not taken from edges at their least rate."""
    rng = np.random.default_rng(0)
    for _ in range(10):
        data = drawn(rng, 0.0, "fastest_mixing")
        rows = data["topology"]["edges"]
        busy = np.bincount([int(row[end][4:]) for row in rows for end in "ab"])
        for row in rows:
            most = 0.6 / max(busy[int(row["a"][4:])], busy[int(row["b"][4:])])
            row["min_rate"] = float(rng.uniform(0, most)) if rng.random() < 0.6 else 0.0
        result = pl.solve({**data, "budget": {"matching": True}}, "matching_rounds")
        assert not result.violations
        assert result.gap <= 1e-6
