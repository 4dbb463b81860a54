"""The flows of a step that leave their leaf, grouped by ordered pair of leaves."""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.flow_splitting.traffic import AllPairs, Flows, Traffic


@dataclass(frozen=True, eq=False)
class Pairs:
    """One entry per ordered pair of leaves with traffic, by source, then by target."""

    source: IntArray
    target: IntArray
    count: IntArray
    """Number of flows."""

    def __len__(self) -> int:
        return len(self.count)

    @property
    def first(self) -> IntArray:
        """Where the flows of each pair begin when all are laid end to end."""
        return np.cumsum(self.count) - self.count

    def degrees(self, leaves: int) -> tuple[IntArray, IntArray]:
        """Return the number of flows each leaf sends and receives."""
        out, into = (np.bincount(end, self.count, leaves) for end in (self.source, self.target))
        return out.astype(np.int64), into.astype(np.int64)


def group_by_pair(flows: Flows, leaves: int) -> tuple[Pairs, IntArray]:
    """Return the pairs and the numbers of their flows, pair after pair, in flow order within."""
    key = flows.source[flows.crosses] * leaves + flows.target[flows.crosses]
    order = np.argsort(key, kind="stable")
    return _pairs(np.bincount(key), leaves), flows.crosses[order]


def count_pairs(traffic: Traffic, leaves: int) -> Pairs:
    """Return the pairs of a step without listing its flows."""
    if isinstance(traffic, Flows):
        key = traffic.source[traffic.crosses] * leaves + traffic.target[traffic.crosses]
        return _pairs(np.bincount(key), leaves)
    ranks = traffic.ranks_per_leaf(leaves)
    counts = np.outer(ranks, ranks)
    np.fill_diagonal(counts, 0)
    return _pairs(counts.ravel(), leaves)


def _pairs(counts: IntArray, leaves: int) -> Pairs:
    """Return the pairs with flows; `counts` is by source, then by target."""
    pair = np.flatnonzero(counts)
    return Pairs(*np.divmod(pair, leaves), counts[pair])


def equal_size(traffic: Traffic) -> float | None:
    """Return the size of every flow that leaves its leaf, or `None` where they differ."""
    return traffic.size if isinstance(traffic, AllPairs) else traffic.equal_size
