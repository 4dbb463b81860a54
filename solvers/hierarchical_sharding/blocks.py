"""Plans whose groups are all runs of neighbouring devices: few enough on any machine."""

import itertools

import numpy as np

from planner.models.base.errors import CapabilityError
from planner.models.hierarchical_sharding.costs import Numbers
from planner.models.hierarchical_sharding.divisors import Vectors
from planner.models.hierarchical_sharding.front import empty
from planner.models.hierarchical_sharding.instance import HierarchicalSharding
from planner.models.hierarchical_sharding.lattice import BLOCK
from planner.models.hierarchical_sharding.search import Space
from planner.solvers.contract import Answer, Run
from planner.solvers.hierarchical_sharding import named
from planner.solvers.hierarchical_sharding.answers import (
    answer_with,
    infeasible,
    without_uniform,
)

MOST_CHAINS = 1_000_000
"""Most plans of this kind that are looked at; those that split the optimizer most come first."""


def refuses(instance: HierarchicalSharding) -> str | None:
    """Return why plans of neighbours cannot be looked at, or `None`."""
    return named.refuses(instance)


def solve(instance: HierarchicalSharding, run: Run) -> Answer:
    """Return the fastest plan that fits among those whose groups are runs of neighbours."""
    if (reason := refuses(instance)) is not None:
        raise CapabilityError(reason)
    view = instance.view
    if (nothing := infeasible(view)) is not None:
        return nothing
    space = Space(view)
    plans = _chains(space.vectors, secondary=view.secondary)
    front = empty()
    for first in range(0, len(plans), BLOCK):
        if run.stopping() is not None:
            break
        part = _rows(plans, np.arange(first, min(first + BLOCK, len(plans))))
        for place, variant in enumerate(space.variants):
            memory, time = space.costs(part, variant)
            front = front.merge(memory, time, first, place)
    best = front.within(view.memory)
    if best is None:
        return without_uniform(instance, run)
    variant = space.variants[int(front.variant[best])]
    return answer_with(instance, run, space.plan_of(_rows(plans, front.plan[[best]]), variant))


def _rows(plans: Numbers, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Numbers:
    return plans.take(rows)


def _chains(vectors: Vectors, *, secondary: bool) -> Numbers:
    """Return every chain of runs of neighbours, at most `MOST_CHAINS` of them."""
    blocks = [vectors.vector(row) for row in np.flatnonzero(vectors.is_block).tolist()]
    divides = {upper: [lower for lower in blocks if _divides(lower, upper)] for upper in blocks}
    chains = (
        (p, q, g, o, _quotient(o, g), _quotient(o, p))
        for o in reversed(blocks)
        for g in divides[o]
        for p in divides[g]
        for q in (divides[p] if secondary else (p,))
    )
    rows = list(itertools.islice(chains, MOST_CHAINS))
    columns = [[vectors.number(vector) for vector in column] for column in zip(*rows, strict=True)]
    return Numbers(*[np.array(column) for column in columns])


def _divides(lower: tuple[int, ...], upper: tuple[int, ...]) -> bool:
    return all(b % a == 0 for a, b in zip(lower, upper, strict=True))


def _quotient(upper: tuple[int, ...], lower: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(b // a for a, b in zip(lower, upper, strict=True))
