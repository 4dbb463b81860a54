"""Which groups of devices an option communicates in, in a form that classes share."""

from collections.abc import Hashable, Iterator

from planner.models.hierarchical_sharding.divisors import vectors_of
from planner.models.hierarchical_sharding.options import Options

Vector = tuple[int, ...]


def groups_of(options: Options, option: int) -> frozenset[Hashable]:
    """Return the groups of more than one device of an option, alike for all classes.

    Between two vectors a group takes, at each level, every so-many-th child of a run of children;
    experts lie in between.
    """
    found = set()
    for lower, upper in _ends(options, option):
        steps = tuple(
            (low * between, high * between) if high > low else (1, 1)
            for low, high, between in zip(lower, upper, options.layer.experts, strict=True)
        )
        if any(high > 1 for _, high in steps):
            found.add(steps)
    return frozenset(found)


def _ends(options: Options, option: int) -> Iterator[tuple[Vector, Vector]]:
    plans, vectors = options.plans, vectors_of(options.layer.fanout)
    states = (plans.parameters, plans.secondary, plans.gradients, plans.optimizer)
    p, q, g, o = (vectors.vector(int(state[option])) for state in states)
    one, whole = (1,) * len(p), options.layer.fanout
    yield one, p
    if not options.keep[option]:
        yield one, q
    yield one, g
    yield g, o
    yield o, whole
    yield p, o
