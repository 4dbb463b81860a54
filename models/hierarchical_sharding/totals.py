"""Chains of totals: into how many pieces each state is split by some of the levels together.

A sharding has one vector per state; the product of a vector over levels is a total. Plans with the
same totals need the same memory, and there are far fewer chains of totals than plans.
"""

from collections.abc import Sequence

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.hierarchical_sharding.divisors import divisors


def level_chains(children: int, states: int) -> IntArray:
    """Return every chain of divisors of a fanout, each dividing the next, shape (n, states)."""
    found: list[tuple[int, ...]] = [()]
    for _ in range(states):
        found = [
            (*chain, divisor)
            for chain in found
            for divisor in divisors(children)
            if divisor % (chain[-1] if chain else 1) == 0
        ]
    return np.array(found, dtype=np.int64)


class Totals:
    """Chains of totals in a fixed order, found again by their entries."""

    def __init__(self, sizes: IntArray, chains: IntArray) -> None:
        self._sizes = sizes
        keys, first = np.unique(self._keys(chains), return_index=True)
        self._sorted = keys
        self.table: IntArray = chains[first]
        """One row per chain, one column per state."""

    def __len__(self) -> int:
        return len(self.table)

    def find(self, chains: IntArray) -> IntArray:
        """Return the row of each chain; every one must be there."""
        return np.searchsorted(self._sorted, self._keys(chains))

    def _keys(self, chains: IntArray) -> IntArray:
        keys = np.zeros(len(chains), dtype=np.int64)
        for column in chains.T:
            keys = keys * len(self._sizes) + np.searchsorted(self._sizes, column)
        return keys


def totals_below(fanout: Sequence[int], options: Sequence[IntArray], states: int) -> list[Totals]:
    """Return the chains over the first 0, 1, 2, ... levels of `fanout`.

    `options` holds the chains of each level. To go from the outermost level inwards, give both in
    reverse.
    """
    sizes = np.array(divisors(int(np.prod(fanout))), dtype=np.int64)
    found = [Totals(sizes, np.ones((1, states), dtype=np.int64))]
    for chains in options:
        products = found[-1].table[:, None, :] * chains[None, :, :]
        found.append(Totals(sizes, products.reshape(-1, states)))
    return found
