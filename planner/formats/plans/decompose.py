"""Paths from amounts on arcs: the traffic of one source node taken apart, target by target.

Flow decomposition (Ford and Fulkerson 1962): walk back from the target along arcs with traffic
until the source is reached, take the least amount on the way, repeat. A circle that the walk runs
into is taken off.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.errors import CapabilityError
from planner.models.flow_splitting.evaluation.layout import shape_faults
from planner.models.flow_splitting.fabric import ArcNetwork
from planner.models.flow_splitting.plan import AggregatedArcsPlan, ExplicitPathsPlan
from planner.models.flow_splitting.traffic import AllPairs, Flows
from planner.models.flow_splitting.view import View

LEFT_OVER = 1e-6
"""Share of a flow that rounding may leave without a path; it is spread over the others."""
NOTHING = 1e-9
"""Amounts below this share of what a source sends are taken for rounding."""


@dataclass(frozen=True, slots=True)
class PathPart:
    """A part of a flow: its size and the arcs it takes, in order."""

    flow: int
    size: float
    arcs: tuple[int, ...]


def list_paths(view: View, plan: ExplicitPathsPlan | AggregatedArcsPlan) -> list[PathPart]:
    """Return every part of a plan on a graph, by flow.

    Raises `CapabilityError` for plans that do not send what the workload asks for.
    """
    network, flows = view.network, view.steps[0].traffic
    if network is None or isinstance(flows, AllPairs):
        raise CapabilityError("this is a plan for a graph, and the instance a leaf-spine fabric")
    arcs = plan.arcs if isinstance(plan, ExplicitPathsPlan) else plan.arc
    if list(shape_faults(plan)) or not ((arcs >= 0) & (arcs < len(network.rate))).all():
        raise CapabilityError("the plan names arcs that do not exist; evaluate it first")
    if isinstance(plan, ExplicitPathsPlan):
        return _explicit(plan, flows)
    parts: list[PathPart] = []
    for source in np.unique(flows.source):
        at = plan.source == source
        amount: FloatArray = np.zeros(len(network.rate))
        np.add.at(amount, plan.arc[at], plan.size[at])
        parts += _decompose(network, flows, int(source), amount)
    return sorted(parts, key=lambda part: (part.flow, -part.size))


def _explicit(plan: ExplicitPathsPlan, flows: Flows) -> list[PathPart]:
    if not ((plan.flow >= 0) & (plan.flow < len(flows))).all():
        raise CapabilityError("the plan names flows that do not exist; evaluate it first")
    bounds = zip(plan.path_start[:-1], plan.path_start[1:], strict=True)
    parts = [
        PathPart(int(flow), float(size), tuple(plan.arcs[first:beyond].tolist()))
        for flow, size, (first, beyond) in zip(plan.flow, plan.size, bounds, strict=True)
    ]
    return sorted(parts, key=lambda part: part.flow)


def _decompose(
    network: ArcNetwork, flows: Flows, source: int, amount: FloatArray
) -> list[PathPart]:
    """Take the traffic of one source apart; `amount` is its traffic on every arc."""
    numbers = np.flatnonzero(flows.source == source)
    least = NOTHING * float(flows.size[numbers].sum())
    into = _arcs_into(network)
    parts = []
    for flow in numbers[np.argsort(-flows.size[numbers], kind="stable")]:
        wanted, target = float(flows.size[flow]), int(flows.target[flow])
        found: list[tuple[float, tuple[int, ...]]] = []
        left = wanted
        while left > least:
            path = _walk_back(network, into, amount, source, target, least)
            if path is None:
                break
            taken = min(left, float(amount[list(path)].min()))
            amount[list(path)] -= taken
            left -= taken
            found.append((taken, path))
        if left > LEFT_OVER * wanted or not found:
            message = "the amounts on the arcs are no flow; evaluate the plan first"
            raise CapabilityError(message)
        scale = wanted / (wanted - left)
        parts += [PathPart(int(flow), size * scale, path) for size, path in _merged(found)]
    return parts


def _arcs_into(network: ArcNetwork) -> dict[int, IntArray]:
    arcs: defaultdict[int, list[int]] = defaultdict(list)
    for arc, head in enumerate(network.head.tolist()):
        arcs[head].append(arc)
    return {head: np.array(listed) for head, listed in arcs.items()}


def _walk_back(
    network: ArcNetwork,
    into: dict[int, IntArray],
    amount: FloatArray,
    source: int,
    target: int,
    least: float,
) -> tuple[int, ...] | None:
    """Return arcs with traffic from `source` to `target`, widest last arcs first, or `None`."""
    path: list[int] = []
    place_of = {target: 0}
    node = target
    while node != source:
        arcs = into.get(node)
        if arcs is None:
            return None
        arc = int(arcs[np.argmax(amount[arcs])])
        if amount[arc] <= least * NOTHING:
            return None
        path.append(arc)
        node = int(network.tail[arc])
        if node in place_of:
            circle = path[place_of[node] :]
            amount[circle] -= float(amount[circle].min())
            path, place_of, node = [], {target: 0}, target
        else:
            place_of[node] = len(path)
    return tuple(reversed(path))


def _merged(
    found: list[tuple[float, tuple[int, ...]]],
) -> list[tuple[float, tuple[int, ...]]]:
    sums: defaultdict[tuple[int, ...], float] = defaultdict(float)
    for size, path in found:
        sums[path] += size
    return [(size, path) for path, size in sums.items()]
