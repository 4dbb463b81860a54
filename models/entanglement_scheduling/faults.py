"""Faults of an instance that concern more than one entity."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError

from planner.models.base.errors import Issue
from planner.models.entanglement_scheduling.proofs.cycles import find_cycle_faults
from planner.models.entanglement_scheduling.slow_operations import find_slow_operations
from planner.models.entanglement_scheduling.task_faults import find_task_faults, qubits_of
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
    found = [*instance.topology.cross_check(), *find_slow_operations(instance)]
    if all(issue.code != "name-repeated" for issue in found):
        found += _between(instance, is_sound=not found)
    yield from found
    if not found:
        yield from find_cycle_faults(instance)


def _between(instance: "EntanglementScheduling", *, is_sound: bool) -> Iterator[Issue]:
    graph, workload = instance.topology.graph(), instance.workload
    if isinstance(workload, Random):
        # Demands are drawn on a network, which there is only where it is sound.
        yield from _random_faults(instance, graph) if is_sound else ()
        return
    kind, entries = _entries(workload)
    yield from _name_faults(entries, kind)
    ends = {node.name: node.end_node for node in graph.nodes}
    qubits = qubits_of(graph) if isinstance(workload, Tasks) else set[str]()
    for place, entry in enumerate(entries):
        loc: Loc = ("workload", f"{kind}s", place)
        yield from _end_faults(entry, loc, ends)
        if isinstance(entry, Task):
            yield from find_task_faults(entry, loc, qubits, instance.hardware.slot)
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
