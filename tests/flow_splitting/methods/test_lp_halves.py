"""Dealing traffic by halving the spines: what always holds, and how near it comes to the LP."""

import numpy as np
import pytest

from planner.solvers.contract import Budget, Run
from planner.solvers.flow_splitting.edges.fraction import take_fraction
from planner.solvers.flow_splitting.linear import mending
from planner.solvers.flow_splitting.linear.halves import deal_by_halves
from planner.solvers.flow_splitting.linear.items import Items
from planner.solvers.flow_splitting.linear.placement import Room
from planner.solvers.flow_splitting.linear.spread import SpreadProblem
from planner.solvers.flow_splitting.linear.spread_solve import highest_load, solve_spread


def draw(seed, leaves, spines, *, failures=0.1, mixed=False):
    """Return a random spread problem in which every pair has a path."""
    rng = np.random.default_rng(seed)
    up = np.ones((leaves, spines))
    up[rng.random(up.shape) < failures] = 0.0
    down = up.copy()
    if mixed:
        up *= rng.choice([1.0, 2.0], spines)
        down *= rng.choice([1.0, 2.0], down.shape)
    demand = rng.lognormal(0.0, 1.0, (leaves, leaves)) * (rng.random((leaves, leaves)) < 0.8)
    np.fill_diagonal(demand, 0.0)
    source, target = np.nonzero(demand * ((up @ down.T) > 0))
    return SpreadProblem(source, target, demand[source, target], up, down)


def deal(problem, time, run=None):
    """Return the amounts dealt within a time."""
    pairs = Items(problem.source, problem.target, problem.amount)
    room = Room(problem.up * time, problem.down * time)
    return deal_by_halves(pairs, room, run or Run())


def serves(problem, amounts):
    """Return whether every pair gets what it sends, over links that are up."""
    leaves = len(problem.up)
    wanted, found = np.zeros((leaves, leaves)), np.zeros((leaves, leaves))
    wanted[problem.source, problem.target] = problem.amount
    np.add.at(found, (amounts.source, amounts.target), amounts.size)
    open_ = problem.up[amounts.source, amounts.spine] * problem.down[amounts.target, amounts.spine]
    return bool(np.allclose(wanted, found, rtol=1e-12) and (open_ > 0).all())


def test_the_optimum_of_the_lp_is_kept():
    """On small fabrics with many failures and mixed rates the time of the LP is nearly enough."""
    over = []
    for seed in range(30):
        problem = draw(seed, leaves=10, spines=6, mixed=seed % 2 == 1)
        best = solve_spread(problem, Run())
        amounts = deal(problem, best.value)
        assert serves(problem, amounts)
        over.append(highest_load(problem, amounts) / best.value - 1)
    assert sum(excess <= 1e-6 for excess in over) >= 28
    assert max(over) <= 0.1


def test_few_pairs_are_cut():
    """A large irregular fabric meets its degree bound with fewer cuts than links."""
    problem = draw(1, leaves=64, spines=32, failures=0.02)
    time = problem.degree()
    amounts = deal(problem, time)
    assert highest_load(problem, amounts) <= time * (1 + 1e-9)
    assert len(amounts.size) <= len(problem.amount) + 31 * 127


def test_some_links_need_mending(monkeypatch):
    """Halving alone leaves an excess where many links are down; exchanges take it away."""
    problem = draw(5, leaves=24, spines=16, failures=0.3)
    time = solve_spread(problem, Run()).value
    mended = highest_load(problem, deal(problem, time))
    monkeypatch.setattr(mending, "EXCHANGES", 0)
    assert highest_load(problem, deal(problem, time)) > time * 1.01
    assert mended <= time * (1 + 1e-6)


def test_whole_numbers_stay_whole():
    """An all-to-all of 16 flows per pair with failed links: 60 or 64 flows a leaf, 20 a link."""
    up = np.full((5, 4), 20.0)
    up[0, 0] = up[1, 2] = 0.0
    source, target = np.nonzero(1 - np.eye(5))
    pairs = Items(source, target, np.full(20, 16.0))
    room = Room(np.where(up > 0, 22.0, 0.0), np.where(up > 0, 22.0, 0.0))
    amounts = deal_by_halves(pairs, room, Run(), whole=True)
    assert (amounts.size == np.rint(amounts.size)).all()
    assert serves(SpreadProblem(source, target, pairs.size, up, up), amounts)
    assert highest_load(SpreadProblem(source, target, pairs.size, up, up), amounts) <= 22 / 20


def test_a_stopped_run_still_deals_everything():
    """Without any time the traffic is dealt in haste, but all of it and over links that are up."""
    problem = draw(2, leaves=12, spines=7, failures=0.3)
    run = Run(Budget(time_limit=1.0), elapsed=2.0)
    assert serves(problem, deal(problem, problem.degree(), run))


@pytest.mark.parametrize("share", [0.0, 0.25, 1 / 3, 0.5, 0.8, 1.0])
def test_fraction_is_nearly_even_at_every_vertex(share):
    """No vertex is off its share by more than a few of its edges."""
    rng = np.random.default_rng(3)
    left, right = np.nonzero(rng.random((40, 40)) < 0.9)
    weight = rng.random(len(left))
    chosen = take_fraction(left, right, weight, share)
    for end in (left, right):
        off = np.bincount(end, weight * (chosen - share))
        assert np.abs(off).max() <= 2.0
