"""Why no variant will do, in the fields of the instance, and what change would mend it."""

from typing import TYPE_CHECKING

import numpy as np

from planner.models.base.evaluation import Reason
from planner.models.wan_training.curve import curve_of
from planner.models.wan_training.variants import allowed_variants, plan_of
from planner.models.wan_training.worth import candidates, costs_of, keeps, limits_of

if TYPE_CHECKING:
    from planner.models.wan_training.instance import WanTraining


def explain_none(instance: "WanTraining") -> tuple[Reason, ...]:
    """Return the reasons why no variant keeps the limits and reaches the target."""
    found = candidates(instance)
    if not found:
        return _over_limits(instance)
    at = np.array([instance.search.highest])
    reached = [float(curve_of(instance, plan)(at)[0]) for _, plan in found]
    most = int(np.argmax(reached))
    latency = instance.link.latency
    aid = ", shorten `link.latency`" if latency else ""
    return (
        Reason(
            code="target-out-of-reach",
            constraint="target_utilisation",
            where=str(found[most][0]),
            message=(
                f"At {at[0] * 8e-9:.6g} Gbit/s the best variant computes {reached[most]:.6g} of "
                f"the time. Lower the target to that, raise `search.highest`{aid}, or open other "
                "`choices`: longer `inner_steps`, fewer `outer_bits`, more `schedules`."
            ),
        ),
    )


def _over_limits(instance: "WanTraining") -> tuple[Reason, ...]:
    """Return one reason per limit that alone, or beside the others, lets no variant pass.

    Each names the least value with which a variant passes that keeps the other limits, or the
    least at all where none keeps them.
    """
    layers, limits = instance.model.layers, limits_of(instance)
    every = allowed_variants(instance)
    costs = [costs_of(instance, plan_of(each, layers)) for each in every]
    kept = [[keeps(*pair) for pair in zip(row, limits.values(), strict=True)] for row in costs]
    reasons = []
    for axis, (name, limit) in enumerate(limits.items()):
        others = [
            place for place, row in enumerate(kept) if all(row[:axis]) and all(row[axis + 1 :])
        ]
        place = min(others or range(len(every)), key=lambda each: costs[each][axis])
        if limit is None or keeps(costs[place][axis], limit):
            continue
        unit = "B" if name == "memory_overhead" else "steps"
        which = "keeps the other limits" if others else "is allowed"
        reasons.append(
            Reason(
                code="limit-too-tight",
                constraint=f"limits.{name}",
                where=str(every[place]),
                message=(
                    f"The least of any variant that {which} is {costs[place][axis]:.10g} {unit}, "
                    f"and the limit is {limit:.10g} {unit}. Raise it, or allow other choices."
                ),
            )
        )
    return tuple(reasons)
