"""Plans without search where flows may be cut: near the bound also where sizes differ much."""

import numpy as np
import pytest

from planner.solvers.contract import Budget, Run
from planner.solvers.flow_splitting import dealing
from planner.solvers.flow_splitting.linear import serving
from planner.solvers.flow_splitting.linear.items import Items
from planner.solvers.flow_splitting.linear.slicing import GRAIN, slice_pairs
from planner.solvers.flow_splitting.linear.splittable_lp import solve


@pytest.fixture(scope="module")
def irregular(on_fabric):
    """Return 48 leaves, 12 spines, 24 links down, and demands that differ a hundredfold."""
    rng = np.random.default_rng(3)
    leaves, spines = 48, 12
    down = rng.choice(leaves * spines, 24, replace=False)
    demand = rng.lognormal(0.0, 1.5, (leaves, leaves))
    np.fill_diagonal(demand, 0.0)
    return on_fabric(
        leaves=leaves, spines=spines, demands={"matrix": demand.tolist()},
        failed_links=[
            {"leaf": f"leaf{link // spines}", "spine": f"spine{link % spines}"}
            for link in down.tolist()
        ],
    )  # fmt: skip


def test_first_plan_is_near_the_bound(irregular, judge, monkeypatch):
    """The plan that any method starts from, with few cuts."""
    monkeypatch.setattr(dealing, "CUTS", 100)
    run = Run()
    dealing.opening(irregular, run)
    found, bound = judge(irregular, run.incumbent)
    assert found.objective.value < bound.bounds["completion_time"] * 1.1


def test_many_flows_are_cut_and_dealt(irregular, judge, monkeypatch):
    """Where halving would take too long flows are dealt in short parts: further, but not far."""
    monkeypatch.setattr(dealing, "SLICED", 0)
    monkeypatch.setattr(dealing, "CUTS", 6_000)
    run = Run()
    dealing.opening(irregular, run)
    found, bound = judge(irregular, run.incumbent)
    assert found.objective.value < bound.bounds["completion_time"] * 1.3
    assert found.metrics["max_parts"] <= 12


def test_stopped_run_shares_out_in_haste(irregular, judge, monkeypatch):
    """A run without time left halves the spines without any LP."""
    monkeypatch.setattr(serving, "AT_ONCE", 0)
    answer = solve(irregular, Run(Budget(time_limit=1.0), elapsed=2.0))
    found, bound = judge(irregular, answer)
    assert answer.stopped_by == "time"
    assert found.objective.value < bound.bounds["completion_time"] * 1.1


def test_large_pairs_are_cut_in_proportion_and_small_ones_stay_whole():
    """Three units of room here and one there; a path to one group only leaves no choice."""
    size = np.array([8.0, 8.0, GRAIN / 2, GRAIN / 2, GRAIN / 2, GRAIN / 2, 8.0])
    pairs = Items(np.zeros(7, np.int64), np.ones(7, np.int64), size)
    first = np.array([3.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0])
    second = np.array([1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 2.0])
    taken = slice_pairs(pairs, first, second)
    assert taken[[0, 1, 6]] == pytest.approx([6.0, 8.0, 0.0])
    assert sorted(taken[2:6]) == pytest.approx([0.0, 0.0, GRAIN / 2, GRAIN / 2])
