"""Every way to place one flow of a small step, as the loads it puts on the links."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import ArcNetwork, Fabric
from planner.models.flow_splitting.traffic import AllPairs, Step
from planner.models.flow_splitting.view import View

MOST_FLOWS = 200
MOST_PATHS = 64
MOST_CHOICES = 4_096


@dataclass(frozen=True, eq=False, slots=True)
class Options:
    """Choices of each flow that uses links, the largest flow first."""

    rate: FloatArray
    """Rate[link], 1 for links that are down and never used.

    The links of a fabric are numbered by spine, side (up, down), leaf and lane.
    """
    flows: tuple[FloatArray, ...]
    """Load[choice, link] of each flow."""


def options_of(view: View, step: Step, *, equal_parts: bool) -> Options | None:
    """Return the choices of every flow, or `None` where there are too many or a flow has none.

    `equal_parts` allows to cut a flow into equal parts on any set of its paths.
    """
    if len(step.traffic) > MOST_FLOWS:
        return None
    flows = step.traffic.list_flows() if isinstance(step.traffic, AllPairs) else step.traffic
    crossing = flows.crosses[np.argsort(-flows.size[flows.crosses], kind="stable")]
    links = _Links(view)
    known: dict[tuple[int, int], FloatArray | None] = {}
    choices: list[FloatArray] = []
    for flow in crossing:
        pair = int(flows.source[flow]), int(flows.target[flow])
        if pair not in known:
            known[pair] = _choices(links, links.paths(*pair), equal_parts=equal_parts)
        shares = known[pair]
        if shares is None:
            return None
        choices.append(shares * flows.size[flow])
    return Options(rate=links.rate, flows=tuple(choices))


class _Links:
    """The links of either kind of network, numbered as `Options` says."""

    def __init__(self, view: View) -> None:
        self.fabric, self.network = view.fabric, view.network
        if view.fabric is not None:
            sides = np.stack([view.fabric.up, view.fabric.down]).transpose(2, 0, 1, 3)
            rate = sides.ravel()
        elif view.network is not None:
            rate = view.network.rate
        self.rate = np.where(rate > 0, rate, 1.0)

    def paths(self, source: int, target: int) -> list[tuple[int, ...]]:
        """Return the links of each path, at most one path more than `MOST_PATHS`."""
        if self.fabric is not None:
            found = _fabric_paths(self.fabric, source, target)
        elif self.network is not None:
            found = _simple_paths(self.network, source, target)
        return list(itertools.islice(found, MOST_PATHS + 1))


def _choices(
    links: _Links, paths: Sequence[tuple[int, ...]], *, equal_parts: bool
) -> FloatArray | None:
    """Return share[choice, link] of a flow of size 1."""
    number = 2 ** len(paths) - 1 if equal_parts else len(paths)
    if not paths or len(paths) > MOST_PATHS or number > MOST_CHOICES:
        return None
    single = np.zeros((len(paths), len(links.rate)))
    for row, path in enumerate(paths):
        single[row, list(path)] = 1.0
    if not equal_parts:
        return single
    chosen = (np.arange(1, number + 1)[:, None] >> np.arange(len(paths))) & 1
    shares: FloatArray = chosen @ single / chosen.sum(axis=1, keepdims=True)
    return shares


def _fabric_paths(fabric: Fabric, source: int, target: int) -> Iterator[tuple[int, ...]]:
    per_side = fabric.leaves * fabric.lanes
    for spine in range(fabric.spines):
        first = 2 * spine * per_side
        for up in np.flatnonzero(fabric.up[source, spine]):
            for down in np.flatnonzero(fabric.down[target, spine]):
                yield (
                    first + source * fabric.lanes + int(up),
                    first + per_side + target * fabric.lanes + int(down),
                )


def _simple_paths(network: ArcNetwork, source: int, target: int) -> Iterator[tuple[int, ...]]:
    """Yield the arcs of every path that visits no node twice."""
    stack: list[tuple[int, tuple[int, ...], frozenset[int]]] = [(source, (), frozenset([source]))]
    while stack:
        node, path, visited = stack.pop()
        if node == target:
            yield path
            continue
        leaving: IntArray = np.flatnonzero(network.tail == node)
        for arc in leaving:
            head = int(network.head[arc])
            if head not in visited:
                stack.append((head, (*path, int(arc)), visited | {head}))
