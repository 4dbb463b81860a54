"""The plans among which those of a framework are: few, however many plans a machine has."""

from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.hierarchical_sharding.costs import Numbers
from planner.models.hierarchical_sharding.divisors import Vectors
from planner.models.hierarchical_sharding.frameworks import expressible


def framework_plans(vectors: Vectors, framework: str, *, secondary: bool) -> Numbers:
    """Return every plan that a framework can express, gathers kept or not.

    With `secondary` False only those without a second copy. `framework` is `deepspeed`, `fsdp2` or
    `internevo`; the plans are made, not filtered from the lattice of all plans, so that the
    largest machines take no time.
    """
    make = _meshes if framework == "fsdp2" else _blocks
    plans = _numbers(vectors, make(vectors))
    able = np.zeros(len(plans), dtype=bool)
    for keep in (False, True):
        able |= expressible((framework,), vectors, plans, keep)
    if not secondary:
        able &= plans.secondary == plans.parameters
    return plans.take(able)


def _blocks(vectors: Vectors) -> IntArray:
    """Return the plans whose four states are split over runs of neighbours, shape (M, 4)."""
    blocks = np.flatnonzero(vectors.is_block)
    table = vectors.table[blocks]
    divides = (table[None, :, :] % table[:, None, :] == 0).all(axis=2)
    chains = np.arange(len(blocks))[:, None]
    for _ in range(3):
        last = chains[:, -1]
        row, after = np.nonzero(divides[last])
        chains = np.hstack([chains[row], after[:, None]])
    # Chains run from the second copy out; columns are parameters, copy, gradients, optimizer.
    return blocks[chains[:, [1, 0, 2, 3]]]


def _meshes(vectors: Vectors) -> IntArray:
    """Return the plans that split all states alike, with every start of it as second copy."""
    return np.concatenate(list(_starts(vectors)))


def _starts(vectors: Vectors) -> Iterator[IntArray]:
    everything = np.arange(len(vectors))
    yield np.stack([everything] * 4, axis=1)
    for level, digits in enumerate(vectors.digits):
        # The copy is as wide as the parameters below this level, narrower at it, 1 above.
        below = np.zeros(len(vectors), dtype=np.int64)
        for place in range(level):
            below = below + _digit(vectors, place) * vectors.stride[place]
        here = vectors.table[:, level]
        for place, divisor in enumerate(digits):
            able = np.flatnonzero((here % divisor == 0) & (here > divisor))
            copy = below[able] + place * vectors.stride[level]
            yield np.stack([able, copy, able, able], axis=1)


def _digit(vectors: Vectors, level: int) -> IntArray:
    return np.searchsorted(vectors.digits[level], vectors.table[:, level])


def _numbers(vectors: Vectors, plans: IntArray) -> Numbers:
    """Return plans given as vector numbers (parameters, copy, gradients, optimizer)."""
    p, q, g, o = plans.T
    quotients = [_number(vectors, vectors.table[o] // vectors.table[inner]) for inner in (g, p)]
    return Numbers(p, q, g, o, *quotients)


def _number(vectors: Vectors, table: IntArray) -> IntArray:
    digits = [np.searchsorted(d, table[:, level]) for level, d in enumerate(vectors.digits)]
    result: IntArray = np.stack(digits, axis=1) @ vectors.stride
    return result
