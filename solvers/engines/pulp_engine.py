"""Readable integer programmes written in PuLP, solved by HiGHS or CBC as arrays.

PuLP's own solver classes are not used: they call a solution found at a time limit, or none at all
after an interrupt, `Optimal`; they do not notice options that HiGHS refuses; and they cannot end a
CBC that ignores its limit.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from planner.models.base.arrays import FloatArray
from planner.models.base.errors import CapabilityError
from planner.solvers.contract import Run
from planner.solvers.engines.cbc import solve_cbc
from planner.solvers.engines.highs import solve_linear
from planner.solvers.engines.outcome import OnBound, OnSolution, Outcome
from planner.solvers.engines.pulp_arrays import hint_of, put_values, sense_of, to_linear
from planner.solvers.engines.versions import require

BACKENDS = ("highs", "cbc")


def solve_pulp(
    problem: Any,
    *,
    run: Run,
    backend: str = "highs",
    hint: Mapping[str, float] | None = None,
    on_solution: OnSolution | None = None,
    on_bound: OnBound | None = None,
) -> Outcome:
    """Solve a `pulp.LpProblem` and put the solution into its variables.

    Create variables with `problem.add_variable(...)`. `problem.status` is left alone: read the
    outcome. Its arrays follow `problem.variables()` and `problem.constraints()`; its objective and
    bound have the sense of the problem.

    Parameters
    ----------
    hint
        Values to start from, by name of the variable; integer programmes only.
    on_solution, on_bound
        Told of better solutions and bounds; HiGHS only.

    Raises
    ------
    CapabilityError
        There is no such backend.
    BackendError
        The backend failed.
    """
    if backend not in BACKENDS:
        known = " or ".join(f"`{name}`" for name in BACKENDS)
        raise CapabilityError(f"PuLP problems cannot be solved by `{backend}`. Choose {known}.")
    require("cbc")
    programme = to_linear(problem)
    sign = sense_of(problem)
    start = None if hint is None else hint_of(problem, dict(hint))
    if backend == "cbc":
        outcome = solve_cbc(programme, run=run, hint=start)
    else:
        outcome = solve_linear(
            programme,
            run=run,
            hint=start,
            on_solution=_solution_in_sense(on_solution, sign),
            on_bound=None if on_bound is None else lambda bound: on_bound(sign * bound),
        )
    put_values(problem, outcome.values)
    return outcome if sign == 1 else _negated(outcome)


def _negated(outcome: Outcome) -> Outcome:
    """Return the outcome of a maximisation from that of its negation."""

    def flip(value: Any) -> Any:
        return None if value is None else -value

    return replace(
        outcome,
        objective=flip(outcome.objective),
        bound=flip(outcome.bound),
        duals=flip(outcome.duals),
        reduced_costs=flip(outcome.reduced_costs),
    )


def _solution_in_sense(on_solution: OnSolution | None, sign: int) -> OnSolution | None:
    if on_solution is None or sign == 1:
        return on_solution

    def passed_on(values: FloatArray, objective: float, bound: float | None) -> None:
        on_solution(values, -objective, None if bound is None else -bound)

    return passed_on
