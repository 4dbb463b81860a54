"""Convex programmes written in CVXPY, solved by Clarabel (interior point) or SCS (first order).

The native status and the dual objective are read before CVXPY folds limits and failures together.
HiGHS is not offered here: through CVXPY it answers quadratic programmes wrongly.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.base.errors import BackendError, CapabilityError
from planner.solvers.contract import Run
from planner.solvers.engines.logs import LogTail
from planner.solvers.engines.outcome import Outcome, Status, grade, settle_unbounded
from planner.solvers.engines.statuses import verdict
from planner.solvers.engines.versions import require

_TOLERANCE = {"clarabel": 1e-6, "scs": 1e-4}
"""Largest relative violation of values that count as a solution."""
_EPSILON = 1e-7
"""What SCS is asked for; its own default is too coarse to re-evaluate."""


@dataclass(frozen=True, slots=True)
class _Raw:
    """What the backend itself said."""

    code: str
    answer: Any
    dual_objective: float | None
    log: str


def solve_cvxpy(
    problem: Any,
    *,
    run: Run,
    backend: str = "clarabel",
    options: Mapping[str, Any] | None = None,
) -> Outcome:
    """Solve a `cvxpy.Problem` (real and convex) and put the solution into its variables.

    Clarabel's bound is its dual objective, good to its tolerances. SCS has no bound, so that its
    values are never optimal; evaluate them again. Clarabel looks at `run` at every iteration; SCS
    knows its time limit only, so run it in the worker process. Duals stay with the constraints.

    Parameters
    ----------
    problem
        Its `variables()`, flattened column by column, are the `values`.
    options
        Further settings of the backend, by their native names.

    Raises
    ------
    CapabilityError
        There is no such backend.
    BackendError
        The backend failed or refused a setting.
    """
    if backend not in _TOLERANCE:
        known = " or ".join(f"`{name}`" for name in _TOLERANCE)
        raise CapabilityError(f"CVXPY problems cannot be solved by `{backend}`. Choose {known}.")
    blank = Outcome(
        status=Status.UNKNOWN,
        backend=backend,
        version=require(backend)[backend],
        stopped_by=run.stopping(),
    )
    return blank if blank.stopped_by is not None else _solve(problem, run, options or {}, blank)


def _solve(problem: Any, run: Run, options: Mapping[str, Any], blank: Outcome) -> Outcome:
    import cvxpy

    backend = blank.backend
    try:
        data, chain, inverse = problem.get_problem_data(backend.upper(), solver_opts={})
    except cvxpy.error.SolverError as error:
        raise BackendError(f"{backend} cannot solve this problem: {error}") from error
    call = _clarabel if backend == "clarabel" else _scs
    raw = call(data, run, options)
    status, stopped_by = verdict(backend, raw.code, raw.log)
    if status is Status.UNKNOWN:
        stopped_by = run.stopping() or stopped_by
    blank = replace(blank, stopped_by=stopped_by, log=raw.log)
    if status is Status.UNBOUNDED:
        return settle_unbounded(blank, _without_objective(problem, run, backend))
    if status is Status.INFEASIBLE or not _unpack(problem, chain.invert(raw.answer, inverse)):
        return replace(blank, status=status)
    offset = float(inverse[-1]["offset"])
    bound = None if raw.dual_objective is None else raw.dual_objective + offset
    return _outcome(problem, status, bound, run.budget.gap, blank)


def _outcome(
    problem: Any, status: Status, bound: float | None, gap: float, blank: Outcome
) -> Outcome:
    """Return the checked solution; `bound` is that of the minimisation."""
    import cvxpy

    worst = violation(problem)
    if worst > _TOLERANCE[blank.backend]:
        _clear(problem)
        return replace(blank, status=Status.UNKNOWN)
    sign = -1.0 if isinstance(problem.objective, cvxpy.Maximize) else 1.0
    objective = float(problem.objective.value)
    if bound is not None:
        bound = sign * min(bound, sign * objective)
    noise = 1e-9 * max(1.0, abs(objective))
    grown, reached = grade(status, objective, bound, gap=gap, noise=noise)
    parts = [np.ravel(variable.value, order="F") for variable in problem.variables()]
    values: FloatArray = np.concatenate(parts) if parts else np.zeros(0)
    return replace(
        blank,
        status=grown,
        stopped_by=None if grown is Status.OPTIMAL else blank.stopped_by or reached,
        objective=objective,
        bound=bound,
        values=values,
    )


def violation(problem: Any) -> float:
    """Return by how much the variables break a constraint or their own domain, at most.

    Measured relative to the larger of one and the largest entry on either side.
    """
    worst = 0.0
    for constraint in problem.constraints:
        sizes = [np.abs(argument.value).max(initial=1.0) for argument in constraint.args]
        worst = max(worst, float(np.max(constraint.violation(), initial=0.0)) / max(sizes))
    for variable in problem.variables():
        size = np.abs(variable.value).max(initial=1.0)
        off = np.abs(variable.value - variable.project(variable.value)).max(initial=0.0)
        worst = max(worst, float(off / size))
    return worst


def _clarabel(data: Any, run: Run, options: Mapping[str, Any]) -> _Raw:
    import clarabel
    from cvxpy.reductions.solvers.conic_solvers import clarabel_conif
    from scipy import sparse

    size = data["c"].size
    quadratic = data.get("P", sparse.csc_array((size, size)))
    remaining = run.remaining()
    wanted = {"max_threads": run.budget.workers or 1, **options}
    if remaining is not None:
        wanted["time_limit"] = remaining
    try:
        settings = clarabel_conif.CLARABEL.parse_solver_opts(True, wanted)
    except TypeError as error:
        raise BackendError(f"Clarabel refuses a setting: {error}") from error
    cones = clarabel_conif.dims_to_solver_cones(data["dims"])
    upper = sparse.triu(quadratic).tocsc()
    solver = clarabel.DefaultSolver(upper, data["c"], data["A"], data["b"], cones, settings)
    solver.print_to_buffer()
    solver.set_termination_callback(lambda info: run.stopping() is not None)
    answer = solver.solve()
    tail = LogTail("clarabel")
    tail.write(solver.get_print_buffer())
    bound = float(answer.obj_val_dual)
    is_bound = str(answer.status) == "Solved" and np.isfinite(bound)
    return _Raw(str(answer.status), answer, bound if is_bound else None, tail.text)


def _scs(data: Any, run: Run, options: Mapping[str, Any]) -> _Raw:
    from cvxpy.reductions.solvers.conic_solvers.scs_conif import SCS

    remaining = run.remaining()
    wanted = {"eps_abs": _EPSILON, "eps_rel": _EPSILON, **options}
    if remaining is not None:
        wanted["time_limit_secs"] = remaining
    try:
        answer = SCS().solve_via_data(data, warm_start=False, verbose=False, solver_opts=wanted)
    except (TypeError, ValueError) as error:
        raise BackendError(f"SCS refuses its input: {error}") from error
    info = answer["info"]
    tail = LogTail("scs")
    tail.write_line(f"{info['status']} after {info['iter']} iterations")
    tail.write_line(f"residuals {info['res_pri']:g} {info['res_dual']:g}, gap {info['gap']:g}")
    return _Raw(str(info["status_val"]), answer, None, tail.text)


def _without_objective(problem: Any, run: Run, backend: str) -> Outcome:
    """Solve for any feasible point; the variables of the problem keep none."""
    import cvxpy

    free = cvxpy.Problem(cvxpy.Minimize(0.0), problem.constraints)
    if not free.variables():
        return Outcome(status=Status.OPTIMAL, backend=backend, version="", values=np.zeros(0))
    outcome = solve_cvxpy(free, run=run, backend=backend)
    _clear(problem)
    return outcome


def _unpack(problem: Any, solution: Any) -> bool:
    """Put a solution into the variables; return whether there was one."""
    import cvxpy.settings

    if solution.status not in cvxpy.settings.SOLUTION_PRESENT:
        _clear(problem)
        return False
    problem.unpack(solution)
    return True


def _clear(problem: Any) -> None:
    for variable in problem.variables():
        variable.save_value(None)
