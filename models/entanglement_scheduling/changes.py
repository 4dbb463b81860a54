"""How much two schedules differ, for whoever has to roll out the second."""

from planner.models.entanglement_scheduling.plan import EntanglementPlan, SchedulePlan


def changes(old: EntanglementPlan, new: EntanglementPlan) -> int | None:
    """Return how many demands, protocols and starts are new, or `None` where that is not known.

    Where both plans admit the same demands, each other protocol and each other start counts. If
    not, the columns alone do not say which starts belong to whom: the demands that came count.
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
