"""Linear and mixed-integer programmes from arrays to HiGHS. Never for quadratic objectives."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray
from planner.solvers.contract import Run
from planner.solvers.engines import highs_session as session
from planner.solvers.engines.appraisal import appraise
from planner.solvers.engines.linear import Linear, make_linear, without_costs
from planner.solvers.engines.logs import LogTail
from planner.solvers.engines.outcome import (
    Basis,
    OnBound,
    OnSolution,
    Outcome,
    Status,
    settle_unbounded,
)
from planner.solvers.engines.scaling import scaling_for
from planner.solvers.engines.statuses import verdict
from planner.solvers.engines.versions import require

LpMethod = Literal["choose", "simplex", "ipm"]


def solve_lp(
    cost: FloatArray,
    matrix: Any,
    row_lower: FloatArray,
    row_upper: FloatArray,
    col_lower: FloatArray,
    col_upper: FloatArray,
    *,
    run: Run,
    integrality: NDArray[Any] | None = None,
    **how: Any,
) -> Outcome:
    """Minimise `cost` x with `row_lower` <= `matrix` x <= `row_upper` and limits on x.

    Parameters
    ----------
    cost, col_lower, col_upper
        n entries; limits may be infinite.
    matrix
        m x n, `scipy.sparse` CSR or CSC.
    row_lower, row_upper
        m entries; equal for equations.
    integrality
        n entries, true where a column takes whole numbers only.
    how
        The other arguments of `solve_linear`: `method`, `crossover`, `hint`, `basis`, ...

    Raises
    ------
    BackendError
        HiGHS failed, refused an option, or is a version with wrong answers.
    ValueError
        The arrays do not fit together.
    """
    programme = make_linear(cost, matrix, row_lower, row_upper, col_lower, col_upper, integrality)
    return solve_linear(programme, run=run, **how)


def solve_linear(
    programme: Linear,
    *,
    run: Run,
    method: LpMethod = "choose",
    crossover: bool = True,
    hint: FloatArray | None = None,
    basis: Basis | None = None,
    on_solution: OnSolution | None = None,
    on_bound: OnBound | None = None,
    options: Mapping[str, Any] | None = None,
) -> Outcome:
    """Minimise a programme within the limits of `run`; it is scaled first (see `scaling`).

    Parameters
    ----------
    method
        How linear programmes are solved. `ipm` is many times faster on flows; without `crossover`
        its solution spreads over all optimal vertices and there is no basis.
    hint
        A start for mixed-integer programmes; NaN where nothing is known.
    basis
        A start for linear programmes, from an earlier outcome.
    on_solution, on_bound
        Told of better solutions and bounds of mixed-integer programmes.
    options
        Further options of HiGHS, by their native names.
    """
    version = require("highs")["highspy"]
    tail = LogTail("highs")
    reason = run.stopping()
    if reason is not None:
        return Outcome(status=Status.UNKNOWN, backend="highs", version=version, stopped_by=reason)
    if not len(programme.cost):
        return _empty(programme, version)
    scaling = scaling_for(programme)
    wanted = {"solver": method, "run_crossover": "on" if crossover else "off", **(options or {})}
    highs = session.open_highs(run, tail, wanted)
    scaled = scaling.apply(programme)
    session.pass_programme(highs, scaled)
    if hint is not None:
        session.pass_hint(highs, scaling.values_in(hint))
    if basis is not None:
        session.pass_basis(highs, basis)
    session.listen(highs, programme, scaling, on_solution, on_bound)
    status, stopped_by = verdict("highs", session.run_highs(highs, run, tail), tail.text)
    blank = Outcome(status=status, backend="highs", version=version, log=tail.text)
    if status is Status.UNBOUNDED:
        # HiGHS does not always tell unbounded from infeasible.
        return settle_unbounded(blank, solve_linear(without_costs(programme), run=run))
    if status is Status.INFEASIBLE:
        return blank
    if stopped_by == "interrupt":
        stopped_by = run.stopping() or stopped_by
    claim = session.read_claim(highs, status, stopped_by, scaled)
    outcome = appraise(claim, programme, scaling, scaled, gap=run.budget.gap, blank=blank)
    return replace(outcome, basis=session.read_basis(highs)) if crossover else outcome


def _empty(programme: Linear, version: str) -> Outcome:
    """Decide a programme without columns, which HiGHS leaves open."""
    blank = Outcome(status=Status.INFEASIBLE, backend="highs", version=version)
    if (programme.row_lower > 0).any() or (programme.row_upper < 0).any():
        return blank
    value = programme.offset
    return replace(blank, status=Status.OPTIMAL, objective=value, bound=value, values=np.zeros(0))
