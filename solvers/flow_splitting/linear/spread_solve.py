"""Solves the flow LP of a fabric, or of classes of leaves and spines, with HiGHS."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.flow_splitting.grouping import sum_by
from planner.solvers.contract import Run
from planner.solvers.flow_splitting.linear.items import Amounts
from planner.solvers.flow_splitting.linear.spread import (
    SpreadProblem,
    SpreadProgram,
    spread_program,
)

VERTEX_COLUMNS = 45_000
"""Up to this many variables the interior point is moved to a vertex, which splits few pairs."""
SIMPLEX_COLUMNS = 1_500
"""Up to this many variables the simplex method is faster from the start."""
_OPTIONS = {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}
_DUST = 1e-9
"""Shares of a pair below this are rounding error of the solver."""


@dataclass(frozen=True, eq=False)
class Spread:
    """A solution of the flow LP."""

    value: float
    """Highest load over rate; or, with links in use already, how far `reference` is exceeded."""
    amounts: Amounts
    """Amounts per pair and spine; each pair's amounts sum to what it sends."""
    up_price: FloatArray
    """Worth of an uplink [leaf, spine], not negative; rates times prices sum to about one."""
    down_price: FloatArray
    backends: Mapping[str, str] = field(default_factory=dict)


def solve_spread(
    problem: SpreadProblem,
    run: Run,
    *,
    floor: float = 0.0,
    vertex: bool = True,
    used: tuple[FloatArray, FloatArray] | None = None,
    reference: float | None = None,
) -> Spread | None:
    """Spread the pairs so that the busiest link is done as early as possible.

    `floor`, `used` and `reference` as in `spread_program`; the degree bound is the reference if
    none is given. With `vertex`, an LP that is not too large is solved to a vertex. Every pair
    needs a spine with both links up. Returns `None` if the run had to stop before there was any
    solution.
    """
    from planner.solvers.engines.highs import solve_lp

    program = spread_program(problem, reference or problem.degree(), floor=floor, used=used)
    columns = program.matrix.shape[1]
    cost = np.zeros(columns)
    cost[-1] = 1.0
    low = np.zeros(columns)
    low[-1] = program.floor
    outcome = solve_lp(
        cost,
        program.matrix,
        program.lower,
        program.upper,
        low,
        np.full(columns, np.inf),
        run=run,
        method="simplex" if columns <= SIMPLEX_COLUMNS else "ipm",
        crossover=vertex and columns <= VERTEX_COLUMNS,
        options=_OPTIONS,
    )
    if outcome.values is None:
        return None
    amounts = _amounts(problem, outcome.values[:-1])
    value = float(outcome.values[-1]) if used is not None else highest_load(problem, amounts)
    return Spread(value, amounts, *_prices(problem, program, outcome.duals), outcome.backends)


def highest_load(problem: SpreadProblem, amounts: Amounts) -> float:
    """Return the highest load over rate of amounts between leaves of the problem."""
    spines = problem.up.shape[1]
    times = [
        sum_by(leaf * spines + amounts.spine, amounts.size, rate.size)
        / np.where(rate.ravel() > 0, rate.ravel(), 1.0)
        for leaf, rate in ((amounts.source, problem.up), (amounts.target, problem.down))
    ]
    return float(max(time.max(initial=0.0) for time in times))


def _amounts(problem: SpreadProblem, shares: FloatArray) -> Amounts:
    """Return the amounts of shares; dust is swept up, so that every pair sums to one."""
    pair, spine = problem.choices
    shares = np.where(shares > _DUST, shares, 0.0)
    total = sum_by(pair, shares, len(problem.amount))
    used = np.flatnonzero(shares)
    pair, spine = pair[used], spine[used]
    size = shares[used] / total[pair] * problem.amount[pair]
    return Amounts(problem.source[pair], problem.target[pair], spine, size)


def _prices(
    problem: SpreadProblem, program: SpreadProgram, duals: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    """Return length[leaf, spine] of uplinks and downlinks from the prices of the capacity rows."""
    rate = np.concatenate([problem.up.ravel(), problem.down.ravel()])
    length = np.zeros(len(rate))
    if duals is not None:
        weight = np.maximum(-duals[len(problem.amount) :], 0.0)
        length[program.links] = weight / rate[program.links]
    up, down = np.split(length, 2)
    return up.reshape(problem.up.shape), down.reshape(problem.down.shape)
