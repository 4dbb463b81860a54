"""Best first: the branch with the lowest bound is priced, then solved, until none can be better."""

import copy
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from planner.models.hierarchical_sharding.mixed import why_no_mixed
from planner.models.hierarchical_sharding.options import all_options
from planner.models.hierarchical_sharding.plan import ShardingPlan
from planner.models.hierarchical_sharding.view import View
from planner.solvers.contract import Answer, Run, StopReason
from planner.solvers.hierarchical_sharding.mixing.branches import Branches
from planner.solvers.hierarchical_sharding.mixing.relaxation import refine
from planner.solvers.hierarchical_sharding.mixing.rounding import solve_branch


@dataclass(slots=True)
class Best:
    """The best plan so far and what is known about all others."""

    plan: ShardingPlan | None = None
    time: float | None = None
    bound: float | None = None
    """Seconds that no plan beats, by the word of the backend; `None` where no plan is possible."""
    stopped_by: StopReason | None = None
    backends: Mapping[str, str] = field(default_factory=dict)


def search(branches: Branches, best: Best, run: Run, backend: str) -> Best:
    """Improve `best` until it is optimal or the run has to stop."""
    open_branches = {id(branch): branch for branch in branches.all}
    closer = copy.copy(run)
    # Each programme is solved more closely than the whole, so that roundings do not add up.
    closer.budget = dataclasses.replace(run.budget, gap=run.budget.gap / 4)
    solved: list[float] = []
    while open_branches:
        branch = min(open_branches.values(), key=lambda each: each.bound)
        if best.time is not None and branch.bound >= best.time * (1 - closer.budget.gap):
            break
        if branch.bound == float("inf") or (reason := run.stopping()) is not None:
            best.stopped_by = None if branch.bound == float("inf") else reason
            break
        if not branch.is_refined:
            refine(branches, branch, run)
            continue
        found = solve_branch(branches, branch, best.time, closer, backend)
        del open_branches[id(branch)]
        solved.append(found.bound)
        best.backends = {**best.backends, **found.backends}
        best.stopped_by = found.stopped_by or best.stopped_by
        if found.time is not None and (best.time is None or found.time < best.time):
            best.plan, best.time = found.plan, found.time
            incumbent = Answer(plan=best.plan, objective=best.time)
            run.report("mixed plans", answer=incumbent, bound=branch.bound)
    values = [*solved, *(branch.bound for branch in open_branches.values())]
    lowest = min(branches.rest, *values)
    if best.time is not None:
        lowest = min(lowest, best.time)
    best.bound = None if lowest == float("inf") else lowest
    return best


def branches_of(view: View) -> Branches | None:
    """Return the branches of an instance, or `None` if there are too many or no options."""
    if why_no_mixed(view) is not None:
        return None
    options = all_options(view)
    branches = Branches(view, options)
    has_plans = all(len(each) for each in options) or branches.rest < float("inf")
    return branches if has_plans else None
