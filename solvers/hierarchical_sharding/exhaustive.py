"""Searches all uniform plans: the optimum, and the exact front of memory and time."""

from planner.models.base.errors import CapabilityError
from planner.models.hierarchical_sharding.instance import HierarchicalSharding
from planner.models.hierarchical_sharding.optimum import (
    certify,
    find_optimum,
    why_not,
    why_not_each,
    why_not_levels,
)
from planner.solvers.contract import Answer, Run
from planner.solvers.hierarchical_sharding.answers import (
    best_proof,
    excluded,
    infeasible,
    without_uniform,
)

MIXED = "layers may have shardings of their own; `mixed` plans those, `uniform` the others"


def refuses(instance: HierarchicalSharding) -> str | None:
    """Return why the plans cannot be looked at one by one, or `None`."""
    return MIXED if instance.view.mixed else why_not_each(instance.view)


def refuses_levels(instance: HierarchicalSharding) -> str | None:
    """Return why plans cannot be built up level by level, or `None`."""
    return MIXED if instance.view.mixed else why_not_levels(instance.view)


def refuses_uniform(instance: HierarchicalSharding) -> str | None:
    """Return why the uniform plans of any policy cannot be searched, or `None`."""
    return why_not(instance.view)


def solve(instance: HierarchicalSharding, run: Run) -> Answer:
    """Return the fastest plan that fits, the smallest among equals, with its proof."""
    return _solve(instance, run, refuses(instance), by_levels=False)


def by_levels(instance: HierarchicalSharding, run: Run) -> Answer:
    """Return the same from tables over totals, for any number of plans."""
    return _solve(instance, run, refuses_levels(instance), by_levels=True)


def uniform(instance: HierarchicalSharding, run: Run) -> Answer:
    """Return the best uniform plan by whichever search is quicker, with a bound on mixed ones."""
    return _solve(instance, run, refuses_uniform(instance), by_levels=None)


def _solve(
    instance: HierarchicalSharding, run: Run, refused: str | None, *, by_levels: bool | None
) -> Answer:
    if refused is not None:
        raise CapabilityError(refused)
    view = instance.view
    if (nothing := infeasible(view)) is not None:
        return nothing
    found = find_optimum(view, lambda: run.stopping() is not None, by_levels=by_levels)
    if found is None:
        return Answer(stopped_by=run.stopping())
    if found.place is None and view.mixed:
        return without_uniform(instance, run)
    if found.place is None:
        return excluded(view, float(found.front.memory[0]) if len(found.front) else None)
    proof = best_proof(view, run) if view.mixed else certify(found)
    return Answer(plan=found.plan(found.place), objective=found.time, certificate=proof)
