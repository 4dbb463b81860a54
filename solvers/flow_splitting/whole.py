"""How fast whole flows of one size can be on an even fabric, and the colours that reach it."""

import functools
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.traffic import AllPairs, Traffic
from planner.solvers.flow_splitting.edges.equitable import Multigraph
from planner.solvers.flow_splitting.evenness import Even, find_even
from planner.solvers.flow_splitting.pairing import Pairs

FITS = 1 + 1e-12
"""A flow that exceeds a link by this relative length still fits: it is rounding."""


@dataclass(frozen=True, eq=False)
class EqualFlows:
    """Flows of one size between pairs of leaves, on spines that are alike for all of them."""

    size: float
    pairs: Pairs
    even: Even

    @property
    def graph(self) -> Multigraph:
        """The flows as edges between sending and receiving leaves."""
        return Multigraph(self.pairs.source, self.pairs.target, self.pairs.count)

    @functools.cached_property
    def degree(self) -> int:
        """The most flows that one leaf sends or receives."""
        return self.graph.degree()

    def least_time(self) -> float:
        """Return the least time in which every leaf can send and receive its flows whole.

        With S equally fast slots it is the largest ceil(d / S) w / c of any leaf, d being the flows
        it sends or receives. With slots of different speeds it is the least T with
        sum of floor(T c_k / w) >= d.
        """
        even, pairs = self.even, self.pairs
        if not even.has_one_speed:
            return self._counted_time()
        degrees = pairs.degrees(len(even.up_scale))
        return max(
            float((-(-degree // len(even.slot)) / scale).max()) * self.size / float(even.rate[0])
            for degree, scale in zip(degrees, (even.up_scale, even.down_scale), strict=True)
        )

    def _counted_time(self) -> float:
        time = self.degree * self.size / float(self.even.rate.sum())
        while (fit := self.whole_room(time)).sum() < self.degree:
            time = float(((fit + 1) * self.size / self.even.rate).min())
        return time

    def room(self, time: float) -> FloatArray:
        """Return how many flows each slot takes in `time` at any leaf, fractions included."""
        return time * self.even.rate / self.size

    def whole_room(self, time: float) -> IntArray:
        """Return how many whole flows each slot takes in `time` at any leaf."""
        return np.floor(self.room(time) * FITS).astype(np.int64)

    def colour_slots(self) -> IntArray:
        """Return the position of the slot that each colour of an edge colouring stands for.

        Equally fast slots are one colour each and take equal shares. Otherwise a slot that takes b
        flows stands for b colours, each of which takes one flow per leaf.
        """
        slots = np.arange(len(self.even.slot))
        if self.even.has_one_speed:
            return slots
        return np.repeat(slots, self.whole_room(self.least_time()))


def equal_flows(fabric: Fabric, traffic: Traffic, pairs: Pairs) -> EqualFlows | str:
    """Return the flows of a step that leave their leaf, or why they are not of this kind.

    At least one flow leaves its leaf.
    """
    size = traffic.size if isinstance(traffic, AllPairs) else traffic.equal_size
    if size is None:
        return "the flows differ in size"
    sends, receives = (degree > 0 for degree in pairs.degrees(fabric.leaves))
    even = find_even(fabric, sends, receives)
    if even is None:
        return "the spines are not alike for all leaves, as after the failure of single links"
    if not (even.has_one_speed or even.has_equal_leaves):
        return "both the leaves and the spines differ in speed"
    return EqualFlows(size=size, pairs=pairs, even=even)
