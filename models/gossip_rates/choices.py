"""Bounds on every choice of edges, and trees of cases that prove a best choice.

A choice takes at most `count` edges, each with its most rate, besides those with a least rate. For
any points, lambda_2 sum |x_i|^2 <= sum of rate_e |x_i - x_j|^2 over what is chosen, and no choice
makes the right side larger than the `count` greatest terms do.
"""

from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.rounding import upper
from planner.models.gossip_rates import bounds
from planner.models.gossip_rates.view import View

LEAF, NO_POINTS = -1, -1


@dataclass(frozen=True, slots=True)
class Case:
    """What is decided about edges: masks of those taken and of those left out, shape (m,)."""

    taken: np.ndarray
    out: np.ndarray
    count: int
    """How many more may be taken."""

    def with_edge(self, edge: int) -> "Case":
        """Return the case in which the edge is taken."""
        taken = self.taken.copy()
        taken[edge] = True
        return Case(taken, self.out, self.count - 1)

    def without(self, edge: int) -> "Case":
        """Return the case in which the edge is left out."""
        out = self.out.copy()
        out[edge] = True
        return Case(self.taken, out, self.count)

    @property
    def open(self) -> np.ndarray:
        """Which edges are not decided yet, a mask."""
        result: np.ndarray = ~(self.taken | self.out)
        return result


def first_case(view: View) -> Case:
    """Return the case in which only edges with a least rate are taken, and forbidden ones out."""
    assert view.count is not None, "choices have a number of edges"
    return Case((view.least > 0) & view.usable, ~view.usable, view.count)


def is_hopeless(view: View, case: Case) -> bool:
    """Return whether no choice within the case joins the network."""
    if case.count < 0 or pieces(view.nodes, view.ends[~case.out]) > 1:
        return True
    return pieces(view.nodes, view.ends[case.taken]) - 1 > case.count


def pieces(nodes: int, ends: IntArray) -> int:
    """Return into how many pieces edges leave a small network; quicker than a sparse matrix."""
    parent, count = list(range(nodes)), nodes
    for i, j in ends.tolist():
        while parent[i] != i:
            i = parent[i]
        while parent[j] != j:
            j = parent[j]
        if i != j:
            parent[i], count = j, count - 1
    return count


def stretches(view: View, points: FloatArray) -> FloatArray | None:
    """Return what each edge adds to lambda_2 at most by these points, (m,); `None` without any."""
    found = bounds.stretches(view, points)
    if found is None:
        return None
    result: FloatArray = found * np.where(view.usable, view.most, 0.0)
    return result if np.isfinite(result).all() else None


def case_bound(case: Case, worth: FloatArray, size: int) -> float:
    """Return an upper bound on lambda_2 of every choice within a case, from what edges add.

    `size` is the number of coordinates that `worth` was computed from.
    """
    rest = worth[case.open]
    if 0 < case.count < len(rest):
        rest = np.partition(rest, len(rest) - case.count)[len(rest) - case.count :]
    elif case.count <= 0:
        rest = rest[:0]
    return upper(float(worth[case.taken].sum() + rest.sum()), len(worth) + size + 16)


@dataclass(frozen=True, slots=True)
class CaseTree:
    """Cases within cases, in preorder: after an edge come the case with it, and that without."""

    branch: IntArray
    """The edge that is decided next, or `LEAF`."""
    place: IntArray
    """Which points bound a leaf, or `NO_POINTS` where no choice within it joins the network."""
    points: FloatArray
    """All points, one table below the other, each of n rows."""


def tree_bound(view: View, tree: CaseTree) -> float | None:
    """Return an upper bound on lambda_2 of every choice, `None` where the tree is none.

    Raises nothing: numbers that do not fit together prove nothing.
    """
    if len(tree.branch) != len(tree.place) or len(tree.points) % view.nodes:
        return None
    tables = tree.points.reshape(-1, view.nodes, tree.points.shape[-1])
    worths = [stretches(view, table) for table in tables]
    stack, most = [first_case(view)], 0.0
    for edge, place in zip(tree.branch.tolist(), tree.place.tolist(), strict=True):
        if not stack:
            return None
        case = stack.pop()
        if edge != LEAF:
            if not 0 <= edge < view.edges or not case.open[edge]:
                return None
            stack += [case.without(edge), case.with_edge(edge)]
        elif place == NO_POINTS:
            if not is_hopeless(view, case):
                return None
        else:
            worth = worths[place] if 0 <= place < len(worths) else None
            if worth is None:
                return None
            most = max(most, case_bound(case, worth, tables[place].size))
    return None if stack else most
