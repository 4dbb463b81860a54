"""Symmetry reduction of the flow LP."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.solvers.contract import Run
from planner.solvers.flow_splitting.linear.orbits import find_classes, reduce
from planner.solvers.flow_splitting.linear.spread import SpreadProblem
from planner.solvers.flow_splitting.linear.spread_solve import solve_spread


def uniform(leaves, spines, failed=()):
    """Return demand 1 per pair, and rates 1 with some links down."""
    rate = np.ones((leaves, spines))
    for leaf, spine in failed:
        rate[leaf, spine] = 0.0
    return np.ones((leaves, leaves)) - np.eye(leaves), rate


def full(demand, up, down):
    """Return the LP of the single leaves and spines."""
    source, target = np.nonzero(demand)
    return SpreadProblem(source, target, demand[source, target], up, down)


def test_uniform_fabric_is_one_class():
    """Without failures all leaves merge, all spines merge, and one variable is left."""
    demand, rate = uniform(12, 7)
    classes = find_classes(demand, rate, rate)
    assert classes.leaf.max() == classes.spine.max() == 0
    assert len(reduce(demand, rate, rate, classes).choices[0]) == 1


def test_equal_spines_merge_under_any_demand():
    """Irregular demand keeps all leaves apart, but equal spines are one."""
    demand = np.random.default_rng(0).random((5, 5))
    classes = find_classes(demand, np.ones((5, 9)), np.ones((5, 9)))
    assert len(classes.leaves) == 5
    assert len(classes.spines) == 1


def test_a_ring_keeps_its_leaves_apart():
    """Leaves whose demands differ pairwise do not merge although their sums are equal."""
    demand = np.roll(np.eye(6), 1, axis=1)
    assert len(find_classes(demand, np.ones((6, 2)), np.ones((6, 2))).leaves) == 6


def test_leaves_differ_by_rates_and_demand():
    """Leaf 0 has a failed link, leaf 1 sends more, leaf 2 receives more; the others merge."""
    demand, rate = uniform(6, 3, [(0, 0)])
    demand[1, 3:] = 2.0
    demand[3:, 2] = 5.0
    classes = find_classes(demand, rate, rate)
    assert sorted(classes.leaves.tolist()) == [1, 1, 1, 3]
    assert sorted(classes.spines.tolist()) == [1, 2]


def test_large_fabric_with_ten_failures_has_few_variables():
    """2,048 leaves x 64 spines: under a thousand variables, and the theta of the worst leaf."""
    failed = [(leaf, leaf) for leaf in range(8)] + [(0, 9), (20, 9)]
    demand, rate = uniform(2048, 64, failed)
    problem = reduce(demand, rate, rate, find_classes(demand, rate, rate))
    assert len(problem.choices[0]) < 1000
    spread = solve_spread(problem, Run())
    assert spread.value == pytest.approx(2047 / 62, rel=1e-6)


@st.composite
def fabrics(draw):
    """Draw a small fabric with classes worth merging."""
    leaves, spines = draw(st.integers(2, 5)), draw(st.integers(1, 4))
    rates = st.lists(st.sampled_from([0.0, 1.0, 1.0, 2.0]), min_size=spines, max_size=spines)
    kinds = [draw(rates) for _ in range(2)]
    up = np.array([kinds[draw(st.integers(0, 1))] for _ in range(leaves)])
    down = np.array([kinds[draw(st.integers(0, 1))] for _ in range(leaves)])
    amounts = [[draw(st.sampled_from([0.0, 1.0, 1.0, 3.0])) for _ in range(2)] for _ in range(2)]
    block = np.array([draw(st.integers(0, 1)) for _ in range(leaves)])
    demand = np.array(amounts)[block[:, None], block]
    np.fill_diagonal(demand, 0.0)
    reach = np.minimum(up[:, None, :], down[None, :, :]).sum(axis=2)
    return np.where(reach > 0, demand, 0.0), up, down


@given(fabrics())
def test_reduced_optimum_is_the_full_optimum(fabric):
    """Merging changes nothing but the size of the LP."""
    demand, up, down = fabric
    if not demand.any():
        return
    classes = find_classes(demand, up, down)
    reduced = solve_spread(reduce(demand, up, down, classes), Run())
    assert reduced.value == pytest.approx(
        solve_spread(full(demand, up, down), Run()).value, rel=1e-7
    )
