"""What every method answers: the plan with its objective and the best proof at hand."""

from collections.abc import Callable

import numpy as np

from planner.models.hierarchical_sharding.certificate import (
    FloorCertificate,
    MemoryCertificate,
    PolicyCertificate,
    ShardingCertificate,
)
from planner.models.hierarchical_sharding.evaluate import evaluate
from planner.models.hierarchical_sharding.floor import floor
from planner.models.hierarchical_sharding.instance import HierarchicalSharding
from planner.models.hierarchical_sharding.mixed import budget, cases
from planner.models.hierarchical_sharding.optimum import certify, find_optimum, why_not
from planner.models.hierarchical_sharding.options import all_options
from planner.models.hierarchical_sharding.plan import MixedPlan, ShardingPlan, Share
from planner.models.hierarchical_sharding.policy import (
    excludes_all,
    policy_reasons,
    smallest_allowed,
    why_unsearched,
)
from planner.models.hierarchical_sharding.smallest import is_too_big, memory_reason, smallest_memory
from planner.models.hierarchical_sharding.view import View
from planner.solvers.contract import Answer, Run

Stop = Callable[[], bool]


def infeasible(view: View) -> Answer | None:
    """Return the proof that nothing fits the memory, or `None` if something does."""
    if not is_too_big(view):
        return None
    proof = MemoryCertificate(smallest=smallest_memory(view).total)
    return Answer(infeasible=True, certificate=proof, reasons=(memory_reason(view),))


def excluded(view: View, smallest: float | None) -> Answer:
    """Return the proof that no plan fits that the policy allows; the least memory is given."""
    proof = PolicyCertificate(smallest=smallest)
    return Answer(infeasible=True, certificate=proof, reasons=policy_reasons(view, smallest))


def excluded_by_policy(view: View) -> Answer | None:
    """Return the proof that no plan fits that the policy allows, or `None` if one may."""
    if why_unsearched(view) is not None:
        return None
    smallest = smallest_allowed(view)
    return excluded(view, smallest) if excludes_all(view, smallest) else None


def best_proof(view: View, run: Run) -> ShardingCertificate | None:
    """Return the strongest certificate at hand, or `None`."""
    if not view.mixed and why_not(view) is None:
        found = find_optimum(view, lambda: run.stopping() is not None)
        if found is not None and found.place is not None:
            return certify(found)
    if view.mixed and (proof := mixed_proof(view, run)) is not None:
        return proof
    value = floor(view)
    return None if value is None else FloorCertificate(value=value)


def mixed_proof(view: View, run: Run) -> ShardingCertificate | None:
    """Return prices that bound mixed plans, or `None` where there are too many options."""
    from planner.solvers.hierarchical_sharding.mixing.relaxation import lowest_bound
    from planner.solvers.hierarchical_sharding.mixing.search import branches_of

    branches = branches_of(view)
    if branches is None:
        return None
    if min(lowest_bound(branches, run).bound, branches.rest) == float("inf"):
        return None
    return branches.certificate()


def without_uniform(instance: HierarchicalSharding, run: Run) -> Answer:
    """Return what is known where no uniform plan fits: a proof, or the smallest mixed plan."""
    view = instance.view
    if run.stopping() is None and (nothing := excluded_by_policy(view)) is not None:
        return nothing
    if view.mixed and why_unsearched(view) is None and view.communicators is None:
        note = "No uniform plan fits; this is the mixed plan of least memory."
        return answer_with(instance, run, smallest_plan(view), note)
    return Answer(stopped_by=run.stopping(), notes=("No plan that was looked at fits.",))


def smallest_plan(view: View) -> MixedPlan:
    """Return the mixed plan of least memory that the policy allows; there is one."""
    options = all_options(view)
    best: tuple[float, list[Share]] | None = None
    for case in cases(view):
        shares, memory = [], -budget(view, view.schedules[0], case)
        for each in options:
            kinds = each.kinds_within(case.gather_unit, case.scatter_unit)
            held = np.where(np.isin(each.kind, kinds), each.terms[:, 3], np.inf)
            place, count = int(held.argmin()), each.layer.count
            memory += count * float(held[place])
            shares.append(Share(layer=each.layer.name, count=count, sharding=each.sharding(place)))
        if best is None or memory < best[0]:
            best = memory, shares
    assert best is not None
    smallest = min(view.schedules, key=lambda schedule: schedule.activations)
    return MixedPlan(shares=tuple(best[1]), schedule=view.schedules.index(smallest))


def answer_with(
    instance: HierarchicalSharding, run: Run, plan: ShardingPlan, *notes: str
) -> Answer:
    """Return the answer for a plan from elsewhere (a baseline), with the best proof."""
    value = evaluate(instance, plan).objective.value
    proof = best_proof(instance.view, run)
    return Answer(plan=plan, objective=value, certificate=proof, notes=notes)
