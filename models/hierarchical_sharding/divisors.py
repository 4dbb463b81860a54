"""Vectors of divisors: every way to split a state over the levels of a machine."""

import functools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray, IntArray


@functools.cache
def divisors(number: int) -> tuple[int, ...]:
    """Return the divisors of a number in increasing order."""
    small = [d for d in range(1, math.isqrt(number) + 1) if number % d == 0]
    return tuple(sorted({*small, *(number // d for d in small)}))


class Vectors:
    """Every vector s with s_l dividing the fanout n_l, numbered in mixed radix.

    Vector number i has the digit `i // stride[l] % len(divisors(n_l))` at level l.
    """

    def __init__(self, fanout: Sequence[int]) -> None:
        self.fanout = tuple(fanout)
        self.digits = tuple(divisors(children) for children in fanout)
        radix = [len(digits) for digits in self.digits]
        self.stride = np.concatenate(([1], np.cumprod(radix)))[:-1].astype(np.int64)
        grids = np.meshgrid(*[np.array(digits) for digits in reversed(self.digits)], indexing="ij")
        self.table: IntArray = np.stack([grid.ravel() for grid in reversed(grids)], axis=1)
        """One row per vector, one column per level."""

    def __len__(self) -> int:
        return len(self.table)

    @functools.cached_property
    def product(self) -> FloatArray:
        """Members of the group of each vector."""
        result: FloatArray = self.table.prod(axis=1).astype(np.float64)
        return result

    @functools.cached_property
    def inner(self) -> FloatArray:
        """Members below each level: the product of s over the levels further in."""
        ones = np.ones((len(self.table), 1), dtype=np.int64)
        below = np.cumprod(np.hstack([ones, self.table[:, :-1]]), axis=1)
        result: FloatArray = below.astype(np.float64)
        return result

    @functools.cached_property
    def sizes(self) -> FloatArray:
        """The distinct products, in increasing order."""
        return np.unique(self.product)

    @functools.cached_property
    def size_index(self) -> IntArray:
        """Place of each vector's product among `sizes`."""
        return np.searchsorted(self.sizes, self.product)

    @functools.cached_property
    def is_block(self) -> NDArray[np.bool_]:
        """Whether the group of each vector is a run of neighbouring devices."""
        full = self.table == np.array(self.fanout)
        # Beyond the first level that is not full, every level must be 1.
        broken = np.cumsum(~full, axis=1) - ~full > 0
        result: NDArray[np.bool_] = ~(broken & (self.table > 1)).any(axis=1)
        return result

    def number(self, vector: Sequence[int]) -> int | None:
        """Return the number of a vector, or `None` where an entry divides no fanout."""
        if len(vector) != len(self.fanout):
            return None
        found = 0
        for entry, digits, stride in zip(vector, self.digits, self.stride.tolist(), strict=True):
            if entry not in digits:
                return None
            found += digits.index(entry) * stride
        return found

    def vector(self, number: int) -> tuple[int, ...]:
        """Return the entries of a vector by its number."""
        return tuple(int(entry) for entry in self.table[number])


@functools.lru_cache(maxsize=16)
def vectors_of(fanout: tuple[int, ...]) -> Vectors:
    """Return the vectors of a machine, which studies ask for again and again."""
    return Vectors(fanout)
