"""The arithmetic that checks a backend: violations, weak duality, scaling."""

import numpy as np
import pytest
from engine_models import INF, programme
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from planner.solvers.engines.duality import dual_bound, implied_box
from planner.solvers.engines.linear import Linear, make_linear, violation
from planner.solvers.engines.scaling import scaling_for

TWO = programme([2, 3], [[1, 1], [1, -1]], [4, -INF], [INF, 2], [(0, INF), (0, INF)], False)
"""min 2x + 3y, x + y >= 4, x - y <= 2: optimum 9 at (3, 1), row prices 2.5 and -0.5."""


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3.0, 1.0], 0.0),
        ([2.9, 1.0], 0.1 / 4),  # the row x + y >= 4, relative to its limit
        ([4.0, 1.0], 1.0 / 4),  # the row x - y <= 2, relative to its largest term
        ([5.0, -0.5], 3.5 / 5),
        ([np.nan, 1.0], INF),
    ],
)
def test_violations_are_measured(values: list[float], expected: float) -> None:
    """By the worst row or column, relative to its own size."""
    assert violation(TWO, np.array(values)) == pytest.approx(expected)


def test_whole_numbers_are_checked() -> None:
    """A fraction in an integral column is a violation."""
    case = programme([1], [[1]], [0], [9], [(0, 9)])
    assert violation(case, np.array([2.25])) == 0.25


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ([2.5, -0.5], 9.0),
        ([2.0, 0.0], 8.0),
        ([2.0, 1.0], 8.0),  # a price on the side that a row does not have is dropped
        ([3.0, 0.0], None),  # x would be sold below its cost, without limit
    ],
)
def test_any_prices_give_a_bound(prices: list[float], expected: float | None) -> None:
    """Weak duality: right prices give the optimum, others less, impossible ones nothing."""
    assert dual_bound(TWO, np.array(prices)) == expected


def test_small_reduced_costs_of_the_wrong_sign_cost_a_little() -> None:
    """A column without a limit is held by the solution's objective; the bound stays below."""
    bound = dual_bound(TWO, np.array([2.5 + 1e-7, -0.5]), np.array([3.0, 1.0]))
    assert bound is not None
    assert 9.0 - 1e-5 < bound <= 9.0


def test_limits_that_rows_imply() -> None:
    """x + y <= 3 with y >= 1 and x >= 0, and an objective no worse than 2x + y = 5."""
    case = programme([2, 1], [[1, 1]], [-INF], [3], [(0, INF), (1, INF)], False)
    low, high = implied_box(case)
    assert (low.tolist(), high.tolist()) == ([0, 1], [2, 3])
    assert implied_box(case, np.array([0.5, 2.0]))[1].tolist() == [1.0, 3.0]


@st.composite
def solved_programmes(draw: st.DrawFn) -> tuple[Linear, float, np.ndarray, np.ndarray]:
    """A linear programme built around an optimal pair: its optimum, values and prices."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    matrix = rng.integers(-4, 5, (rows, columns)) * 10.0 ** rng.integers(-4, 5, (1, columns))
    values = rng.integers(-3, 4, columns).astype(float)
    activity = matrix @ values
    slack = rng.integers(0, 2, rows).astype(bool)
    prices = np.where(slack, 0.0, rng.normal(size=rows))
    low = np.where((prices > 0) | ~slack, activity, activity - 1)
    high = np.where(prices < 0, activity, INF)
    free = rng.integers(0, 2, columns).astype(bool)
    reduced = np.where(free, 0.0, rng.normal(size=columns))
    box_low = np.where(free | (reduced < 0), -INF, values)
    box_high = np.where(free | (reduced > 0), INF, values)
    cost = matrix.T @ prices + reduced
    case = make_linear(cost, sparse.csr_array(matrix), low, high, box_low, box_high)
    return case, float(cost @ values), values, prices


@settings(max_examples=150, deadline=None, derandomize=True)
@given(solved_programmes())
def test_optimal_prices_prove_the_optimum(
    solved: tuple[Linear, float, np.ndarray, np.ndarray],
) -> None:
    """Strong duality holds for the recomputed bound, before and after scaling."""
    case, optimum, values, prices = solved
    size = float(np.abs(case.cost * values).sum()) + 1e-9
    bound = dual_bound(case, prices, values)
    assert bound == pytest.approx(optimum, abs=1e-9 * size)
    scaling = scaling_for(case)
    scaled = scaling.apply(case)
    inner = dual_bound(scaled, prices * scaling.cost / scaling.row, scaling.values_in(values))
    assert inner is not None
    assert scaling.objective_out(inner) == pytest.approx(optimum, abs=1e-9 * size)
    assert violation(scaled, scaling.values_in(values)) <= 1e-9


@settings(max_examples=50, deadline=None, derandomize=True)
@given(solved_programmes())
def test_scaling_rounds_nothing(solved: tuple[Linear, float, np.ndarray, np.ndarray]) -> None:
    """Factors are powers of two: out again comes what went in, to the last bit."""
    case, _, values, prices = solved
    scaling = scaling_for(case)
    assert (scaling.values_out(scaling.values_in(values)) == values).all()
    assert (scaling.duals_out(prices * scaling.cost / scaling.row) == prices).all()
    scaled = scaling.apply(case)
    back = scaled.matrix.toarray() / scaling.row[:, None] / scaling.column[None, :]
    assert (back == case.matrix.toarray()).all()


def test_scaling_brings_units_together() -> None:
    """Bytes in the columns, bytes per second in the matrix, seconds in the objective."""
    rate, size = 5e10, 1e6
    case = programme(
        [0, 0, 1],
        [[1, 1, 0], [1, 0, -rate], [0, 1, -rate]],
        [size, -INF, -INF],
        [size, 0, 0],
        [(0, INF)] * 3,
        False,
    )
    scaled = scaling_for(case).apply(case)
    assert np.abs(np.log2(np.abs(scaled.matrix.data))).max() <= 2
    assert 1 <= scaled.cost.max() < 2
    assert 1 <= scaled.row_lower.max() < 2


def test_integral_columns_keep_their_unit() -> None:
    """A whole number must stay one."""
    case = programme([1, 1], [[1e6, 1]], [1], [INF], [(0, 9), (0, 9)], [True, False])
    scaling = scaling_for(case)
    assert (scaling.column[0], scaling.size) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("cost", "low", "words"),
    [([1.0], [0.0], "do not fit"), ([np.nan, 1.0], [0.0], "finite"), ([1, 1], [np.nan], "NaN")],
)
def test_arrays_that_do_not_fit_are_refused(
    cost: list[float], low: list[float], words: str
) -> None:
    """A fault of the caller is told before any backend sees it."""
    with pytest.raises(ValueError, match=words):
        make_linear(
            np.array(cost),
            sparse.csr_array(np.ones((1, 2))),
            np.array(low),
            np.ones(1),
            np.zeros(2),
            np.ones(2),
        )
