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
from planner.solvers.engines.scaling import Scaling, scaling_for
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
    method: LpMethod = "choose",
    crossover: bool = True,
    hint: FloatArray | None = None,
    basis: Basis | None = None,
    on_solution: OnSolution | None = None,
    on_bound: OnBound | None = None,
    options: Mapping[str, Any] | None = None,
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
    method, crossover, hint, basis, on_solution, on_bound, options
        See `solve_linear`.

    Raises
    ------
    BackendError
        HiGHS failed, refused an option, or is a version with wrong answers.
    ValueError
        The arrays do not fit together.
    """
    return solve_linear(
        make_linear(cost, matrix, row_lower, row_upper, col_lower, col_upper, integrality),
        run=run,
        method=method,
        crossover=crossover,
        hint=hint,
        basis=basis,
        on_solution=on_solution,
        on_bound=on_bound,
        options=options,
    )


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
    blank = Outcome(
        status=Status.UNKNOWN,
        backend="highs",
        version=require("highs")["highspy"],
        stopped_by=run.stopping(),
    )
    if blank.stopped_by is not None:
        return blank
    if not len(programme.cost):
        return _empty(programme, blank)
    tail = LogTail("highs")
    scaling = scaling_for(programme)
    scaled = scaling.apply(programme)
    wanted = {"solver": method, "run_crossover": "on" if crossover else "off", **(options or {})}
    highs = session.open_highs(run, tail, wanted)
    session.pass_programme(highs, scaled)
    if hint is not None and programme.is_mixed_integer:
        session.pass_hint(highs, scaling.values_in(hint))
    if basis is not None:
        session.pass_basis(highs, basis)
    session.listen(highs, programme, scaling, scaled, on_solution, on_bound)
    code = session.run_highs(highs, run, tail)
    blank = replace(blank, log=tail.text)
    outcome = _read(code, highs, programme, scaling, scaled, run=run, blank=blank)
    is_vertex = crossover and outcome.duals is not None
    return replace(outcome, basis=session.read_basis(highs)) if is_vertex else outcome


def _read(
    code: str,
    highs: Any,
    programme: Linear,
    scaling: Scaling,
    scaled: Linear,
    *,
    run: Run,
    blank: Outcome,
) -> Outcome:
    """Return what the ended run is worth."""
    status, stopped_by = verdict("highs", code, blank.log)
    if stopped_by == "interrupt":
        stopped_by = run.stopping() or stopped_by
    if status is Status.UNBOUNDED:
        # HiGHS does not always tell unbounded from infeasible.
        return settle_unbounded(blank, solve_linear(without_costs(programme), run=run))
    if status is Status.INFEASIBLE:
        return replace(blank, status=status)
    claim = session.read_claim(highs, status, stopped_by, scaled)
    return appraise(claim, programme, scaling, scaled, gap=run.budget.gap, blank=blank)


def _empty(programme: Linear, blank: Outcome) -> Outcome:
    """Decide a programme without columns, which HiGHS leaves open."""
    if (programme.row_lower > 0).any() or (programme.row_upper < 0).any():
        return replace(blank, status=Status.INFEASIBLE)
    value = programme.offset
    return replace(blank, status=Status.OPTIMAL, objective=value, bound=value, values=np.zeros(0))
