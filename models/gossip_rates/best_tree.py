"""The spanning tree with the largest lambda_2, by branch and bound on edges.

Three facts cut the search, for trees that must have more than `goal`:

- an edge with s nodes on one side has lambda_2 <= n w / (s (n - s)), by the vector that tells the
  sides apart; s lies between what the forest has on either side;
- a tree has no more than any of its subtrees: the subtree's eigenvector, continued by constants,
  has the same energy and a larger norm;
- a part of the forest without an edge to another is a dead end; the part with the fewest is next.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.gossip_rates.laplacian import dense_laplacian
from planner.models.gossip_rates.view import View

SLACK = 1e-9
"""Relative improvement that counts; trees within it of the best are not sought."""


@dataclass
class TreeSearch:
    """Depth-first search; `best` holds the edges of the best tree so far."""

    nodes: int
    ends: IntArray
    weight: FloatArray
    stop: Callable[[], bool] = lambda: False
    best: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    goal: float = 0.0
    """lambda_2 that a tree must exceed to be found."""
    doubt: float = 0.0
    """How far below the goal a tree may be computed and still count as exceeding it."""
    most_visits: int | None = None
    visited: int = 0
    complete: bool = True

    @property
    def rounding(self) -> float:
        """How far off a computed eigenvalue may be: some units in the last place of the norm."""
        return 16 * self.nodes * math.ulp(1.0) * float(self.weight.max())

    def run(self, view: View) -> None:
        """Search all trees of usable edges that hold those with a least rate."""
        forced = np.flatnonzero((view.least > 0) & view.usable).tolist()
        allowed = np.flatnonzero((view.least <= 0) & view.usable).tolist()
        self.pairs = [tuple(pair) for pair in self.ends.tolist()]
        self._visit(forced, sorted(allowed, key=lambda edge: -self.weight[edge]))

    def _offer(self, chosen: list[int]) -> None:
        if len(chosen) == self.nodes - 1:
            found = self._mixing(chosen, list(range(self.nodes)))
            if found + self.doubt > self.goal * (1 + SLACK):
                # Within the doubt a tree may have less than the goal, which never falls.
                self.goal = max(self.goal, found)
                self.best = np.array(sorted(chosen), dtype=np.int64)

    def _visit(self, chosen: list[int], left: list[int]) -> None:
        """Join the part with the fewest ways out to another, by each of these edges in turn."""
        self.visited += 1
        if len(chosen) == self.nodes - 1:
            self._offer(chosen)
            return
        label = self._labels(chosen)
        left = [edge for edge in left if self._is_open(edge, label)]
        out = self._fewest(label, left)
        for edge in out:
            if self.stop() or self.visited == self.most_visits:
                self.complete = False
            if not self.complete:
                return
            left = [other for other in left if other != edge]
            grown = [*chosen, edge]
            if self._is_open(edge, label) and self._may_exceed(grown, edge):
                self._visit(grown, left)

    def _fewest(self, label: list[int], left: list[int]) -> list[int]:
        """Return the open edges of the part that has fewest."""
        ways: dict[int, list[int]] = {part: [] for part in label}
        for edge in left:
            for node in self.pairs[edge]:
                ways[label[node]].append(edge)
        return min(ways.values(), key=len)

    def _is_open(self, edge: int, label: list[int]) -> bool:
        """Return whether an edge joins two trees and is heavy enough for their sizes."""
        a, b = (label[node] for node in self.pairs[edge])
        if a == b:
            return False
        sides = min(s * (self.nodes - s) for s in (label.count(a), label.count(b)))
        return float(self.weight[edge]) * self.nodes > self.goal * (1 + SLACK) * sides

    def _may_exceed(self, chosen: list[int], edge: int) -> bool:
        """Return whether the tree that just grew leaves hope for more than the goal."""
        goal = self.goal * (1 + SLACK)
        label = self._labels(chosen)
        home = label[self.pairs[edge][0]]
        members = [node for node in range(self.nodes) if label[node] == home]
        own = [e for e in chosen if label[self.pairs[e][0]] == home]
        for cut in own:
            rest = self._labels([e for e in own if e != cut])
            a, b = (rest.count(rest[node]) for node in self.pairs[cut])
            sides = min(a * (self.nodes - a), b * (self.nodes - b))
            if float(self.weight[cut]) * self.nodes <= goal * sides:
                return False
        return self._mixing(own, members) + self.rounding > goal

    def _mixing(self, chosen: list[int], members: list[int]) -> float:
        place = {node: k for k, node in enumerate(members)}
        ends = np.array([[place[a], place[b]] for a, b in (self.pairs[e] for e in chosen)])
        matrix = dense_laplacian(len(members), ends, self.weight[chosen])
        return float(np.linalg.eigvalsh(matrix)[1])

    def _labels(self, chosen: list[int]) -> list[int]:
        """Return a label of the tree that each node belongs to."""
        label = list(range(self.nodes))
        for edge in chosen:
            a, b = (label[node] for node in self.pairs[edge])
            if a != b:
                label = [a if x == b else x for x in label]
        return label
