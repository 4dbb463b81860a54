"""Exact symmetry reduction of the flow LP: leaves and spines that can change places are merged.

The LP is convex and looks the same after two such leaves (or spines) swap names, so averaging an
optimum over all swaps keeps it optimal: one variable per class of (leaf, leaf, spine) is enough
(docs/problems/flow_splitting.md). Spines with equal capacities merge under any demand; leaves merge
where their demand is equal too.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray, IntArray
from planner.solvers.flow_splitting.linear.spread import SpreadProblem


@dataclass(frozen=True, eq=False)
class Classes:
    """Which leaves and which spines are interchangeable; classes are numbered from 0."""

    leaf: IntArray
    """Class of each leaf."""
    spine: IntArray
    """Class of each spine."""

    @property
    def leaves(self) -> IntArray:
        """Number of leaves in each class."""
        return np.bincount(self.leaf)

    @property
    def spines(self) -> IntArray:
        """Number of spines in each class."""
        return np.bincount(self.spine)

    def first_leaf(self) -> IntArray:
        """Return one leaf of each class."""
        return np.unique(self.leaf, return_index=True)[1]

    def first_spine(self) -> IntArray:
        """Return one spine of each class."""
        return np.unique(self.spine, return_index=True)[1]


def find_classes(demand: FloatArray, up: FloatArray, down: FloatArray) -> Classes:
    """Return the classes of leaves and spines that can change places.

    Parameters
    ----------
    demand
        Amount[source leaf, target leaf]; the diagonal does not count.
    up, down
        Rate[leaf, spine], all parallel links together.

    Every swap within a class keeps all rates and demands: between two classes the rates are all
    equal, and so are the demands between different leaves.
    """
    spine = _equal_rows(np.hstack([up.T, down.T]))
    leaf = _equal_rows(np.hstack([up, down]))
    while True:
        table, is_constant = _block_ranges(demand, leaf)
        finer = _equal_rows(np.column_stack([leaf, table]))
        if finer.max(initial=-1) == leaf.max(initial=-1):
            if is_constant.all():
                return Classes(leaf=leaf, spine=spine)
            # Equal ranges but unequal demands (a ring, say): these leaves do not merge.
            mixed = ~is_constant[leaf]
            finer = _equal_rows(np.where(mixed, leaf.max() + 1 + np.arange(len(leaf)), leaf))
        leaf = finer


def reduce(demand: FloatArray, up: FloatArray, down: FloatArray, classes: Classes) -> SpreadProblem:
    """Return the LP over classes: amounts and rates of whole classes.

    Its optimum is the optimum of the full LP.
    """
    leaf, spine = classes.first_leaf(), classes.first_spine()
    size = classes.leaves
    per_pair = _demand_between(demand, classes)
    source, target = np.nonzero(per_pair)
    pairs = size[source] * (size[target] - (source == target))
    links = np.outer(size, classes.spines)
    return SpreadProblem(
        source=source,
        target=target,
        amount=per_pair[source, target] * pairs,
        up=up[np.ix_(leaf, spine)] * links,
        down=down[np.ix_(leaf, spine)] * links,
    )


def _demand_between(demand: FloatArray, classes: Classes) -> FloatArray:
    """Return the demand of one pair of different leaves by (source class, target class)."""
    first = classes.first_leaf()
    between = demand[np.ix_(first, first)].copy()
    # Inside a class the pair is (first, second leaf); a class of one leaf has no such pair.
    position = np.arange(len(classes.leaf))
    position[first] = -1
    second = np.full(len(first), -1)
    second[classes.leaf[position[position >= 0]]] = position[position >= 0]
    inner = np.where(second >= 0, demand[first, second], 0.0)
    np.fill_diagonal(between, inner)
    return between


def _block_ranges(demand: FloatArray, leaf: IntArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return the least and the greatest demand of each leaf to and from each class.

    Also returns, by class, whether these are equal for all its leaves; oneself is left out.
    """
    order = np.argsort(leaf, kind="stable")
    start = np.flatnonzero(np.diff(leaf[order], prepend=-1))
    columns = []
    for matrix in (demand, demand.T):
        for extreme, none in ((np.minimum, np.inf), (np.maximum, -np.inf)):
            off_diagonal = matrix.copy()
            np.fill_diagonal(off_diagonal, none)
            found = extreme.reduceat(off_diagonal[:, order], start, axis=1)
            columns.append(np.where(np.isinf(found), 0.0, found))
    constant = (columns[0] == columns[1]).all(axis=1) & (columns[2] == columns[3]).all(axis=1)
    by_class = np.bincount(leaf, ~constant, len(start)) == 0
    return np.hstack(columns), by_class


def _equal_rows(table: NDArray[np.generic]) -> IntArray:
    """Return the number of each row; distinct rows are numbered in order of appearance."""
    rows = np.ascontiguousarray(table)
    if rows.ndim == 1:
        rows = rows[:, None]
    number: dict[bytes, int] = {}
    return np.array([number.setdefault(row.tobytes(), len(number)) for row in rows], dtype=np.int64)
