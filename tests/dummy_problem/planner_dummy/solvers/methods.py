"""The methods: exact, by word, step by step, and baselines."""

import itertools
import time

import numpy as np

from planner.models.base.arrays import IntArray
from planner.solvers.contract import Answer, Run, Spread
from planner_dummy.models.certificate import (
    PriceCertificate,
    TooFewCertificate,
    TriedAllCertificate,
)
from planner_dummy.models.check import check_certificate, price_bound
from planner_dummy.models.instance import Choosing
from planner_dummy.models.plan import ExplicitPlan, RulePlan

DRAWS = 200


def sort(instance: Choosing, run: Run) -> Answer:
    """Take the smallest numbers; the price of the last one proves that no choice is less."""
    if len(instance.allowed) < instance.choose:
        return _none(instance)
    chosen = _smallest(instance)
    price = float(instance.values[chosen[-1]])
    certificate = PriceCertificate(price=price, value=price_bound(instance, price))
    run.report("solve", objective=_total(instance, chosen), bound=certificate.value)
    return _answer(instance, chosen, certificate=certificate)


def try_all(instance: Choosing, run: Run) -> Answer:
    """Try every choice of the allowed numbers."""
    if len(instance.allowed) < instance.choose:
        return _none(instance)
    choices = itertools.combinations(instance.allowed.tolist(), instance.choose)
    best = min(choices, key=lambda choice: float(instance.values[list(choice)].sum()))
    chosen = np.array(best, dtype=np.int64)
    certificate = TriedAllCertificate(value=_total(instance, chosen))
    return _answer(instance, chosen, certificate=certificate)


def oracle(instance: Choosing, run: Run) -> Answer:
    """Take the smallest numbers, and claim that this is best without a proof."""
    if len(instance.allowed) < instance.choose:
        return Answer(infeasible=True, solver="oracle")
    chosen = _smallest(instance)
    return _answer(instance, chosen, solver_bound=_total(instance, chosen), solver="oracle")


def stroll(instance: Choosing, run: Run) -> Answer:
    """Start with the last numbers, and swap one at a time for the smallest left out.

    The option `steps` is how many swaps to try (20), `pause` the seconds between two (0).
    """
    if len(instance.allowed) < instance.choose:
        return _none(instance)
    chosen = np.sort(instance.allowed[-instance.choose :])
    run.report("build")
    for _ in range(int(run.options.get("steps", 20))):
        run.report("solve", answer=_answer(instance, chosen))
        stop = run.stopping()
        if stop is not None:
            return _answer(instance, chosen, stopped_by=stop)
        chosen = _swap(instance, chosen)
        time.sleep(float(run.options.get("pause", 0)))
    return _answer(instance, chosen)


def first(instance: Choosing, run: Run) -> Answer:
    """Take the first allowed numbers, as a rule."""
    if len(instance.allowed) < instance.choose:
        return _none(instance)
    plan = RulePlan(first=0, count=instance.choose)
    return Answer(plan=plan, objective=_total(instance, instance.allowed[: instance.choose]))


def blind(instance: Choosing, run: Run) -> Answer:
    """Take the first numbers, without a look at which are forbidden."""
    if len(instance.values) < instance.choose:
        return _none(instance)
    return _answer(instance, np.arange(instance.choose))


def draw(instance: Choosing, run: Run) -> Answer:
    """Draw choices at random; the plan is the first one, the statistics are of all."""
    if len(instance.allowed) < instance.choose:
        return _none(instance)
    rng = run.rng("draw")
    draws = [rng.choice(instance.allowed, instance.choose, replace=False) for _ in range(DRAWS)]
    totals = np.array([_total(instance, chosen) for chosen in draws])
    spread = Spread(
        mean=float(totals.mean()),
        p5=float(np.percentile(totals, 5)),
        p95=float(np.percentile(totals, 95)),
        stderr=float(totals.std(ddof=1) / np.sqrt(DRAWS)),
        draws=DRAWS,
        seed=run.seed,
    )
    return _answer(instance, np.sort(draws[0]), statistics={"total": spread})


def _smallest(instance: Choosing) -> IntArray:
    order = np.argsort(instance.values[instance.allowed], kind="stable")
    return np.asarray(instance.allowed[order[: instance.choose]])


def _swap(instance: Choosing, chosen: IntArray) -> IntArray:
    left = np.setdiff1d(instance.allowed, chosen)
    if not len(left):
        return chosen
    best = left[np.argmin(instance.values[left])]
    worst = chosen[np.argmax(instance.values[chosen])]
    if instance.values[best] >= instance.values[worst]:
        return chosen
    return np.sort(np.append(chosen[chosen != worst], best))


def _total(instance: Choosing, chosen: IntArray) -> float:
    return float(instance.values[chosen].sum())


def _answer(instance: Choosing, chosen: IntArray, **more: object) -> Answer:
    plan = ExplicitPlan(chosen=chosen)
    return Answer(plan=plan, objective=_total(instance, chosen), **more)  # type: ignore[arg-type]


def _none(instance: Choosing) -> Answer:
    certificate = TooFewCertificate(allowed=len(instance.allowed))
    reasons = check_certificate(instance, certificate).reasons
    return Answer(infeasible=True, certificate=certificate, reasons=reasons)
