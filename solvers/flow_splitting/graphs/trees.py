"""Shortest paths of many sources at once, kept as one tree per source."""

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import ArcNetwork
from planner.models.flow_splitting.grouping import sum_by
from planner.models.flow_splitting.proofs.metric import shortest_arcs


@dataclass(frozen=True, eq=False)
class Paths:
    """Arc lists laid end to end."""

    start: IntArray
    """Where each path begins in `arcs`; one entry more than there are paths."""
    arcs: IntArray

    def __len__(self) -> int:
        return len(self.start) - 1

    @property
    def owner(self) -> IntArray:
        """Path[entry of `arcs`]."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))

    def lists(self) -> list[tuple[int, ...]]:
        """Return the arcs of each path."""
        arcs, start = self.arcs.tolist(), self.start.tolist()
        return [tuple(arcs[a:b]) for a, b in itertools.pairwise(start)]

    def take(self, which: IntArray) -> "Paths":
        """Return some of the paths, in the order given."""
        lengths = np.diff(self.start)[which]
        start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        place = np.arange(start[-1]) - np.repeat(start[:-1] - self.start[which], lengths)
        return Paths(start, self.arcs[place])


def join(pieces: Sequence[Paths]) -> Paths:
    """Return the paths of several lists as one list."""
    lengths = np.concatenate([np.diff(piece.start) for piece in pieces])
    start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Paths(start, np.concatenate([piece.arcs for piece in pieces]))


@dataclass(frozen=True, eq=False)
class Trees:
    """One tree of paths per source; row r belongs to the r-th source.

    Places are numbered row * nodes + node.
    """

    network: ArcNetwork
    into: IntArray
    """Arc[row, node] by which the tree enters a node; -1 at the source and where it ends."""

    @functools.cached_property
    def parent(self) -> IntArray:
        """Place[place] one arc closer to the source; the place itself at a source."""
        rows, nodes = self.into.shape
        tail = np.where(self.into >= 0, self.network.tail[self.into], np.arange(nodes))
        place: IntArray = (np.arange(rows)[:, None] * nodes + tail).ravel()
        return place

    @functools.cached_property
    def levels(self) -> tuple[IntArray, ...]:
        """Places one arc away from their source, two arcs away, and so on."""
        depth, jump = (self.into.ravel() >= 0).astype(np.int64), self.parent
        while (further := depth[jump]).any():
            depth, jump = depth + further, jump[jump]
        order = np.argsort(depth, kind="stable")
        cuts = np.searchsorted(depth[order], np.arange(1, int(depth.max(initial=0)) + 2))
        return tuple(order[a:b] for a, b in itertools.pairwise(cuts.tolist()))

    def lengths(self, length: FloatArray) -> FloatArray:
        """Return the length[place] of the path from the source, for length[arc]."""
        total, into = np.zeros(self.into.size), self.into.ravel()
        for level in self.levels:
            total[level] = total[self.parent[level]] + length[into[level]]
        return total

    def entering(self, amount: FloatArray) -> FloatArray:
        """Return the traffic[place] on the arc into each node if amount[place] is sent there."""
        traffic = amount.ravel().copy()
        for level in reversed(self.levels):
            np.add.at(traffic, self.parent[level], traffic[level])
        return traffic

    def flow(self, amount: FloatArray) -> FloatArray:
        """Return the traffic[row, arc] if amount[row, node] is sent down the trees."""
        rows, nodes = self.into.shape
        arcs = len(self.network.rate)
        place = np.flatnonzero(self.into.ravel() >= 0)
        cell = place // nodes * arcs + self.into.ravel()[place]
        return sum_by(cell, self.entering(amount)[place], rows, arcs)

    def load(self, amount: FloatArray) -> FloatArray:
        """Return the traffic[arc] of all sources together."""
        into = self.into.ravel()
        return sum_by(into[into >= 0], self.entering(amount)[into >= 0], len(self.network.rate))

    def paths(self, place: IntArray) -> Paths:
        """Return the path to each of some places, its first arc first."""
        into, at, who = self.into.ravel(), place, np.arange(len(place))
        owner, arcs = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        while len(at):
            inside = into[at] >= 0
            at, who = at[inside], who[inside]
            owner.append(who)
            arcs.append(into[at])
            at = self.parent[at]
        step = np.repeat(np.arange(len(arcs)), [len(piece) for piece in arcs])
        owners = np.concatenate(owner)
        order = np.lexsort((-step, owners))
        start = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=len(place)))])
        return Paths(start.astype(np.int64), np.concatenate(arcs)[order])


def shortest_trees(
    network: ArcNetwork, sources: IntArray, length: FloatArray
) -> tuple[FloatArray, Trees]:
    """Return distance[row, node], infinite where there is no path, and the trees.

    Lengths below a billionth of the largest count as that, so that nothing walks in circles and
    few arcs are used for nothing (Dijkstra 1959, from all sources in one call).
    """
    least = 1e-9 * float(length.max(initial=0.0))
    distance, into = shortest_arcs(network, sources, np.maximum(length, least))
    return distance, Trees(network, into)
