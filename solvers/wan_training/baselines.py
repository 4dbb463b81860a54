"""Published methods as they are: each takes the best of its own variants, allowed or not."""

from planner.models.wan_training.instance import WanTraining
from planner.models.wan_training.variants import family, plan_of
from planner.models.wan_training.worth import best, keeps_limits, worth_of
from planner.solvers.contract import Answer, Run
from planner.solvers.wan_training.exhaustive import capacity_certificate


def dp(instance: WanTraining, run: Run) -> Answer:
    """Reduce the gradients of all layers in every step."""
    return _best_of(instance, run, "dp")


def diloco(instance: WanTraining, run: Run) -> Answer:
    """Reduce the outer gradients of all layers once per period (arXiv 2311.08105)."""
    return _best_of(instance, run, "diloco")


def streaming(instance: WanTraining, run: Run) -> Answer:
    """Send one fragment after the other (arXiv 2501.18512, section 2.2)."""
    return _best_of(instance, run, "streaming")


def overlap(instance: WanTraining, run: Run) -> Answer:
    """Send fragments while training goes on (arXiv 2501.18512, section 2.3)."""
    return _best_of(instance, run, "overlap")


def fp4(instance: WanTraining, run: Run) -> Answer:
    """Send fragments of 4 bits per parameter while training goes on (arXiv 2501.18512)."""
    return _best_of(instance, run, "fp4")


def co2(instance: WanTraining, run: Run) -> Answer:
    """Reduce the whole model during the next period (arXiv 2401.16265)."""
    return _best_of(instance, run, "co2")


def _best_of(instance: WanTraining, run: Run, name: str) -> Answer:
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
