"""Looks at every uniform plan: the optimum, and the exact front of memory and time."""

from planner.models.hierarchical_sharding.instance import HierarchicalSharding
from planner.models.hierarchical_sharding.optimum import certify, find_optimum, why_not
from planner.solvers.contract import Answer, Run
from planner.solvers.hierarchical_sharding.answers import infeasible


def refuses(instance: HierarchicalSharding) -> str | None:
    """Return why the plans cannot be looked at one by one, or `None`."""
    return why_not(instance.view)


def solve(instance: HierarchicalSharding, run: Run) -> Answer:
    """Return the fastest uniform plan that fits, the smallest among equals, with its proof."""
    view = instance.view
    if (nothing := infeasible(view)) is not None:
        return nothing
    found = find_optimum(view, lambda: run.stopping() is not None)
    if found is None:
        return Answer(stopped_by=run.stopping())
    if found.place is None:
        return Answer(notes=("No plan that the policy allows fits the memory.",))
    proof = None if view.mixed else certify(found)
    return Answer(plan=found.plan(found.place), objective=found.time, certificate=proof)
