"""Schedules from priority rules, then from random changes of them, each pushed to both ends."""

from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.errors import refuse
from planner.models.rcpsp.bounds import best_bound
from planner.models.rcpsp.instance import Rcpsp
from planner.models.rcpsp.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.rcpsp.answers import answer_for, impossible
from planner.solvers.rcpsp.generation import Network, has_cycle, mirrored, network, parallel, serial
from planner.solvers.rcpsp.priorities import RULES, priorities

SAMPLES = 200
"""Random samples unless the option says otherwise."""
LARGEST = 3000
"""Activities up to which the method is quick enough to be of use."""


def refuses(instance: Rcpsp) -> str | None:
    """Say why an instance is not for this method, or return `None`."""
    if instance.view.activities > LARGEST:
        return f"it takes up to {LARGEST:,} activities; `cpsat` takes any number"
    if has_cycle(instance.view):
        return "maximum lags lead round in a circle, which needs search; `cpsat` takes them"
    return None


def solve(instance: Rcpsp, run: Run) -> Answer:
    """Return the best of many generated schedules, with the best bound that arithmetic gives."""
    view = instance.view
    none = impossible(view)
    if none is not None:
        return none
    samples = _samples(run)
    floor, _ = best_bound(view, 0)
    best: IntArray | None = None
    for start in schedules(view, run, samples):
        if best is None or makespan(view, start) < makespan(view, best):
            best = start
            run.report("schedules", answer=answer_for(view, start, None))
        if makespan(view, best) <= floor or run.stopping() is not None:
            break
    assert best is not None  # The first rule is tried whatever the limits.
    ended = run.stopping()
    proved = best_bound(view, makespan(view, best)) if ended is None else best_bound(view, 0)
    return answer_for(view, best, proved, stopped_by=ended)


def _samples(run: Run) -> int:
    """Return the option `samples`; raises `InputError` (`option-value`) for what is no count."""
    given = run.options.get("samples", SAMPLES)
    text = str(given)
    if isinstance(given, bool) or not text.isascii() or not text.isdigit() or len(text) > 7:
        message = f"the option `samples` of `sgs` is {given!r}"
        raise refuse("option-value", message, "Give a whole number from 0.", path="samples")
    return int(text)


def makespan(view: View, start: IntArray) -> int:
    """Return the end of the last activity."""
    return int((start + view.duration).max())


def schedules(view: View, run: Run, samples: int) -> Iterator[IntArray]:
    """Yield a schedule at once, then improved ones: two per rule and `samples` random ones.

    A sample adds noise to the latest finishes, or to the order of the best schedule so far.
    """
    forward, backward = network(view), mirrored(view)
    best = serial(forward, priorities(view, RULES[0]))
    yield best
    for priority, scheme in _orders(view, run, samples):
        if scheme == "near":
            spread = view.duration.mean() + 1.0
            start = serial(forward, best + priority * spread)
        else:
            start = (parallel if scheme == "parallel" else serial)(forward, priority)
        start = justify(view, forward, backward, start)
        if makespan(view, start) <= makespan(view, best):
            best = start
        yield start


def justify(view: View, forward: Network, backward: Network, start: IntArray) -> IntArray:
    """Return a schedule no longer: pushed to the end in order of ends, and back (Valls 2005)."""
    while True:
        length = makespan(view, start)
        late = serial(backward, -(start + view.duration).astype(np.float64))
        turned = makespan(view, late) - late - view.duration
        early = serial(forward, turned.astype(np.float64))
        if makespan(view, early) >= length:
            return early if makespan(view, early) == length else start
        start = early


def _orders(view: View, run: Run, samples: int) -> Iterator[tuple[FloatArray, str]]:
    for rule in RULES:
        priority = priorities(view, rule)
        yield priority, "serial"
        yield priority, "parallel"
    rng = run.rng("samples")
    latest = priorities(view, "lft")
    spread = 0.2 * (latest.max() - latest.min() + 1.0)
    for number in range(samples):
        if number % 3:
            yield rng.normal(0.0, 1.0, view.activities), "near"
        else:
            noise = rng.uniform(0.0, spread, view.activities)
            yield latest + noise, "serial" if number % 2 else "parallel"
