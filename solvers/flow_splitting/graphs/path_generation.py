"""Column generation for the least maximum utilisation: price paths, solve the master, repeat.

The prices of the arcs in the restricted master are lengths of a metric bound, so every round knows
how far the plan is from the best (Ford and Fulkerson 1958; Tomlin 1966).
"""

from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.solvers.contract import Run
from planner.solvers.flow_splitting.graphs.demand import Demand
from planner.solvers.flow_splitting.graphs.path_master import PathMaster
from planner.solvers.flow_splitting.graphs.trees import Trees, shortest_trees

CLOSED = 1e-10
"""Relative gap at which nothing is left to do."""
NEARLY = 1e-5
"""Relative gap from which on the master is solved to a vertex."""
LEAST_BATCH = 1_000
"""Most paths added in a round, or twice the number of arcs if that is more."""
_NO_GAIN = 1e-13


class PathGeneration:
    """The master with the best bound known; `rounds` improves both."""

    def __init__(self, demand: Demand, trees: Trees, bound: float, length: FloatArray) -> None:
        """Start from a tree per source, a known bound, and the best lengths known."""
        self.master = PathMaster(demand, trees)
        self.bound = bound
        self.length = length
        self._demand = demand
        self._amount = demand.amount.ravel()
        self._batch = max(LEAST_BATCH, 2 * len(demand.network.rate))
        # Paths are told apart by sums of random numbers, exact in floating point.
        self._mark = np.random.default_rng(0).integers(1, 2**40, len(length)).astype(float)
        self._known = self._keys(np.arange(trees.into.size), trees.lengths(self._mark))

    @property
    def gap(self) -> float:
        """How far the value may be above the best, relative to the bound."""
        return self.master.value / self.bound - 1

    def rounds(self, run: Run, gap: float = CLOSED) -> Iterator[None]:
        """Add paths and solve the master until the gap is closed or a limit is reached."""
        while self.gap > gap or not self.master.is_vertex:
            if run.stopping() is not None:
                return
            is_new = self._price()
            if not is_new and self.master.is_solved and self.master.is_vertex:
                return
            is_last = not is_new or self.gap <= max(NEARLY, gap)
            if not self.master.solve(run, floor=self.bound, vertex=is_last):
                return
            yield

    def learn(self, bound: float, length: FloatArray) -> None:
        """Take over a bound and its lengths, if it is better."""
        if bound > self.bound:
            self.bound, self.length = bound, length

    def _price(self) -> bool:
        """Add the paths that are worth most by the prices of the master; `False` if none is new."""
        length = self.master.length
        distance, trees = shortest_trees(self._demand.network, self._demand.sources, length)
        exact = trees.lengths(length).reshape(distance.shape)
        self.learn(self._demand.bound(exact, length), length)
        return self._add(trees, self._gain(trees))

    def _gain(self, trees: Trees) -> FloatArray:
        """Return by how much each place would be cheaper by its branch of other trees."""
        master = self.master
        saved = master.trees.lengths(master.length) - trees.lengths(master.length)
        return self._amount * (saved - master.credit)

    def _add(self, trees: Trees, gain: FloatArray) -> bool:
        places = np.flatnonzero(gain > _NO_GAIN * self.master.value)
        keys = self._keys(places, trees.lengths(self._mark)[places])
        is_new = ~np.isin(keys, self._known)
        places, keys = places[is_new], keys[is_new]
        if len(places) > self._batch:
            best = np.argpartition(-gain[places], self._batch)[: self._batch]
            places, keys = places[best], keys[best]
        if len(places):
            self._known = np.concatenate([self._known, keys])
            self.master.add(places, trees.paths(places))
        return len(places) > 0

    def _keys(self, places: IntArray, mark: FloatArray) -> IntArray:
        """Return a number for each path, by the place it leads to and its marks."""
        keys: IntArray = places * np.int64(0x5851F42D4C957F2D) + mark.astype(np.int64)
        return keys
