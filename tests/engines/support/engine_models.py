"""Small programmes with known optima, built for every backend."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from planner.solvers.contract import Run
from planner.solvers.engines.cbc import solve_cbc
from planner.solvers.engines.cpsat import solve_cpsat
from planner.solvers.engines.highs import solve_linear
from planner.solvers.engines.linear import Linear, make_linear
from planner.solvers.engines.outcome import Outcome
from planner.solvers.engines.pulp_engine import solve_pulp

INF = np.inf
INTEGER = ("highs", "pulp-highs", "pulp-cbc", "cpsat")
"""Backends for integer programmes; those named `pulp-` start from a PuLP problem."""


def programme(
    cost: Sequence[float],
    rows: Sequence[Sequence[float]],
    low: Sequence[float],
    high: Sequence[float],
    box: Sequence[tuple[float, float]],
    integral: bool | Sequence[bool] = True,
) -> Linear:
    """Return min cost x, low <= rows x <= high, x in the box."""
    from scipy import sparse

    whole = np.broadcast_to(np.array(integral), len(cost))
    matrix = sparse.csr_array(np.array(rows, float).reshape(len(low), len(cost)))
    lower = np.array([limit for limit, _ in box], float)
    upper = np.array([limit for _, limit in box], float)
    return make_linear(
        np.array(cost, float), matrix, np.array(low), np.array(high), lower, upper, whole
    )


def to_pulp(linear: Linear, maximise: bool = False) -> Any:
    """Return the programme as a PuLP problem; `maximise` states it by its negated costs."""
    import pulp

    sign = -1 if maximise else 1
    problem = pulp.LpProblem("test", pulp.LpMaximize if maximise else pulp.LpMinimize)
    variables = [
        problem.add_variable(
            f"x{index:04}",
            None if np.isinf(low) else low,
            None if np.isinf(high) else high,
            cat="Integer" if whole else "Continuous",
        )
        for index, (low, high, whole) in enumerate(
            zip(linear.col_lower, linear.col_upper, linear.integral, strict=True)
        )
    ]
    problem += pulp.lpSum(
        sign * float(cost) * variable for cost, variable in zip(linear.cost, variables, strict=True)
    )
    for row, low, high in zip(
        linear.matrix.toarray(), linear.row_lower, linear.row_upper, strict=True
    ):
        terms = [(variables[column], float(row[column])) for column in np.flatnonzero(row)]
        expression = pulp.LpAffineExpression(terms)
        if low == high:
            problem += expression == low
            continue
        if np.isfinite(low):
            problem += expression >= low
        if np.isfinite(high):
            problem += expression <= high
    return problem


def to_cpsat(linear: Linear) -> Any:
    """Return the programme, whose numbers are whole and limits finite, as a CP-SAT model."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    variables = [
        model.new_int_var(int(low), int(high), f"x{index}")
        for index, (low, high) in enumerate(zip(linear.col_lower, linear.col_upper, strict=True))
    ]
    for row, low, high in zip(
        linear.matrix.toarray(), linear.row_lower, linear.row_upper, strict=True
    ):
        total = sum(int(row[column]) * variables[column] for column in np.flatnonzero(row))
        if np.isfinite(low):
            model.add(total >= int(low))
        if np.isfinite(high):
            model.add(total <= int(high))
    model.minimize(
        sum(int(cost) * variable for cost, variable in zip(linear.cost, variables, strict=True))
    )
    return model


def solve(backend: str, linear: Linear, run: Run) -> Outcome:
    """Solve with one of `INTEGER`, or with CBC on arrays."""
    if backend == "highs":
        return solve_linear(linear, run=run)
    if backend == "cbc":
        return solve_cbc(linear, run=run)
    if backend == "cpsat":
        return solve_cpsat(to_cpsat(linear), run=run)
    return solve_pulp(to_pulp(linear), run=run, backend=backend.removeprefix("pulp-"))


def cap_cover(dimension: int) -> Linear:
    """Return: fewest points that meet every line of the affine space of order 3.

    The complement of a largest cap set, so that the optimum is known: 18 of 27 points and 61 of
    81 (Pellegrino 1971). No solver proves the latter in seconds.
    """
    from scipy import sparse

    points = list(itertools.product(range(3), repeat=dimension))
    place = {point: index for index, point in enumerate(points)}
    lines = set()
    for first, second in itertools.combinations(points, 2):
        third = tuple((-a - b) % 3 for a, b in zip(first, second, strict=True))
        lines.add(tuple(sorted((place[first], place[second], place[third]))))
    members = np.array(sorted(lines))
    rows = np.repeat(np.arange(len(members)), 3)
    shape = (len(members), len(points))
    matrix = sparse.csr_array((np.ones(members.size), (rows, members.ravel())), shape=shape)
    ones = np.ones(len(points))
    many = np.ones(len(members))
    return make_linear(ones, matrix, many, many * INF, 0 * ones, ones, ones)


def market_split(rows: int = 5, columns: int = 40) -> Linear:
    """Return a feasibility problem that no solver settles in seconds (Cornuejols, Dawande 1998)."""
    from scipy import sparse

    rng = np.random.default_rng(0)
    matrix = rng.integers(0, 100, (rows, columns)).astype(float)
    half = np.floor(matrix.sum(axis=1) / 2)
    ones = np.ones(columns)
    return make_linear(ones, sparse.csr_array(matrix), half, half, 0 * ones, ones, ones)


def market_slack(rows: int = 5, columns: int = 40) -> Linear:
    """Return: least total deviation in a market split; easy to satisfy, with quick nodes."""
    from scipy import sparse

    split = market_split(rows, columns)
    eye = sparse.eye_array(rows)
    matrix = sparse.hstack([split.matrix, eye, -eye])
    cost = np.concatenate([np.zeros(columns), np.ones(2 * rows)])
    upper = np.concatenate([np.ones(columns), np.full(2 * rows, INF)])
    return make_linear(cost, matrix, split.row_lower, split.row_upper, 0 * cost, upper, cost == 0)
