"""Quickly to a good plan and a good bound: flow deviation under exponential prices.

The price of an arc grows exponentially with how busy it is. A group of sources at a time shifts
part of its traffic to its shortest paths by these prices (Fratta, Gerla, Kleinrock 1973; prices as
of Garg and Koenemann 2007). The prices are lengths of a metric bound, too.
"""

import math
from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.plan import AggregatedArcsPlan
from planner.solvers.flow_splitting.graphs.demand import Demand
from planner.solvers.flow_splitting.graphs.trees import Trees, shortest_trees

GROUPS = 16
"""Groups of sources that shift one after another."""
SWEEPS = 30
"""Most times that every group shifts its traffic."""
STALL = 0.95
"""Ends when five sweeps leave more of the gap than this share of it per sweep."""
_HALVINGS = 12
_IDLE = 1e-6
"""Least price of an arc, as a share of the highest: keeps detours off idle arcs."""
_MILD = 8.0
"""Sharpness of the prices when whole trees are chosen; with more they would swing."""
_DETOUR = 1e-3
"""Price of an idle arc then, as a share of the highest."""
_SHARPEST = 5000.0


class Deviation:
    """Traffic that flows where it is cheap by exponential prices."""

    def __init__(self, demand: Demand, trees: Trees, bound: float, length: FloatArray) -> None:
        """Start from a tree per source and a known bound with its lengths."""
        self._demand, self.bound, self.length = demand, bound, length
        self._flow = trees.flow(demand.amount)
        self.value = float((self._flow.sum(axis=0) / demand.network.rate).max())
        self._groups = source_groups(demand)

    def sweeps(self) -> Iterator[None]:
        """Shift the traffic of all groups, time and again, until that stops to pay."""
        gaps: list[float] = []
        for _ in range(SWEEPS):
            gap = self.value / self.bound - 1
            gaps.append(gap)
            if gap <= 1e-9 or (len(gaps) > 5 and gap > gaps[-6] * STALL**5):
                return
            arcs = len(self._demand.network.rate)
            sharp = min(max(math.log(arcs) / gap, 5.0), _SHARPEST)
            for group in self._groups:
                self._shift(group, sharp)
                yield
            self._prove(sharp)

    def plan(self) -> AggregatedArcsPlan:
        """Return the traffic of each source on each arc."""
        row, arc = np.nonzero(self._flow)
        return AggregatedArcsPlan(
            source=self._demand.sources[row], arc=arc, size=self._flow[row, arc]
        )

    def _prices(self, load: FloatArray, sharp: float) -> FloatArray:
        busy = load / self._demand.network.rate
        price: FloatArray = np.exp(sharp * (busy / busy.max() - 1))
        return np.maximum(price, _IDLE) / self._demand.network.rate

    def _shift(self, group: IntArray, sharp: float) -> None:
        """Move the best share of the traffic of some sources to their shortest paths."""
        demand, rate = self._demand, self._demand.network.rate
        load = self._flow.sum(axis=0)
        lengths = self._prices(load, sharp)
        _, trees = shortest_trees(demand.network, demand.sources[group], lengths)
        wanted = trees.flow(demand.amount[group])
        change = (wanted - self._flow[group]).sum(axis=0) / rate
        share = _best_share(load / rate, change, sharp)
        self._flow[group] += share * (wanted - self._flow[group])
        self.value = float((load / rate + share * change).max())

    def _prove(self, sharp: float) -> None:
        """Take the prices as lengths of a metric bound."""
        load = self._flow.sum(axis=0)
        length = self._prices(load, sharp)
        distance, _ = shortest_trees(self._demand.network, self._demand.sources, length)
        bound = self._demand.bound(distance, length)
        if bound > self.bound:
            self.bound, self.length = bound, length


def _best_share(busy: FloatArray, change: FloatArray, sharp: float) -> float:
    """Return where in [0, 1] the sum of the exponential prices is least, by halving."""
    low, high, scale = 0.0, 1.0, float(busy.max())
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        at = busy + middle * change
        slope = float((np.exp(sharp * (at - at.max()) / scale) * change).sum())
        low, high = (middle, high) if slope < 0 else (low, middle)
    return low


def responding_trees(demand: Demand, trees: Trees) -> Trees:
    """Return trees that avoid what the others use: each group of sources chooses once.

    Equally short paths, of which grids have many, are then used evenly.
    """
    network, rate = demand.network, demand.network.rate
    into, flow = trees.into.copy(), trees.flow(demand.amount)
    for group in source_groups(demand):
        busy = flow.sum(axis=0) / rate
        price = np.exp(_MILD * (busy / busy.max() - 1)) + _DETOUR
        _, chosen = shortest_trees(network, demand.sources[group], price / rate)
        into[group], flow[group] = chosen.into, chosen.flow(demand.amount[group])
    return Trees(network, into)


def source_groups(demand: Demand) -> list[IntArray]:
    """Return the rows of the sources in groups that choose their paths together.

    Neighbours take the same ways; groups of sources far apart settle faster.
    """
    rows = len(demand.sources)
    count = min(GROUPS, rows)
    return [np.arange(first, rows, count) for first in range(count)]
