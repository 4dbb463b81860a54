"""From admitted tasks and what their repetitions do to the answer of a method."""

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.models.entanglement_scheduling.plan import PreemptedPlan, Protocol, SchedulePlan
from planner.models.entanglement_scheduling.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.entanglement_scheduling.baselines.admission import Admitted
from planner.solvers.entanglement_scheduling.baselines.periodic import Periodic
from planner.solvers.entanglement_scheduling.baselines.pieces import Course
from planner.solvers.entanglement_scheduling.baselines.proofs import proof_of, widened

T = TypeVar("T")


def scheduled(instance: EntanglementScheduling, admitted: Admitted[int], run: Run) -> Answer:
    """Return the answer whose repetitions start at the slots found.

    Where mandatory demands cannot all be admitted by anyone it is the proof of that, without plan.
    """
    view, proof, rows = instance.view, proof_of(instance, run), _rows(admitted)
    if proof.infeasible:
        return Answer(infeasible=True, certificate=proof.certificate)
    tasks = [task for task, _, _ in rows]
    starts = [_tiled(view, found, hyperperiod) for _, found, hyperperiod in rows]
    protocol, protocols = _protocols(tasks)
    plan = SchedulePlan(
        demand=np.array([task.place for task in tasks], dtype=np.int64),
        start=np.concatenate([np.zeros(0, np.int64), *starts]),
        protocol=None if view.is_rigid else protocol,
        protocols=protocols,
    )
    is_offered = all(task.offer is None or _offers(view, task) for task in tasks)
    return Answer(
        plan=plan,
        objective=_objective(instance, tasks, [task.length for task in tasks]),
        certificate=proof.certificate if is_offered else widened(view, proof.certificate),
        stopped_by=admitted.stopped_by,
        deterministic=admitted.stopped_by is None,
    )


def preempted(instance: EntanglementScheduling, admitted: Admitted[Course], run: Run) -> Answer:
    """Return the answer whose repetitions run in the pieces found."""
    view, proof, rows = instance.view, proof_of(instance, run), _rows(admitted)
    tasks = [task for task, _, _ in rows]
    columns = [
        _piece_columns(view, row, courses, hyperperiod)
        for row, (_, courses, hyperperiod) in enumerate(rows)
    ]
    row, repetition, begin, end, start = np.concatenate([np.zeros((5, 0), np.int64), *columns], 1)
    protocol, protocols = _protocols(tasks)
    plan = PreemptedPlan(
        demand=np.array([task.place for task in tasks], dtype=np.int64),
        row=row,
        repetition=repetition,
        begin=begin,
        end=end,
        start=start,
        protocol=None if view.is_rigid else protocol,
        protocols=protocols,
    )
    spans = [max(_span(course) for course in courses) for _, courses, _ in rows]
    # With pauses, mandatory demands that exclude each other otherwise may both be served.
    certificate = None if proof.infeasible else widened(view, proof.certificate)
    return Answer(
        plan=plan,
        objective=_objective(instance, tasks, spans),
        certificate=certificate,
        stopped_by=admitted.stopped_by,
        deterministic=admitted.stopped_by is None,
    )


def _rows(admitted: Admitted[T]) -> list[tuple[Periodic, Sequence[T], int]]:
    """Return each task with its repetitions and the hyperperiod of its component, by arrival."""
    found = [
        (task, each.found[task.place], each.hyperperiod)
        for each in admitted.components
        for task in each.tasks
    ]
    return sorted(found, key=lambda row: row[0].place)


def _protocols(tasks: list[Periodic]) -> tuple[IntArray, tuple[Protocol, ...]]:
    """Return the protocol of each row, and the distinct ones."""
    place: dict[Protocol, int] = {}
    chosen = [task.offer.protocol for task in tasks if task.offer is not None]
    column = [place.setdefault(each, len(place)) for each in chosen]
    return np.array(column, dtype=np.int64), tuple(place)


def _offers(view: View, task: Periodic) -> bool:
    """Return whether the instance itself offers the task's protocol to the demand."""
    used = None if task.offer is None else task.offer.protocol
    return any(offer.protocol == used for offer in view.offers[task.place])


def _tiled(view: View, start: Sequence[int], hyperperiod: int) -> IntArray:
    """Repeat the starts of a component's hyperperiod over that of the instance."""
    turns = np.arange(view.hyperperiod // hyperperiod) * hyperperiod
    found: IntArray = (turns[:, None] + np.array(start, np.int64)[None]).ravel()
    return found


def _piece_columns(view: View, row: int, courses: Sequence[Course], hyperperiod: int) -> IntArray:
    """Return (row, repetition, begin, end, start) of the pieces of one task, (5, pieces)."""
    pieces = [(row, k, *piece) for k, course in enumerate(courses) for piece in course]
    once = np.array(pieces, dtype=np.int64).T
    step = np.array([0, len(courses), 0, 0, hyperperiod])[:, None]
    turns = range(view.hyperperiod // hyperperiod)
    return np.concatenate([once + turn * step for turn in turns], axis=1)


def _span(course: Course) -> int:
    """Return the slots from the first to the last of a repetition."""
    begin, end, start = course[-1]
    return start + end - begin - course[0][2]


def _objective(
    instance: EntanglementScheduling, tasks: list[Periodic], spans: list[int]
) -> float | None:
    """Return what tasks are worth whose longest repetitions take that many slots.

    The goodput of protocols that pause is left to the evaluator: it depends on how long pairs wait.
    """
    wants = [instance.view.demands[task.place] for task in tasks]
    if instance.objective == "latency":
        return float(sum(spans))
    if instance.objective == "demands":
        return float(len(tasks))
    if instance.objective == "weight":
        return math.fsum(want.weight for want in wants)
    if instance.objective == "throughput":
        return math.fsum(want.rate for want in wants)
    pauses = any(span > task.length for task, span in zip(tasks, spans, strict=True))
    offers = [task.offer for task in tasks if task.offer is not None]
    if pauses or instance.view.is_rigid:
        return None
    pairs = zip(wants, offers, strict=True)
    return math.fsum(want.rate * offer.quality.success for want, offer in pairs)
