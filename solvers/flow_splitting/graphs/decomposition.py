"""From traffic on arcs to paths (flow decomposition, Ford and Fulkerson 1962)."""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.flow_splitting.fabric import ArcNetwork

_DUST = 1e-12


@dataclass(frozen=True, slots=True)
class PathFlow:
    """An amount on a path."""

    arcs: tuple[int, ...]
    size: float


class Decomposer:
    """Takes the traffic of one source apart, path by path."""

    def __init__(self, network: ArcNetwork, source: int, amount: FloatArray) -> None:
        """Start from `amount`, by arc."""
        self._source = source
        self._left = amount.tolist()
        self._dust = float(amount.max(initial=0.0)) * _DUST
        self._tail = network.tail.tolist()
        used = np.flatnonzero(amount > self._dust)
        self._entering: dict[int, list[int]] = {}
        for arc, head in zip(used.tolist(), network.head[used].tolist(), strict=True):
            self._entering.setdefault(head, []).append(arc)

    def take(self, target: int, size: float) -> list[PathFlow]:
        """Return paths that carry `size` to a target, as far as there is traffic for them.

        Each path is followed backwards along the arcs with the most traffic left; every one of
        them uses up an arc or ends the demand.
        """
        found = []
        while size > self._dust:
            arcs = self._follow(target)
            if arcs is None:
                break
            width = min(size, min(self._left[arc] for arc in arcs))
            self._use(arcs, width)
            size -= width
            found.append(PathFlow(tuple(reversed(arcs)), width))
        return found

    def _follow(self, target: int) -> list[int] | None:
        """Return the arcs of a path, last one first, or `None` if the traffic gives out."""
        arcs: list[int] = []
        nodes = [target]
        while nodes[-1] != self._source:
            best = max(self._entering.get(nodes[-1], ()), key=self._left.__getitem__, default=None)
            if best is None or self._left[best] <= self._dust:
                return None
            arcs.append(best)
            node = self._tail[best]
            if node in nodes:
                # Traffic in a circle serves nobody: take it out and go on from there.
                start = nodes.index(node)
                circle = arcs[start:]
                self._use(circle, min(self._left[arc] for arc in circle))
                del arcs[start:], nodes[start + 1 :]
            else:
                nodes.append(node)
        return arcs

    def _use(self, arcs: list[int], width: float) -> None:
        for arc in arcs:
            self._left[arc] -= width
