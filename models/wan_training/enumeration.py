"""The optimum of an instance by trying every variant, one after the other."""

from planner.models.wan_training.evaluate import evaluate
from planner.models.wan_training.instance import WanTraining
from planner.models.wan_training.variants import allowed_variants, plan_of

MOST = 500
"""More variants are not tried."""


def optimum(instance: WanTraining) -> float | None:
    """Return the best objective of all allowed plans without violations; `None` without any."""
    variants = allowed_variants(instance)
    if len(variants) > MOST:
        return None
    found = [evaluate(instance, plan_of(each, instance.model.layers)) for each in variants]
    values = [
        each.objective.value
        for each in found
        if not each.violations and each.objective.value is not None
    ]
    if not values:
        return None
    return max(values) if instance.objective == "utilisation" else min(values)
