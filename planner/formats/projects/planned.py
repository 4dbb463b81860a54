"""The schedule of a result, where there is one to export."""

from typing import TYPE_CHECKING

from planner.models.base.arrays import IntArray
from planner.models.base.errors import CapabilityError

if TYPE_CHECKING:
    from planner.models.rcpsp.instance import Rcpsp
    from planner.results.result import Result


def planned_starts(result: "Result", instance: "Rcpsp") -> IntArray:
    """Return the starts (n,) of a plan; raises `CapabilityError` where there is none that fits."""
    from planner.models.rcpsp.plan import SchedulePlan

    plan = result.plan
    if not isinstance(plan, SchedulePlan) or len(plan.start) != instance.view.activities:
        message = f"the result of `{instance.name}` is {result.status} and holds no schedule"
        raise CapabilityError(f"{message}; export one that has a plan")
    return plan.start
