"""Faults of an instance that concern more than one entity."""

import itertools
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError

from planner.models.base.errors import Issue
from planner.models.entanglement_scheduling.proofs.cycles import find_cycle_faults
from planner.models.entanglement_scheduling.topology import Graph, unknown_node
from planner.models.entanglement_scheduling.workload import (
    LONGEST,
    Demand,
    Demands,
    Random,
    Task,
    Tasks,
)

if TYPE_CHECKING:
    from planner.models.entanglement_scheduling.instance import EntanglementScheduling

Loc = tuple[str | int, ...]


def find_faults(instance: "EntanglementScheduling") -> Iterator[Issue]:
    """Yield every fault; those of periods only where nothing else is wrong."""
    found = [*instance.topology.cross_check(), *_between(instance)]
    yield from found
    if not found:
        yield from find_cycle_faults(instance)


def _between(instance: "EntanglementScheduling") -> Iterator[Issue]:
    graph, workload = instance.topology.graph(), instance.workload
    if isinstance(workload, Random):
        yield from _random_faults(instance, graph)
        return
    kind, entries = _entries(workload)
    yield from _name_faults(entries, kind)
    ends = {node.name: node.end_node for node in graph.nodes}
    for place, entry in enumerate(entries):
        loc: Loc = ("workload", f"{kind}s", place)
        yield from _end_faults(entry, loc, ends)
        if isinstance(entry, Task):
            yield from _task_faults(entry, loc, _qubits(graph))
        else:
            yield from _rate_faults(entry, loc, instance.hardware.slot)
    if isinstance(workload, Tasks) and instance.objective == "goodput":
        yield Issue(
            code="goodput-of-tasks",
            loc=("objective",),
            message="tasks of given shape do not say how likely their pairs are",
            fix="Take `throughput`, `demands` or `weight`, or give `workload.demands`.",
        )


def _entries(workload: Demands | Tasks) -> tuple[str, tuple[Demand | Task, ...]]:
    if isinstance(workload, Tasks):
        return "task", workload.tasks
    return "demand", workload.demands


def _random_faults(instance: "EntanglementScheduling", graph: Graph) -> Iterator[Issue]:
    ends = sum(node.end_node for node in graph.nodes)
    if ends < 2:
        yield Issue(
            code="end-nodes-few",
            loc=("topology",),
            message=f"{ends} end nodes are too few for demands between two",
            fix="Make two nodes `end_node: true`.",
        )
        return
    try:
        _ = instance.view
    except PydanticCustomError as error:
        told = dict(error.context or {})
        yield Issue(code=error.type, loc=("workload",), message=str(told.get("message", error)),
                    fix=str(told.get("fix", "Change the workload.")))  # fmt: skip


def _name_faults(entries: tuple[Demand | Task, ...], kind: str) -> Iterator[Issue]:
    names = [entry.name or f"{kind}{place}" for place, entry in enumerate(entries)]
    counts = Counter(names)
    for place, (name, entry) in enumerate(zip(names, entries, strict=True)):
        if counts[name] > 1 and entry.name is not None:
            yield Issue(
                code="name-repeated",
                loc=("workload", f"{kind}s", place, "name"),
                message=f"`{name}` is the name of {counts[name]} {kind}s",
                fix=f"Give each a name of its own; `{kind}` and its place is given to the others.",
            )


def _end_faults(entry: Demand | Task, loc: Loc, ends: dict[str, bool]) -> Iterator[Issue]:
    for field, name in (("from", entry.source), ("to", entry.target)):
        if name is None:
            continue
        if name not in ends:
            yield unknown_node((*loc, field), name, list(ends))
        elif not ends[name]:
            some = ", ".join(f"`{each}`" for each in [node for node in ends if ends[node]][:8])
            yield Issue(
                code="not-end-node",
                loc=(*loc, field),
                message=f"`{name}` is a repeater, where no pairs end",
                fix=f"Take an end node ({some})." if some else "Make it `end_node: true`.",
            )
    if entry.source is not None and entry.source == entry.target:
        yield Issue(
            code="self-demand",
            loc=(*loc, "to"),
            message=f"pairs from `{entry.source}` to itself",
            fix="Name two end nodes, or remove it.",
        )


def _rate_faults(demand: Demand, loc: Loc, slot: float) -> Iterator[Issue]:
    slots = 1 / (Fraction(repr(demand.rate)) * Fraction(repr(slot)))
    if slots < 1:
        yield Issue(
            code="rate-above-slots",
            loc=(*loc, "rate"),
            message=f"{demand.rate:g} pairs per second are more than one per slot of {slot:g} s",
            fix=f"Ask for at most {1 / slot:g} Hz, split the demand, or shorten `hardware.slot`.",
        )
    elif slots > LONGEST:
        yield Issue(
            code="period-too-long",
            loc=(*loc, "rate"),
            message=f"one pair in {float(slots):.3g} slots of {slot:g} s",
            fix=f"Ask for at least {1 / (slot * LONGEST):.3g} Hz, or lengthen `hardware.slot`.",
        )


def _qubits(graph: Graph) -> set[str]:
    found = set[str]()
    for node in graph.nodes:
        for key, kind in (("communication_qubits", "C"), ("storage_qubits", "S")):
            own = getattr(node, key)
            count = getattr(graph, key) if own is None else own
            found |= {f"{node.name}-{kind}{place}" for place in range(count)}
    return found


def _task_faults(task: Task, loc: Loc, qubits: set[str]) -> Iterator[Issue]:
    if task.length > task.period:
        yield Issue(
            code="task-too-long",
            loc=(*loc, "length"),
            message=f"{task.length} slots do not fit into a period of {task.period}",
            fix="Lengthen the period or leave the task out.",
        )
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
