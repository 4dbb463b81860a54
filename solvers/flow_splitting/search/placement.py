"""A placement of whole flows that is changed flow by flow, with the time of every link."""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.traffic import Flows
from planner.solvers.flow_splitting.explicit import StepParts

UP, DOWN = 0, 1
"""The two sides of the spines."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a leaf on one side, and its load over rate."""

    side: int
    leaf: int
    spine: int
    lane: int
    time: float


class Placement:
    """Where each flow runs. All lists of two hold the uplinks' figures, then the downlinks'."""

    def __init__(self, fabric: Fabric, flows: Flows, parts: StepParts) -> None:
        self.flow = parts.flow
        self.size = parts.size
        self.leaf = [flows.source[parts.flow], flows.target[parts.flow]]
        self.spine = parts.spine.copy()
        self.lane = [parts.up_lane.copy(), parts.down_lane.copy()]
        with np.errstate(divide="ignore"):
            self.cost = [1.0 / fabric.up, 1.0 / fabric.down]
        """Seconds per unit of size[leaf, spine, lane]; infinite where there is no link."""
        self.time: list[FloatArray] = [np.zeros(fabric.up.shape), np.zeros(fabric.down.shape)]
        """Load over rate[leaf, spine, lane]."""
        for side in (UP, DOWN):
            at = self.leaf[side], self.spine, self.lane[side]
            np.add.at(self.time[side], at, self.size * self.cost[side][at])
        self._by_leaf = [_group(self.leaf[side], fabric.leaves) for side in (UP, DOWN)]

    def busiest(self) -> Link:
        """Return the link that finishes last."""
        tops = [float(time.max()) for time in self.time]
        side = UP if tops[UP] >= tops[DOWN] else DOWN
        place = np.unravel_index(int(self.time[side].argmax()), self.time[side].shape)
        leaf, spine, lane = (int(axis) for axis in place)
        return Link(side, leaf, spine, lane, tops[side])

    def at_leaf(self, side: int, leaf: int) -> IntArray:
        """Return the flows that a leaf sends (`UP`) or receives (`DOWN`)."""
        order, first = self._by_leaf[side]
        return order[first[leaf] : first[leaf + 1]]

    def on(self, link: Link) -> IntArray:
        """Return the flows on a link."""
        flows = self.at_leaf(link.side, link.leaf)
        here = (self.spine[flows] == link.spine) & (self.lane[link.side][flows] == link.lane)
        return np.asarray(flows[here])

    def entering(self, side: int, flows: IntArray) -> tuple[FloatArray, IntArray]:
        """Return time[flow, spine] of the best lane if the flow came there too, and that lane."""
        leaf = self.leaf[side][flows]
        time = self.time[side][leaf] + self.size[flows, None, None] * self.cost[side][leaf]
        lane = time.argmin(axis=2)
        return np.take_along_axis(time, lane[:, :, None], axis=2)[:, :, 0], lane

    def move(self, flow: int, spine: int, up_lane: int, down_lane: int) -> None:
        """Put a flow on another path."""
        for side, lane in ((UP, up_lane), (DOWN, down_lane)):
            leaf, size = self.leaf[side][flow], self.size[flow]
            old = leaf, self.spine[flow], self.lane[side][flow]
            self.time[side][old] -= size * self.cost[side][old]
            self.time[side][leaf, spine, lane] += size * self.cost[side][leaf, spine, lane]
            self.lane[side][flow] = lane
        self.spine[flow] = spine

    def move_all(
        self, flows: IntArray, spine: IntArray, up_lane: IntArray, down_lane: IntArray
    ) -> None:
        """Put many flows, no flow twice, on other paths."""
        size = self.size[flows]
        for side, lane in ((UP, up_lane), (DOWN, down_lane)):
            leaf = self.leaf[side][flows]
            old, new = (leaf, self.spine[flows], self.lane[side][flows]), (leaf, spine, lane)
            np.subtract.at(self.time[side], old, size * self.cost[side][old])
            np.add.at(self.time[side], new, size * self.cost[side][new])
            self.lane[side][flows] = lane
        self.spine[flows] = spine

    def snapshot(self) -> tuple[IntArray, IntArray, IntArray]:
        """Return a copy of spine and lanes of all flows."""
        return self.spine.copy(), self.lane[UP].copy(), self.lane[DOWN].copy()

    def restore(self, snapshot: tuple[IntArray, IntArray, IntArray]) -> None:
        """Go back to an earlier placement."""
        spine, up_lane, down_lane = snapshot
        moved = (self.spine != spine) | (self.lane[UP] != up_lane) | (self.lane[DOWN] != down_lane)
        flows = np.flatnonzero(moved)
        self.move_all(flows, spine[flows], up_lane[flows], down_lane[flows])

    def parts(self) -> StepParts:
        """Return the placement as parts."""
        return StepParts(
            self.flow, self.spine.copy(), self.size, *(lane.copy() for lane in self.lane)
        )


def _group(leaf: IntArray, leaves: int) -> tuple[IntArray, IntArray]:
    """Return the flows leaf after leaf, and where each leaf begins."""
    return np.argsort(leaf, kind="stable"), np.searchsorted(np.sort(leaf), np.arange(leaves + 1))
