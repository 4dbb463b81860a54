"""Faults of tasks of rigid shape: rates beyond periods, qubits and intervals that are none."""

import itertools
from collections.abc import Iterator
from fractions import Fraction

from planner.models.base.errors import Issue
from planner.models.entanglement_scheduling.topology import Graph
from planner.models.entanglement_scheduling.workload import Task

RATE_SLACK = 1e-9
"""What a rate may be above one pair per period, for figures that were rounded."""
Loc = tuple[str | int, ...]


def _rate_faults(task: Task, loc: Loc, slot: float) -> Iterator[Issue]:
    """Yield a rate above one pair per period, which no run of the task could deliver."""
    if task.rate is None:
        return
    most = 1 / (task.period * Fraction(repr(slot)))
    if Fraction(task.rate) > most * (1 + Fraction(RATE_SLACK)):
        yield Issue(
            code="task-rate",
            loc=(*loc, "rate"),
            message=f"{task.rate:g} pairs per second are more than one per period of "
            f"{task.period} slots, {float(most):g} Hz",
            fix="Leave the rate out, lower it, or shorten the period.",
        )


def qubits_of(graph: Graph) -> set[str]:
    """Return the names that tasks may give the qubits of a network."""
    found = set[str]()
    for node in graph.nodes:
        for key, kind in (("communication_qubits", "C"), ("storage_qubits", "S")):
            own = getattr(node, key)
            count = getattr(graph, key) if own is None else own
            found |= {f"{node.name}-{kind}{place}" for place in range(count)}
    return found


def find_task_faults(task: Task, loc: Loc, qubits: set[str], slot: float) -> Iterator[Issue]:
    """Yield the faults of one task; `loc` is its place, `slot` the seconds of a slot."""
    yield from _rate_faults(task, loc, slot)
    for name, spans in task.busy.items():
        at: Loc = (*loc, "busy", name)
        if name not in qubits:
            yield Issue(
                code="unknown-qubit",
                loc=at,
                message=f"there is no qubit `{name}`",
                fix="Write <node>-C<i> or <node>-S<i>, i from 0; `topology` says how many.",
            )
        yield from _span_faults(task, at, spans)


def _span_faults(task: Task, at: Loc, spans: tuple[tuple[int, int], ...]) -> Iterator[Issue]:
    for place, (begin, end) in enumerate(spans):
        if not 0 <= begin < end <= task.length:
            yield Issue(
                code="busy-outside",
                loc=(*at, place),
                message=f"[{begin}, {end}) is no part of the slots 0 to {task.length - 1}",
                fix=f"Give begin and end with 0 <= begin < end <= {task.length}.",
            )
    ordered = sorted(spans)
    for (_, end), (begin, _) in itertools.pairwise(ordered):
        if begin < end:
            yield Issue(
                code="busy-overlap",
                loc=at,
                message=f"two intervals hold the qubit in slot {begin}",
                fix="Join them, or use another qubit.",
            )
