"""Puts a tree of cases onto a changed network: its edges renumbered, its cases closed again."""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
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
from planner.models.gossip_rates.view import View


def carried_tree(view: View, number: IntArray, tree: CaseTree) -> CaseTree | None:
    """Return a tree of cases on a changed network; `None` where no tree is left.

    `number` is the new number of each old edge, -1 for what is gone, and the points are those of
    the new nodes. Of an edge that cannot be decided any more only the case that still exists is
    kept; a case without hope before gets the best points where an edge that is new gives it hope.
    """
    if len(tree.branch) != len(tree.place) or view.count is None:
        return None
    worth = _Worth(view, tree.points)
    branch, place = [], []
    stack: list[Case | None] = [first_case(view)]
    for edge, old in zip(tree.branch.tolist(), tree.place.tolist(), strict=True):
        if not stack or not LEAF <= edge < len(number):
            return None
        case = stack.pop()
        if edge == LEAF:
            if case is not None:
                branch.append(LEAF)
                place.append(worth.place(case, old))
            continue
        if case is None:
            # The other case of an edge that cannot be decided: all of it goes.
            stack += [None, None]
            continue
        found = int(number[edge])
        if found < 0 or case.out[found]:
            stack += [case, None]
        elif case.taken[found]:
            stack += [None, case]
        else:
            branch.append(found)
            place.append(NO_POINTS)
            stack += [case.without(found), case.with_edge(found)]
    return None if stack else CaseTree(np.array(branch), np.array(place), tree.points)


class _Worth:
    """What edges are worth by each table of points."""

    def __init__(self, view: View, points: FloatArray) -> None:
        self.view = view
        tables = points.reshape(-1, view.nodes, points.shape[-1])
        self.size = tables[0].size if len(tables) else 0
        self.worths = [stretches(view, table) for table in tables]

    def place(self, case: Case, old: int) -> int:
        """Return which points bound a leaf: those it had, or the best where it had none."""
        if is_hopeless(self.view, case):
            return NO_POINTS
        if old != NO_POINTS:
            return old
        bound = [
            np.inf if worth is None else case_bound(case, worth, self.size) for worth in self.worths
        ]
        return int(np.argmin(bound)) if bound else NO_POINTS
