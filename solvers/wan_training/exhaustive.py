"""Simulates every variant that keeps the limits; complete, so the best of them is the optimum."""

from planner.models.wan_training.capacity import capacity_bound
from planner.models.wan_training.certificate import CapacityCertificate, ExhaustedCertificate
from planner.models.wan_training.check import enumerated
from planner.models.wan_training.instance import WanTraining
from planner.models.wan_training.plan import SchedulePlan
from planner.models.wan_training.variants import Variant
from planner.models.wan_training.why import explain_none
from planner.models.wan_training.worth import Worth, best, candidates, worth_of
from planner.solvers.contract import Answer, Run, StopReason


def solve(instance: WanTraining, run: Run) -> Answer:
    """Return the best variant with the front of all of them; interrupted, the best so far."""
    found = candidates(instance)
    worths: list[Worth] = []
    best_value: float | None = None
    for _, plan in found:
        stopped_by = _stopping(run)
        if stopped_by is not None:
            return _unfinished(instance, found, worths, stopped_by)
        worths.append(worth_of(instance, plan))
        best_value = _better(instance, best_value, worths[-1].value)
        run.report("simulating", objective=best_value)
    place = best(instance, worths)
    if place is None:
        return Answer(
            infeasible=True,
            certificate=ExhaustedCertificate(variants=len(found)),
            reasons=explain_none(instance),
        )
    variants = [variant for variant, _ in found]
    return Answer(
        plan=found[place][1],
        objective=worths[place].value,
        certificate=enumerated(instance, variants, worths, place),
    )


def capacity_certificate(instance: WanTraining) -> CapacityCertificate | None:
    """Return the bound that needs no simulation; `None` where no variant keeps the limits."""
    variants = [variant for variant, _ in candidates(instance)]
    if not variants:
        return None
    return CapacityCertificate(value=capacity_bound(instance, variants))


def _stopping(run: Run) -> StopReason | None:
    """Return why to stop: besides the usual, half the time is left for the check of the proof.

    The check simulates every variant again, so it takes as long as the search.
    """
    limit = run.budget.time_limit
    return run.stopping() or ("time" if limit is not None and run.elapsed() > limit / 2 else None)


def _better(instance: WanTraining, one: float | None, other: float | None) -> float | None:
    """Return the better of two objectives, of which either may be unknown."""
    known = [value for value in (one, other) if value is not None]
    pick = max if instance.objective == "utilisation" else min
    return pick(known, default=None)


def _unfinished(
    instance: WanTraining,
    found: list[tuple[Variant, SchedulePlan]],
    worths: list[Worth],
    stopped_by: StopReason,
) -> Answer:
    place = best(instance, worths)
    return Answer(
        plan=None if place is None else found[place][1],
        objective=None if place is None else worths[place].value,
        certificate=capacity_certificate(instance),
        stopped_by=stopped_by,
        notes=(f"{len(worths)} of {len(found)} variants were simulated.",),
    )
