"""`evaluate`: what a plan is worth, whoever made it."""

import time
from collections.abc import Sequence

from planner.api.sources import (
    InstanceSource,
    Override,
    PlanSource,
    instance_of,
    plan_of,
    problem_of,
)
from planner.models.base.instance import Instance
from planner.results.judge import Circumstances, judge
from planner.results.records import Timing
from planner.results.result import Result
from planner.solvers.contract import Answer

GIVEN = "given"
"""The method of a result whose plan came from outside."""


def evaluate(
    instance: InstanceSource, plan: PlanSource, *, overrides: Sequence[Override] = ()
) -> Result:
    """Recompute objective, metrics and violations of a plan.

    Parameters
    ----------
    instance
        An instance, the path of its file, or its data.
    plan
        A plan, its data, a result, or the path of a file with one of these.
    overrides
        Changes to the instance, as `path=value` or pairs of a path and a value.

    Returns
    -------
    Result
        With `method` set to `given` and no bound; `violates_limits` where the plan breaks some.

    Raises
    ------
    InputError
        For faults of the instance, or when `plan` is no plan of its problem.

    """
    start = time.perf_counter()
    loaded = instance_of(instance, overrides)
    load = None if isinstance(instance, Instance) else time.perf_counter() - start
    answer = Answer(plan=plan_of(plan, problem_of(loaded)))
    about = Circumstances(method=GIVEN, may_break_limits=True, timing=Timing(load=load))
    return judge(loaded, answer, about)
