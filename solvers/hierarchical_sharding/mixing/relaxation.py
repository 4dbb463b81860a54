"""The prices that prove most for a branch: the duals of its linear relaxation."""

from planner.models.hierarchical_sharding.mixed import budget, is_hidden
from planner.solvers.contract import Run
from planner.solvers.hierarchical_sharding.mixing.branches import Branch, Branches, columns_of
from planner.solvers.hierarchical_sharding.mixing.programme import FINE, Programme, columns


def refine(branches: Branches, branch: Branch, run: Run) -> None:
    """Give a branch the prices of its linear relaxation, and offer them to all others.

    A branch whose relaxation is not solved keeps the prices it has.
    """
    from planner.solvers.engines.pulp_engine import solve_pulp

    view = branches.view
    classes = [
        columns(options, columns_of(view, branch, options), ()) for options in branches.reduced
    ]
    unit = max(branch.bound, branches.unit)
    programme = Programme(view, branch, classes, unit, whole=False)
    branch.is_refined = True
    outcome = solve_pulp(programme.problem, run=run)
    if outcome.duals is None:
        return
    rows = [row.name for row in programme.problem.constraints()]
    duals = dict(zip(rows, outcome.duals.tolist(), strict=True))
    found = {}
    if view.memory is not None:
        left = budget(view, view.schedules[branch.schedule], branch.case)
        price = -duals["memory"] * FINE / left * unit
        found["memory"] = max(0.0, price)
    if is_hidden(view):
        for name in ("forward", "backward"):
            found[name] = min(1.0, max(0.0, duals[f"pass_{name}"]))
    branches.offer(branch.multipliers.model_copy(update=found))


def lowest_bound(branches: Branches, run: Run) -> Branch:
    """Return the branch with the lowest bound, once prices cannot raise it any more."""
    while (branch := branches.lowest()).bound < float("inf") and run.stopping() is None:
        if branch.is_refined:
            break
        refine(branches, branch, run)
    return branch
