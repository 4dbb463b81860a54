"""How long the NICs need, and how long a step takes to start."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from planner.models.flow_splitting.traffic import AllPairs, Step, Traffic, nic_load
from planner.models.flow_splitting.view import View

if TYPE_CHECKING:
    from planner.models.flow_splitting.instance import FlowSplitting

HOPS_ACROSS = 4
"""Links between two hosts of different leaves: host, leaf, spine, leaf, host."""
HOPS_BELOW = 2
"""Links between two hosts of one leaf."""


def nic_time(view: View, step: Step) -> float | None:
    """Return T_nic of a step: how long its busiest NIC needs; `None` without NIC rates."""
    if view.fabric is None or view.fabric.nic is None:
        return None
    return nic_load(step.traffic, len(view.fabric.host_leaf)) / view.fabric.nic


def startup_time(instance: "FlowSplitting", step: Step) -> float:
    """Return alpha of a step in seconds: link latencies along a path plus software overhead."""
    fabric = instance.view.fabric
    latency = 0.0 if fabric is None else fabric.latency
    hops = HOPS_ACROSS if crosses_fabric(step.traffic) else HOPS_BELOW
    return hops * latency + instance.workload.software_overhead


def crosses_fabric(traffic: Traffic) -> bool:
    """Return whether any flow leaves its leaf."""
    if isinstance(traffic, AllPairs):
        return bool((traffic.leaf != traffic.leaf[0]).any())
    return bool(len(traffic.crosses))


def weighted_sum(steps: Sequence[Step], figures: Sequence[float | None]) -> float | None:
    """Return the sum over steps of repeats times figure; `None` as soon as one is unknown."""
    terms = [
        step.repeat * figure
        for step, figure in zip(steps, figures, strict=True)
        if figure is not None
    ]
    return math.fsum(terms) if len(terms) == len(steps) else None
