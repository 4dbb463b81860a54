"""How much two schedules differ, for whoever has to roll out the second."""

from planner.models.entanglement_scheduling.plan import EntanglementPlan, SchedulePlan


def changes(old: EntanglementPlan, new: EntanglementPlan) -> int | None:
    """Return how many rows of `new` are not in `old`, or `None` where that is not known.

    A row is the same where demand, protocol and all starts are. The columns alone do not say which
    starts belong to which row; where both plans admit the same demands they are compared one by
    one and each other start counts.
    """
    if not isinstance(old, SchedulePlan) or not isinstance(new, SchedulePlan):
        return None
    before, after = set(old.demand.tolist()), set(new.demand.tolist())
    if before != after or len(old.start) != len(new.start):
        return len(after - before)
    if len(old.demand) != len(new.demand):
        return None
    served = sum(a != b for a, b in zip(_protocols(old), _protocols(new), strict=True))
    return served + int((old.start != new.start).sum())


def _protocols(plan: SchedulePlan) -> list[object]:
    """Return the protocol of each row; a place that leads nowhere is a protocol of its own."""
    if plan.protocol is None:
        return [None] * len(plan.demand)
    known = dict(enumerate(plan.protocols))
    return [known.get(place, place) for place in plan.protocol.tolist()]
