"""Uses each pair of backends in a process of its own: the first, the second, the first again.

`engine_pair.py BACKEND...` forks once per ordered pair, before any solver library is loaded, and
prints the pairs that failed.
"""

import itertools
import os
import sys

import numpy as np
from scipy import sparse

from planner.solvers.contract import Budget, Run

_AT_ONCE = 2


def highs() -> float:

    from planner.solvers.contract import Run
    from planner.solvers.engines.highs import solve_lp

    outcome = solve_lp(
        np.array([2.0, 1.0]),
        sparse.csr_array([[2.0, 1.0]]),
        np.array([10.0]),
        np.array([np.inf]),
        np.array([0.0, 9.0]),
        np.array([1.0, np.inf]),
        integrality=np.array([True, False]),
        run=Run(Budget(workers=2)),
    )
    assert outcome.objective is not None
    return outcome.objective


def _pulp(backend: str) -> float:
    import pulp

    from planner.solvers.engines.pulp_engine import solve_pulp

    problem = pulp.LpProblem("pair")
    x, y = problem.add_variable("x", cat="Binary"), problem.add_variable("y", 9)
    problem += 2 * x + y
    problem += 2 * x + y >= 10
    if backend == "own":
        problem.solve(pulp.HiGHS(msg=False))
        return float(pulp.value(problem.objective))
    outcome = solve_pulp(problem, run=Run(), backend=backend)
    assert outcome.objective is not None
    return outcome.objective


def pulp_highs() -> float:
    return _pulp("highs")


def pulp_own() -> float:
    """PuLP's own HiGHS class, which a user's code may call beside ours."""
    return _pulp("own")


def cbc() -> float:
    return _pulp("cbc")


def cpsat() -> float:
    from ortools.sat.python import cp_model

    from planner.solvers.engines.cpsat import solve_cpsat

    model = cp_model.CpModel()
    x, y = model.new_bool_var("x"), model.new_int_var(9, 99, "y")
    model.add(2 * x + y >= 10)
    model.minimize(2 * x + y)
    outcome = solve_cpsat(model, run=Run())
    assert outcome.objective is not None
    return outcome.objective


def _cvxpy(backend: str) -> float:
    import cvxpy

    from planner.solvers.engines.cvxpy_engine import solve_cvxpy

    x, y = cvxpy.Variable(), cvxpy.Variable()
    limits = [2 * x + y >= 10, x >= 0, x <= 0.25, y >= 9]
    problem = cvxpy.Problem(cvxpy.Minimize(2 * x + y), limits)
    outcome = solve_cvxpy(problem, run=Run(), backend=backend)
    assert outcome.objective is not None
    return outcome.objective


def clarabel() -> float:
    return _cvxpy("clarabel")


def scs() -> float:
    return _cvxpy("scs")


def use(first: str, second: str) -> None:
    for name in (first, second, first):
        found = globals()[name]()
        assert abs(found - 10) < 1e-5, (name, found)


def main() -> None:
    running: dict[int, tuple[str, str]] = {}
    waiting = list(itertools.permutations(sys.argv[1:], 2))
    while waiting or running:
        while waiting and len(running) < _AT_ONCE:
            pair = waiting.pop()
            child = os.fork()
            if child == 0:
                use(*pair)
                os._exit(0)
            running[child] = pair
        child, status = os.wait()
        pair = running.pop(child)
        if status != 0:
            sys.stdout.write(f"{pair[0]} then {pair[1]}: {status}\n")


if __name__ == "__main__":
    main()
