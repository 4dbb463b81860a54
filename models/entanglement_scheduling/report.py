"""What people and programmes that do not know the model are told of a schedule."""

from dataclasses import asdict
from typing import Any

from planner.models.entanglement_scheduling.evaluation.quality import quality_table
from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.models.entanglement_scheduling.plan import EntanglementPlan
from planner.models.entanglement_scheduling.reasons.rejected import rejections


def report(instance: EntanglementScheduling, plan: EntanglementPlan) -> dict[str, Any]:
    """Return the quality of service of every demand, and why demands were rejected.

    Keys are `quality` (see `quality_table`) and `rejected`: per demand that was not admitted its
    name, the pool that is in the way, how much of it is held without and with the demand, whether
    it fits into free slots, the relaxations that admit it beside the others, and all that in words.
    """
    view = instance.view
    rejected = []
    for each in rejections(view, plan):
        record = asdict(each)
        record["demand"] = view.demands[each.demand].name
        record["rules"] = list(each.rules)
        for key in ("pool", "qubit"):
            record[key] = None if record[key] is None else view.pools[record[key]]
        rejected.append(record)
    return {"quality": quality_table(view, plan), "rejected": rejected}
