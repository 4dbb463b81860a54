"""The flow LP, solved by HiGHS and by balancing."""

import numpy as np
import pytest

from planner.solvers.contract import Budget, Run
from planner.solvers.flow_splitting.linear.balance import balance, prove, share_by_rate
from planner.solvers.flow_splitting.linear.spread import SpreadProblem
from planner.solvers.flow_splitting.linear.spread_solve import highest_load, solve_spread

UNITS = pytest.mark.parametrize(("size", "rate"), [(1.0, 1.0), (3e9, 5e10), (1e-3, 1e7)])


def random_problem(seed, leaves=5, spines=4, failed=0.2):
    """Return an irregular problem in which every pair has a path."""
    rng = np.random.default_rng(seed)
    up = np.where(rng.random((leaves, spines)) < failed, 0.0, rng.choice([1.0, 2.0], spines))
    down = np.where(rng.random((leaves, spines)) < failed, 0.0, rng.choice([1.0, 2.0], spines))
    demand = rng.integers(0, 4, (leaves, leaves)).astype(float)
    np.fill_diagonal(demand, 0.0)
    demand[np.minimum(up[:, None], down[None]).sum(axis=2) == 0] = 0.0
    source, target = np.nonzero(demand)
    return SpreadProblem(source, target, demand[source, target], up, down)


def metric(problem, up, down):
    """Return the metric bound of lengths by its formula, pair by pair."""
    used = 0.0
    for source, target, amount in zip(problem.source, problem.target, problem.amount, strict=True):
        ways = [
            up[source, k] + down[target, k]
            for k in range(problem.up.shape[1])
            if problem.up[source, k] > 0 and problem.down[target, k] > 0
        ]
        used += amount * min(ways)
    return used / ((problem.up * up).sum() + (problem.down * down).sum())


@UNITS
def test_two_failed_links(size, rate):
    """Three leaves, three spines, links (0,0) and (1,1) down: theta is one demand over one rate."""
    up = np.full((3, 3), rate)
    up[0, 0] = up[1, 1] = 0.0
    source, target = np.nonzero(~np.eye(3, dtype=bool))
    problem = SpreadProblem(source, target, np.full(6, size), up, up)
    assert solve_spread(problem, Run()).value == pytest.approx(size / rate, rel=1e-9)


@pytest.mark.parametrize("seed", range(25))
def test_prices_prove_the_value(seed):
    """The metric bound of the LP's prices equals its value: primal and dual agree."""
    problem = random_problem(seed)
    spread = solve_spread(problem, Run())
    bound = metric(problem, spread.up_price, spread.down_price)
    assert bound == pytest.approx(spread.value, rel=1e-7)
    assert spread.value >= problem.degree() * (1 - 1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_amounts_serve_every_pair(seed):
    """The amounts of each pair sum to what it sends, and give the value that is claimed."""
    problem = random_problem(seed)
    spread = solve_spread(problem, Run())
    amounts = spread.amounts
    served = np.zeros((5, 5))
    np.add.at(served, (amounts.source, amounts.target), amounts.size)
    assert served[problem.source, problem.target] == pytest.approx(problem.amount)
    assert spread.value == highest_load(problem, amounts)


def test_floor_is_good_enough():
    """Below the floor nothing is gained: the LP may stop there."""
    problem = random_problem(3)
    best = solve_spread(problem, Run()).value
    assert solve_spread(problem, Run(), floor=2 * best).value <= 2 * best * (1 + 1e-9)


def test_residual_tells_how_far_the_time_is_exceeded():
    """One unit on links that are half used: fits into time 1, exceeds time 0.6 by a third."""
    problem = SpreadProblem(
        np.array([0]), np.array([1]), np.array([0.5]), np.ones((2, 1)), np.ones((2, 1))
    )
    used = np.array([[0.3], [0.0]]), np.array([[0.0], [0.3]])
    fits = solve_spread(problem, Run(), used=used, reference=1.0)
    late = solve_spread(problem, Run(), used=used, reference=0.6)
    assert fits.value <= 1e-9
    assert late.value == pytest.approx(0.8 / 0.6 - 1, rel=1e-6)


def test_stopped_run_has_no_solution():
    """A run that is over gives no solution instead of a wrong one."""
    run = Run(Budget(time_limit=10.0), elapsed=11.0)
    assert solve_spread(random_problem(1), run) is None


@pytest.mark.parametrize("seed", range(12))
def test_balancing_brackets_the_optimum(seed):
    """Balancing ends above the optimum, and its lengths prove a bound below it."""
    problem = random_problem(seed, failed=0.3)
    best = solve_spread(problem, Run()).value
    found = balance(problem, Run(), floor=0.0, tolerance=1e-4, rounds=400)
    assert best * (1 - 1e-9) <= found.value <= best * 1.03
    if found.up_price.any() or found.down_price.any():
        assert metric(problem, found.up_price, found.down_price) <= best * (1 + 1e-9)


def test_balancing_closes_the_gap_on_a_moe_step():
    """Irregular demand on 16 x 16 with failures: within 0.5 % of the degree bound."""
    rng = np.random.default_rng(5)
    rate = (rng.random((16, 16)) > 0.03) * 1.0
    demand = rng.lognormal(0.0, 0.5, (16, 16)) * (1 - np.eye(16))
    source, target = np.nonzero(demand)
    problem = SpreadProblem(source, target, demand[source, target], rate, rate)
    found = balance(problem, Run(), floor=0.0, tolerance=5e-3, rounds=200)
    assert found.value <= problem.degree() * 1.005


def test_prove_is_the_metric_bound():
    """The bound of prices equals the formula of the metric bound on their lengths."""
    problem = random_problem(4)
    rng = np.random.default_rng(0)
    prices = [-rng.random(rate.shape) * (rate > 0) for rate in (problem.up, problem.down)]
    bound, lengths = prove(problem, *prices)
    assert bound == pytest.approx(metric(problem, *lengths), rel=1e-12)


def test_shares_follow_the_scarcer_link():
    """Rates 2 and 1 give shares 2/3 and 1/3; a failed link gives none."""
    up = np.array([[2.0, 1.0, 1.0], [1.0, 1.0, 1.0]])
    down = np.array([[1.0, 1.0, 1.0], [2.0, 1.0, 0.0]])
    problem = SpreadProblem(np.array([0]), np.array([1]), np.ones(1), up, down)
    assert share_by_rate(problem)[0] == pytest.approx([2 / 3, 1 / 3, 0.0])
