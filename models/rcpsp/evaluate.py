"""What a schedule is worth, from the instance and the plan alone."""

from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.base.evaluation import Evaluation, Metric, Objective, Violation
from planner.models.rcpsp.instance import Rcpsp
from planner.models.rcpsp.plan import SchedulePlan
from planner.models.rcpsp.profile import usage
from planner.models.rcpsp.view import View

LATEST = 2**40
"""Periods; no optimal plan of an instance within its limits starts later."""


def evaluate(instance: Rcpsp, plan: SchedulePlan) -> Evaluation:
    """Return the makespan (in periods), metrics and violations of a schedule.

    Violations have the codes `plan-shape`, `start-range`, `precedence-broken`, `lag-broken` and
    `resource-exceeded`.
    """
    view = instance.view
    fault = _shape_fault(view, plan)
    if fault is not None:
        return Evaluation(objectives=(_makespan(None),), metrics={}, violations=(fault,))
    violations = (*_lag_violations(view, plan.start), *_resource_violations(view, plan.start))
    makespan = int((plan.start + view.duration).max())
    return Evaluation(
        objectives=(_makespan(makespan),),
        metrics=_metrics(view, plan.start, makespan),
        violations=violations,
    )


def binding_path(view: View, start: IntArray) -> list[int]:
    """Return activities of which each keeps the next from starting earlier, up to the last end.

    An activity is kept by an arc without slack, or by another that frees what both need.
    """
    end = start + view.duration
    path = [max(range(view.activities), key=lambda each: (end[each], start[each]))]
    source, target, weight = view.arcs.T
    tight = start[target] - start[source] == weight
    while True:
        last = path[-1]
        before = set(source[tight & (target == last)].tolist())
        shares = (view.demand * view.demand[last] > 0).any(axis=1) & (view.duration > 0)
        before |= set(np.flatnonzero(shares & (end == start[last])).tolist())
        earlier = [each for each in before if (start[each], each) < (start[last], last)]
        if start[last] == 0 or not earlier:
            return path[::-1]
        path.append(max(earlier, key=lambda each: (int(start[each]), each)))


def _makespan(value: int | None) -> Objective:
    number = None if value is None else float(value)
    return Objective(name="makespan", value=number, unit="periods", sense="min")


def _shape_fault(view: View, plan: SchedulePlan) -> Violation | None:
    if len(plan.start) != view.activities:
        where = f"{len(plan.start)} starts for {view.activities} activities"
        return Violation(code="plan-shape", constraint="activities", where=where)
    outside = np.flatnonzero((plan.start < 0) | (plan.start > LATEST))
    if len(outside):
        first = int(outside[0])
        return Violation(code="start-range", constraint="activities", where=view.names[first],
                         amount=float(plan.start[first]), unit="periods")  # fmt: skip
    return None


def _lag_violations(view: View, start: IntArray) -> Iterator[Violation]:
    source, target, weight = view.arcs.T
    missing = weight - (start[target] - start[source])
    for arc in np.flatnonzero(missing > 0).tolist():
        field = view.fields[arc]
        before, after = view.names[source[arc]], view.names[target[arc]]
        yield Violation(
            code="precedence-broken" if field.startswith("activities") else "lag-broken",
            constraint=field,
            where=f"{before} to {after}",
            amount=float(missing[arc]),
            unit="periods",
        )


def _resource_violations(view: View, start: IntArray) -> Iterator[Violation]:
    times, held = usage(view, start)
    for resource, capacity in enumerate(view.capacity.tolist()):
        over = np.flatnonzero(held[:, resource] > capacity)
        if len(over):
            name, most = view.resource_names[resource], int(held[:, resource].max())
            yield Violation(
                code="resource-exceeded",
                constraint=f"resources[{resource}].capacity",
                where=f"{name} from period {int(times[over[0]])}",
                amount=float(most - capacity),
                unit="units",
            )


def _metrics(view: View, start: IntArray, makespan: int) -> dict[str, Metric]:
    work = view.energy.sum(axis=0)
    room = view.capacity * makespan
    shares = [float(w / r) if r else 0.0 for w, r in zip(work.tolist(), room.tolist(), strict=True)]
    _, held = usage(view, start)
    busiest = view.resource_names[int(np.argmax(shares))] if shares else None
    return {
        "activities": view.activities,
        "total_completion": float((start + view.duration).sum()),
        "utilisation": shares,
        "peak_usage": held.max(axis=0).tolist() if view.resources else [],
        "busiest_resource": busiest,
        "critical_path": [view.names[each] for each in binding_path(view, start)],
    }
