"""Faults of operations that take longer than any period, so that no protocol could use them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.models.base.errors import Issue
from planner.models.entanglement_scheduling.compile_network import settings_of
from planner.models.entanglement_scheduling.network import whole_slots
from planner.models.entanglement_scheduling.topology import Graph
from planner.models.entanglement_scheduling.workload import LONGEST

if TYPE_CHECKING:
    from planner.models.entanglement_scheduling.instance import EntanglementScheduling


def find_slow_operations(instance: "EntanglementScheduling") -> Iterator[Issue]:
    """Yield swaps, distillations and generations of more slots than the longest period has."""
    hardware = instance.hardware
    for key in ("swap", "distillation"):
        slots = whole_slots(getattr(hardware, key), hardware.slot)
        if slots > LONGEST:
            yield Issue(
                code="operation-too-long",
                loc=("hardware", key),
                message=f"this takes {slots:.3g} slots, the longest period has {LONGEST}",
                fix="Shorten it, or lengthen `hardware.slot`.",
            )
    yield from _slow_links(instance, instance.topology.graph())


def _slow_links(instance: "EntanglementScheduling", graph: Graph) -> Iterator[Issue]:
    hardware, seen = instance.hardware, set[tuple[object, ...]]()
    for place, link in enumerate(graph.links):
        length = graph.length if link.length is None else link.length
        written = link.capabilities or hardware.capabilities
        # Links that are alike in this have one fault, at the first of them.
        known = (written,) if written else (None, length)
        if known in seen:
            continue
        seen.add(known)
        settings = settings_of(link.capabilities, length, hardware)
        slow = [number for number, each in enumerate(settings) if each.slots > LONGEST]
        owner = ("topology", "links", place) if link.capabilities else ("hardware",)
        for number in slow:
            yield Issue(
                code="generation-too-long",
                loc=(*owner, "capabilities", number),
                message=f"a pair takes {settings[number].slots:.3g} slots, the longest period "
                f"has {LONGEST}",
                fix="Leave it out, give a higher rate, or lengthen `hardware.slot`.",
            )
        if not settings:
            yield Issue(
                code="generation-too-long",
                loc=("topology", "links", place),
                message=f"over {length / 1e3:g} km every pair takes more than {LONGEST} slots",
                fix="Shorten the link, give its `capabilities`, or lengthen `hardware.slot`.",
            )
