"""Every consistent plan: chains s_q | s_p | s_g | s_o | n at each level, in blocks of arrays."""

import functools
import itertools
import math
from collections.abc import Iterator
from dataclasses import fields

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.hierarchical_sharding.costs import Numbers
from planner.models.hierarchical_sharding.divisors import Vectors, vectors_of

BLOCK = 1 << 16
"""Most plans in a block, so that its columns stay in the cache."""


class Lattice:
    """All plans over the vectors of a machine, numbered from zero."""

    def __init__(self, vectors: Vectors, *, secondary: bool) -> None:
        self.vectors = vectors
        self._options, self._cut, self._inner = _columns(vectors.fanout, secondary=secondary)

    def __len__(self) -> int:
        return math.prod(len(options[0]) for options in self._options)

    def blocks(self) -> Iterator[Numbers]:
        """Yield all plans in order, at most about `BLOCK` at a time."""
        cut, inner = self._cut, self._inner
        for choice in itertools.product(*[range(len(o[0])) for o in reversed(self._options[cut:])]):
            outer = [
                sum(int(options[column][row]) for options, row in self._outer(cut, choice))
                for column in range(len(inner))
            ]
            yield Numbers(*[column + shift for column, shift in zip(inner, outer, strict=True)])

    def _outer(self, cut: int, choice: tuple[int, ...]) -> Iterator[tuple[list[IntArray], int]]:
        return zip(self._options[cut:], reversed(choice), strict=True)


def plan_count(fanout: tuple[int, ...], *, secondary: bool) -> int:
    """Return how many plans a machine has, without listing them.

    At a level with the prime powers p^a there are prod C(a + k, k) chains of k states.
    """
    states = 4 if secondary else 3
    return math.prod(_chain_count(children, states) for children in fanout)


def _chain_count(number: int, states: int) -> int:
    count, rest, prime = 1, number, 2
    while rest > 1:
        if prime * prime > rest:
            prime = rest
        power = 0
        while rest % prime == 0:
            rest //= prime
            power += 1
        count *= math.comb(power + states, states)
        prime += 1
    return count


def _chains(digits: tuple[int, ...], stride: int, *, secondary: bool) -> list[IntArray]:
    """Return the columns of `Numbers` for one level, scaled by the level's stride."""
    place = {divisor: index for index, divisor in enumerate(digits)}
    rows = [
        (p, q, g, o, o // g, o // p)
        for o in digits
        for g in digits
        if o % g == 0
        for p in digits
        if g % p == 0
        for q in (digits if secondary else (p,))
        if p % q == 0
    ]
    table = np.array([[place[entry] for entry in row] for row in rows], dtype=np.int64)
    return [column * stride for column in table.T]


@functools.lru_cache(maxsize=16)
def _columns(
    fanout: tuple[int, ...], *, secondary: bool
) -> tuple[list[list[IntArray]], int, list[IntArray]]:
    """Return the columns by level, how many levels make up a block, and the first block."""
    vectors = vectors_of(fanout)
    options = [
        _chains(digits, int(stride), secondary=secondary)
        for digits, stride in zip(vectors.digits, vectors.stride.tolist(), strict=True)
    ]
    cut = 1
    while cut < len(options) and _rows(options[: cut + 1]) <= BLOCK:
        cut += 1
    return options, cut, _combine(options[:cut])


def _rows(options: list[list[IntArray]]) -> int:
    return math.prod(len(level[0]) for level in options)


def _combine(options: list[list[IntArray]]) -> list[IntArray]:
    columns = [np.zeros(1, dtype=np.int64) for _ in fields(Numbers)]
    for level in options:
        columns = [
            (more[:, None] + column[None, :]).ravel()
            for column, more in zip(columns, level, strict=True)
        ]
    return columns
