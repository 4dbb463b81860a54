"""Why a project has no plan, in the fields of its instance."""

from collections.abc import Sequence

from planner.models.base.evaluation import Reason
from planner.models.rcpsp.view import View


def cycle_reasons(view: View, steps: Sequence[tuple[int, int]], length: int) -> tuple[Reason, ...]:
    """Return one reason per lag on a cycle of positive length, the mendable ones first.

    `steps` are the pairs of activities along the cycle, `length` the sum of their lags.
    """
    arcs = view.heaviest()
    found = []
    for source, target in steps:
        weight, field = arcs[source, target]
        before, after = view.names[source], view.names[target]
        if field.endswith(".max"):
            says = f"`{before}` starts at most {-weight} after `{after}`"
            mend = f"raise this `max` to {length - weight}"
        else:
            says = f"`{after}` starts at least {weight} after `{before}`"
            mend = f"shorten this by {length}"
        message = (
            f"{says}; the lags round the cycle add up to {length}, so that each start would be "
            f"later than itself. To mend it, {mend} or shorten the others together by {length}."
        )
        where = f"{before} to {after}"
        found.append(Reason(code="lags-contradict", constraint=field, where=where, message=message))
    return tuple(sorted(found, key=lambda reason: not reason.constraint.endswith(".max")))


def demand_reason(view: View, activity: int, resource: int) -> Reason:
    """Return the reason where one activity asks for more than there is."""
    name, holder = view.resource_names[resource], view.names[activity]
    asked, there = int(view.demand[activity, resource]), int(view.capacity[resource])
    return Reason(
        code="demand-exceeds-capacity",
        constraint=f"activities[{activity}].demand",
        where=holder,
        message=(
            f"`{holder}` asks for {asked} of `{name}`, which has {there}. "
            f"Lower the demand or raise the capacity to {asked}."
        ),
    )


def exhausted_reason(view: View) -> Reason:
    """Return the reason where resources and maximum lags exclude each other.

    Names the tightest lag that limits how late a start may be; without one there is a plan.
    """
    limits = [(-w, place) for place, w in enumerate(view.arcs[:, 2].tolist()) if w <= 0]
    _, place = min(limits)
    later, earlier = view.arcs[place, :2].tolist()
    return Reason(
        code="lags-and-resources",
        constraint=view.fields[place],
        where=f"{view.names[earlier]} to {view.names[later]}",
        message=(
            "Every order of the activities that compete for a resource breaks some time lag. "
            "Raise the maximum lags, of which this is the tightest, or the capacities."
        ),
    )
