"""Protocols that pause: the pieces of each repetition, and what is held across the pauses."""

from collections.abc import Sequence

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.base.evaluation import Violation
from planner.models.entanglement_scheduling.evaluation.timetable import Held, Rows, rigid_rows
from planner.models.entanglement_scheduling.plan import Operation, PreemptedPlan, Protocol
from planner.models.entanglement_scheduling.shape import Shape
from planner.models.entanglement_scheduling.view import View


def paused_rows(view: View, plan: PreemptedPlan, shapes: Sequence[Shape]) -> Rows | Violation:
    """Return the rows of a plan with pauses, or what is wrong with its pieces.

    A segment [b, e) of a shape is held from where slot b runs to the end of where slot e - 1 runs,
    pauses between them included.
    """
    fault = _column_fault(plan)
    if fault is not None:
        return fault
    length = np.array([shape.length for shape in shapes], dtype=np.int64)
    count = view.hyperperiod // view.period[plan.demand]
    first = np.cumsum(count) - count
    if not ((plan.row >= 0) & (plan.row < len(count))).all():
        return _shape_fault("row", "a piece belongs to no row")
    if not ((plan.repetition >= 0) & (plan.repetition < count[plan.row])).all():
        return _shape_fault("repetition", "a piece belongs to no repetition")
    job = first[plan.row] + plan.repetition
    order = np.lexsort((plan.start, job))
    pieces = _Pieces(job[order], plan.begin[order], plan.end[order], plan.start[order])
    fault = _piece_fault(view, plan, pieces, np.repeat(length, count))
    if fault is not None:
        return fault
    opening = np.searchsorted(pieces.job, np.arange(int(count.sum())))
    rigid = rigid_rows(view, plan.demand, shapes, pieces.start[opening])
    return Rows(
        demand=rigid.demand,
        shapes=rigid.shapes,
        period=rigid.period,
        count=count,
        start=rigid.start,
        end=pieces.time(np.arange(int(count.sum())), np.repeat(length, count) - 1) + 1,
        held=_stretched(rigid, pieces, first),
    )


def stretched(protocol: Protocol, begin: IntArray, start: IntArray) -> Protocol:
    """Return a protocol with its pauses written into it, from slot 0 on.

    Parameters
    ----------
    begin, start
        (pieces,): first slot of each piece within the protocol, and the slot it runs in; in order.

    """
    where = np.zeros(len(begin), dtype=np.int64)
    pieces = _Pieces(where, begin, begin, start - start[0])

    def moved(operation: Operation) -> Operation:
        slots = np.array([operation.start, operation.start + operation.duration - 1])
        first, last = pieces.time(np.zeros(2, dtype=np.int64), slots).tolist()
        return operation.model_copy(update={"start": first, "duration": last + 1 - first})

    return Protocol(operations=tuple(moved(each) for each in protocol.operations))


class _Pieces:
    """The pieces of all repetitions, sorted by repetition (numbered through) and start."""

    def __init__(self, job: IntArray, begin: IntArray, end: IntArray, start: IntArray) -> None:
        self.job, self.begin, self.end, self.start = job, begin, end, start

    def time(self, job: IntArray, slot: IntArray) -> IntArray:
        """Return when slots of the protocols of repetitions run."""
        width = 1 + max(int(self.begin.max(initial=0)), int(slot.max(initial=0)))
        place = np.searchsorted(self.job * width + self.begin, job * width + slot, side="right") - 1
        found: IntArray = self.start[place] + slot - self.begin[place]
        return found


def _stretched(rigid: Rows, pieces: _Pieces, first: IntArray) -> Held:
    held = rigid.held
    job = first[held.row] + held.repetition
    offset = rigid.start[job]
    begin = pieces.time(job, held.begin - offset)
    end = pieces.time(job, held.end - offset - 1) + 1
    return Held(held.pool, begin, end, held.row, held.repetition, held.segment)


def _column_fault(plan: PreemptedPlan) -> Violation | None:
    columns = {name: len(getattr(plan, name)) for name in ("row", "repetition", "begin", "end")}
    for name, entries in columns.items():
        if entries != len(plan.start):
            return _shape_fault(name, f"{entries} entries for {len(plan.start)} pieces")
    return None


def _piece_fault(
    view: View, plan: PreemptedPlan, pieces: _Pieces, length: IntArray
) -> Violation | None:
    """Return the first repetition whose pieces are not its protocol once, in order, if any."""
    new = np.append(True, pieces.job[1:] != pieces.job[:-1])[: len(pieces.job)]
    last = np.append(new[1:], True)[: len(pieces.job)]
    before = np.where(new, 0, np.append(0, pieces.end[:-1])[: len(pieces.job)])
    broken = (pieces.begin != before) | (pieces.end <= pieces.begin)
    broken |= last & (pieces.end != length[pieces.job])
    covered = np.zeros(len(length), dtype=bool)
    covered[pieces.job] = True
    missing = np.unique(np.append(np.flatnonzero(~covered), pieces.job[broken]))
    if len(missing):
        where = f"{_name(view, plan, int(missing[0]))}: not every slot runs once, in order"
        return Violation(code="pieces-missing", constraint="plan.begin", where=where)
    stop = pieces.start + pieces.end - pieces.begin
    clash = np.flatnonzero(~new[1:] & (pieces.start[1:] < stop[:-1]))
    if len(clash):
        where = f"{_name(view, plan, int(pieces.job[clash[0]]))}: two pieces run at once"
        return Violation(code="pieces-overlapping", constraint="plan.start", where=where)
    return None


def _name(view: View, plan: PreemptedPlan, job: int) -> str:
    count = view.hyperperiod // view.period[plan.demand]
    row = int(np.searchsorted(np.cumsum(count), job, side="right"))
    name = view.demands[int(plan.demand[row])].name
    return f"{name}, repetition {job - int(count[:row].sum())}"


def _shape_fault(column: str, where: str) -> Violation:
    return Violation(code="plan-shape", constraint=f"plan.{column}", where=where)
