"""Published methods as they are: each takes the best of its own variants, allowed or not.

DiLoCo: arXiv 2311.08105. Streaming, with overlap and with 4 bits: arXiv 2501.18512, sections 2.2
and 2.3. CO2: arXiv 2401.16265.
"""

import functools

from planner.models.wan_training.instance import WanTraining
from planner.models.wan_training.variants import family, plan_of
from planner.models.wan_training.worth import best, keeps_limits, worth_of
from planner.solvers.contract import Answer, Run
from planner.solvers.wan_training.exhaustive import capacity_certificate


def _best_of(name: str, instance: WanTraining, run: Run) -> Answer:
    """Return the best variant of a method that keeps the limits, else the first of them."""
    plans = [plan_of(each, instance.model.layers) for each in family(instance, name)]
    kept = [plan for plan in plans if keeps_limits(instance, plan)] or plans[:1]
    worths = []
    for plan in kept:
        worths.append(worth_of(instance, plan))
        if run.stopping() is not None:
            break
    place = best(instance, worths)
    return Answer(
        plan=kept[place or 0],
        objective=None if place is None else worths[place].value,
        certificate=capacity_certificate(instance),
        stopped_by=run.stopping() if len(worths) < len(kept) else None,
    )


# The entries of `METHODS`, which says what each of them is.
dp = functools.partial(_best_of, "dp")
diloco = functools.partial(_best_of, "diloco")
streaming = functools.partial(_best_of, "streaming")
overlap = functools.partial(_best_of, "overlap")
fp4 = functools.partial(_best_of, "fp4")
co2 = functools.partial(_best_of, "co2")
