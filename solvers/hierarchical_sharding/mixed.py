"""Layers with shardings of their own: branch and bound over an integer programme in PuLP."""

from planner.models.base.errors import CapabilityError
from planner.models.base.evaluation import Reason
from planner.models.hierarchical_sharding.evaluate import evaluate
from planner.models.hierarchical_sharding.instance import HierarchicalSharding
from planner.models.hierarchical_sharding.mixed import why_no_mixed
from planner.models.hierarchical_sharding.optimum import find_optimum, why_not_each
from planner.models.hierarchical_sharding.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.hierarchical_sharding.answers import excluded_by_policy, infeasible
from planner.solvers.hierarchical_sharding.mixing.search import Best, branches_of, search

OPTION = "backend"
"""Option of the run: `highs` (the default) or `cbc`."""
NAMES = {"highs": "HiGHS", "cbc": "CBC"}


def refuses(instance: HierarchicalSharding) -> str | None:
    """Return why mixed plans cannot be chosen, or `None`."""
    if not instance.view.mixed:
        return "layers may not have shardings of their own; set `policy.mixed: true`"
    return why_no_mixed(instance.view)


def solve(instance: HierarchicalSharding, run: Run) -> Answer:
    """Return the fastest mixed plan that fits, with the prices that bound all others."""
    if (reason := refuses(instance)) is not None:
        raise CapabilityError(reason)
    view = instance.view
    if (nothing := infeasible(view)) is not None:
        return nothing
    backend = str(run.options.get(OPTION, "highs"))
    solver = NAMES.get(backend, backend)
    branches = branches_of(view)
    if branches is None:
        return _without_plan(view, Best(), solver)
    start = _uniform(view, run)
    if start.plan is not None:
        run.report("uniform plans", answer=Answer(plan=start.plan, objective=start.time))
    best = search(branches, start, run, backend)
    if best.plan is None and best.bound is None:
        return _without_plan(view, best, solver)
    value = None if best.plan is None else evaluate(instance, best.plan).objective.value
    return Answer(
        plan=best.plan,
        objective=value,
        certificate=branches.certificate(),
        solver_bound=best.bound,
        solver=solver,
        stopped_by=best.stopped_by,
        backends=best.backends,
    )


def _without_plan(view: View, best: Best, solver: str) -> Answer:
    """Return that there is no plan: by proof, or by the word of the solver on groups."""
    if (nothing := excluded_by_policy(view)) is not None:
        return nothing
    fitting, more = "", ""
    if view.memory is not None:
        fitting, more = " that fits the memory", " or limits.memory"
    reason = Reason(
        code="policy-excludes",
        constraint="limits.communicators",
        where=str(view.communicators),
        message=(
            f"by the word of {solver}, no plan{fitting} communicates in at most "
            f"{view.communicators} distinct groups. Raise limits.communicators{more}"
        ),
    )
    return Answer(infeasible=True, solver=solver, backends=best.backends, reasons=(reason,))


def _uniform(view: View, run: Run) -> Best:
    """Return the best uniform plan as a start, where it is quickly found."""
    if why_not_each(view) is not None:
        return Best()
    found = find_optimum(view, lambda: run.stopping() is not None)
    if found is None or found.place is None:
        return Best()
    return Best(plan=found.plan(found.place), time=found.time)
