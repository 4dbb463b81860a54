"""Every way to place one flow of a small step, as the loads it puts on the links."""

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.proofs.simple_paths import SearchEndedError, SimplePaths
from planner.models.flow_splitting.traffic import AllPairs, Step
from planner.models.flow_splitting.view import View

MOST_FLOWS = 200
MOST_PATHS = 64
MOST_CHOICES = 4_096
MOST_FIGURES = 8_000_000
"""Figures in the choices of all flows together; they are held at once."""


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
    left = MOST_FIGURES
    for flow in crossing:
        pair = int(flows.source[flow]), int(flows.target[flow])
        if pair not in known:
            known[pair] = _choices(links, links.paths(*pair), left, equal_parts=equal_parts)
        shares = known[pair]
        if shares is None or shares.size > left:
            return None
        left -= shares.size
        choices.append(shares * flows.size[flow])
    return Options(rate=links.rate, flows=tuple(choices))


class _Links:
    """The links of either kind of network, numbered as `Options` says."""

    def __init__(self, view: View) -> None:
        self._find: Callable[[int, int], Iterator[tuple[int, ...]]]
        if view.fabric is not None:
            sides = np.stack([view.fabric.up, view.fabric.down]).transpose(2, 0, 1, 3)
            rate = sides.ravel()
            self._find = functools.partial(_fabric_paths, view.fabric)
        elif view.network is not None:
            rate = view.network.rate
            self._find = SimplePaths(view.network).between
        self.rate = np.where(rate > 0, rate, 1.0)

    def paths(self, source: int, target: int) -> list[tuple[int, ...]]:
        """Return the links of each path; none where there are too many to list."""
        try:
            found = list(itertools.islice(self._find(source, target), MOST_PATHS + 1))
        except SearchEndedError:
            return []
        return found if len(found) <= MOST_PATHS else []


def _choices(
    links: _Links, paths: Sequence[tuple[int, ...]], most: int, *, equal_parts: bool
) -> FloatArray | None:
    """Return share[choice, link] of a flow of size 1, or `None` above `most` figures."""
    number = 2 ** len(paths) - 1 if equal_parts else len(paths)
    if not paths or number > MOST_CHOICES or number * len(links.rate) > most:
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
