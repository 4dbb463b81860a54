"""PuLP problems as arrays, and solutions back into their variables."""

from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.solvers.engines.linear import Linear, make_linear


def to_linear(problem: Any) -> Linear:
    """Return a `pulp.LpProblem` as a minimisation over `problem.variables()`, in their order.

    A maximisation is negated. Raises `ValueError` for what the arrays cannot hold: special ordered
    sets, or two variables of one name.
    """
    import pulp
    from scipy import sparse

    if problem.sos1 or problem.sos2:
        raise ValueError("special ordered sets are not supported; write them as binaries")
    problem.checkDuplicateVars()
    variables = problem.variables()
    position = {variable: index for index, variable in enumerate(variables)}
    cost = np.zeros(len(variables))
    offset = 0.0
    sign = sense_of(problem)
    if problem.objective is not None:
        offset = sign * float(problem.objective.constant)
        for variable, factor in problem.objective.items():
            cost[position[variable]] = sign * factor
    constraints = problem.constraints()
    data = [float(factor) for row in constraints for factor in row.values()]
    column = [position[variable] for row in constraints for variable in row]
    start = np.cumsum([0, *(len(row) for row in constraints)])
    shape = (len(constraints), len(variables))
    limits = np.array([-float(row.constant) for row in constraints])
    sense = np.array([row.sense for row in constraints])
    return make_linear(
        cost,
        sparse.csr_array((np.array(data), np.array(column, np.int64), start), shape=shape),
        np.where(sense == pulp.LpConstraintLE, -np.inf, limits),
        np.where(sense == pulp.LpConstraintGE, np.inf, limits),
        np.array([-np.inf if v.lowBound is None else v.lowBound for v in variables], np.float64),
        np.array([np.inf if v.upBound is None else v.upBound for v in variables], np.float64),
        np.array([v.cat == pulp.LpInteger for v in variables], bool),
        offset,
    )


def sense_of(problem: Any) -> int:
    """Return 1 for a minimisation and -1 for a maximisation."""
    import pulp

    return -1 if problem.sense == pulp.LpMaximize else 1


def hint_of(problem: Any, hint: dict[str, float]) -> FloatArray:
    """Return a start by variable name as an array, NaN where it says nothing.

    Raises `ValueError` for a name that no variable has.
    """
    names = [variable.name for variable in problem.variables()]
    unknown = set(hint) - set(names)
    if unknown:
        raise ValueError(f"the hint names {sorted(unknown)[0]}, which is no variable")
    return np.array([hint.get(name, np.nan) for name in names])


def put_values(problem: Any, values: FloatArray | None) -> None:
    """Set `varValue` of every variable; `None` where there is no solution."""
    variables = problem.variables()
    found = [None] * len(variables) if values is None else values.tolist()
    for variable, value in zip(variables, found, strict=True):
        variable.varValue = value
