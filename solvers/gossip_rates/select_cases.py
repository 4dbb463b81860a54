"""Branch and bound over choices of edges, whose tree of cases proves what it found.

Every case is bounded by points: those of the case above it first, then those of its own relaxed
choice. What the points say of single edges decides many of them at once: an edge that cannot be
taken, or left out, without falling behind the best choice known is a case that is closed already.
"""

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.gossip_rates.choices import (
    LEAF,
    NO_POINTS,
    Case,
    CaseTree,
    case_bound,
    first_case,
    is_hopeless,
    stretches,
)
from planner.models.gossip_rates.laplacian import dense_laplacian
from planner.models.gossip_rates.view import View
from planner.solvers.contract import Run
from planner.solvers.gossip_rates.select_bounds import relaxed
from planner.solvers.gossip_rates.select_swap import completed, mixing, swapped

MOST_NUMBERS = 400_000
"""Coordinates of points up to which the tree of cases is kept as a proof."""
SHORTLY = 0.9
"""Share of the time limit that the search may take; the rest is for checking its proof."""
SHAKEN = 4
"""Starts of the first choice in a random order, for each order by figures."""


@dataclass(slots=True)
class Node:
    """A case in the tree, a leaf until it is branched."""

    case: Case
    points: int
    bound: float
    edge: int = LEAF
    children: tuple["Node", ...] = ()


@dataclass(slots=True)
class Search:
    """Best-first search; `best` is a mask of the best choice so far, `mixing` its lambda_2."""

    view: View
    run: Run
    report: Callable[["Search"], None]
    best: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    mixing: float = 0.0
    improved: bool = False
    """Whether the best choice is a new one, nobody having been told."""
    top: float = 0.0
    """Bound of every choice before the search began."""
    tables: list[FloatArray] = field(default_factory=list)
    worths: list[FloatArray] = field(default_factory=list)
    queue: list[tuple[float, int, Node]] = field(default_factory=list)
    closed: float = 0.0
    """Largest bound of a case that is closed."""
    number: Iterator[int] = field(default_factory=itertools.count)

    def begin(self, points: FloatArray, share: FloatArray) -> Node:
        """Find a good choice, and return the case of all choices with points that bound them.

        `share` says how good each edge seems to be.
        """
        case = first_case(self.view)
        root = Node(case, self._store(points), 0.0)
        root.bound = self.top = self._bound(case, root.points)
        self.best, self.mixing = self._improved(case, [share * self.view.most, self.worths[0]])
        self.improved = True
        return root

    def go(self, root: Node) -> None:
        """Search all cases within the one of all choices."""
        self.top = 0.0
        self._push(root)
        while self.queue and not self._is_over():
            self._open(heapq.heappop(self.queue)[2])
            self.report(self)

    @property
    def bound(self) -> float:
        """What no choice exceeds."""
        left = -self.queue[0][0] if self.queue else self.top
        return max(self.closed, left, self.mixing)

    @property
    def cut(self) -> float:
        """Cases that promise no more than this are closed."""
        return self.mixing * (1 + 0.5 * self.run.budget.gap)

    def offer(self, taken: np.ndarray) -> None:
        """Keep a choice if it is the best."""
        if (value := mixing(self.view, taken)) > self.mixing:
            self.best, self.mixing, self.improved = taken, value, True

    def tree(self, root: Node) -> CaseTree | None:
        """Return the tree as a proof, with the points that it needs; `None` if it is too large."""
        branch: list[int] = []
        place: list[int] = []
        tables: list[FloatArray] = []
        known: dict[int, int] = {}
        stack = [root]
        while stack:
            node = stack.pop()
            branch.append(node.edge)
            number = NO_POINTS
            if node.edge == LEAF and node.points != NO_POINTS:
                number = known.setdefault(node.points, len(known))
                if number == len(tables):
                    tables.append(self.tables[node.points])
            place.append(number)
            stack += reversed(node.children)
        width = max((table.shape[1] for table in tables), default=1)
        if width * self.view.nodes * len(tables) > MOST_NUMBERS:
            return None
        whole = [np.pad(table, ((0, 0), (0, width - table.shape[1]))) for table in tables]
        points = np.vstack([*whole, np.zeros((0, width))])
        return CaseTree(np.array(branch), np.array(place), points)

    def _is_over(self) -> bool:
        remaining, limit = self.run.remaining(), self.run.budget.time_limit
        late = limit is not None and remaining is not None and remaining < (1 - SHORTLY) * limit
        return late or self.run.stopping() is not None

    def _store(self, points: FloatArray) -> int:
        worth = stretches(self.view, points)
        assert worth is not None, "points of a relaxed choice do not coincide"
        self.tables.append(points)
        self.worths.append(worth)
        return len(self.tables) - 1

    def _bound(self, case: Case, points: int) -> float:
        return case_bound(case, self.worths[points], self.tables[points].size)

    def _push(self, node: Node) -> None:
        """Queue a case unless it is closed."""
        if is_hopeless(self.view, node.case):
            node.points, node.bound = NO_POINTS, 0.0
            return
        if node.bound <= self.cut:
            self.closed = max(self.closed, node.bound)
            return
        heapq.heappush(self.queue, (-node.bound, next(self.number), node))

    def _open(self, node: Node) -> None:
        """Bound a case by its own points, decide what edges they decide, and branch."""
        if node.bound <= self.cut:
            self.closed = max(self.closed, node.bound)
            return
        case = node.case
        if case.count <= 0 or int(case.open.sum()) <= case.count:
            self._single(node)
            return
        found = relaxed(self.view, case, self.cut)
        if found is not None and found.points is not None:
            number = self._store(found.points)
            bound = self._bound(case, number)
            if bound < node.bound:
                node.points, node.bound = number, bound
            self.offer(completed(self.view, case, found.share))
        if node.bound <= self.cut:
            self.closed = max(self.closed, node.bound)
            return
        node = self._decided(node)
        share = None if found is None else found.share
        self._branch(node, share)

    def _single(self, node: Node) -> None:
        """Bound a case of one choice by its own eigenvector."""
        taken = node.case.taken | (node.case.open if node.case.count > 0 else False)
        self.offer(taken)
        matrix = dense_laplacian(self.view.nodes, self.view.ends[taken], self.view.most[taken])
        node.points = self._store(np.linalg.eigh(matrix)[1][:, 1:2])
        node.bound = self._bound(node.case, node.points)
        self.closed = max(self.closed, node.bound)

    def _decided(self, node: Node) -> Node:
        """Return the case in which all edges are decided that the points leave no choice of."""
        worth, case = self.worths[node.points], node.case
        edges = np.flatnonzero(case.open)
        order = edges[np.argsort(-worth[edges], kind="stable")]
        inside, outside = order[: case.count], order[case.count :]
        if not len(inside) or not len(outside):
            return node
        room = node.bound - self.cut
        last, first = float(worth[inside[-1]]), float(worth[outside[0]])
        for edge in outside[last - worth[outside] > room].tolist():
            node = self._close(node, edge, keep_out=True)
        for edge in inside[worth[inside] - first > room].tolist():
            node = self._close(node, edge, keep_out=False)
        return node

    def _close(self, node: Node, edge: int, *, keep_out: bool) -> Node:
        """Branch on an edge one of whose cases the points close; return the other case."""
        cases = node.case.with_edge(edge), node.case.without(edge)
        bounds = [self._bound(case, node.points) for case in cases]
        children = tuple(
            Node(case, node.points, bound) for case, bound in zip(cases, bounds, strict=True)
        )
        shut, left = children if keep_out else reversed(children)
        if shut.bound > self.cut:
            # Rounding: the edge is not decided after all.
            return node
        node.edge, node.children = edge, children
        self.closed = max(self.closed, shut.bound)
        return left

    def _branch(self, node: Node, share: FloatArray | None) -> None:
        edges = np.flatnonzero(node.case.open)
        if not len(edges) or node.case.count <= 0:
            self._push(node)
            return
        worth = self.worths[node.points][edges]
        # Heavy edges first, those above all of which the relaxed choice takes a part.
        part = None if share is None else share[edges]
        doubt = worth if part is None else self.view.most[edges] * part * (1 - part)
        edge = int(edges[doubt.argmax()])
        cases = node.case.with_edge(edge), node.case.without(edge)
        node.edge = edge
        node.children = tuple(
            Node(case, node.points, self._bound(case, node.points)) for case in cases
        )
        for child in node.children:
            self._push(child)

    def _improved(self, case: Case, orders: list[FloatArray]) -> tuple[np.ndarray, float]:
        """Return the best of some choices that swaps do not better, begun in different orders."""
        rng = self.run.rng("select")
        found: list[tuple[np.ndarray, float]] = []
        orders = [*orders, self.view.most]
        shaken = [order * rng.random(len(order)) for order in orders for _ in range(SHAKEN)]
        for weight in [*orders, *shaken]:
            if found and self._is_over():
                break
            taken = completed(self.view, case, np.where(self.view.usable, weight, 0.0))
            found.append(swapped(self.view, case, taken, self._is_over))
        return max(found, key=lambda pair: pair[1])
