"""How many distinct groups of devices a plan communicates in."""

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.hierarchical_sharding.costs import Numbers
from planner.models.hierarchical_sharding.divisors import Vectors


def communicator_counts(vectors: Vectors, plans: Numbers, keep: bool) -> IntArray:
    """Return the number of distinct groups of more than one device, one entry per plan.

    Groups run between two vectors: from 1 to s_p (forward), 1 to s_q (backward), 1 to s_g, s_g to
    s_o and s_o to n (sync), s_p to s_o (update).
    """
    none, whole = np.zeros_like(plans.parameters), np.full_like(plans.parameters, len(vectors) - 1)
    p, g, o = plans.parameters, plans.gradients, plans.optimizer
    ends = [(none, p), (none, g), (g, o), (o, whole), (p, o)]
    if not keep:
        ends.append((none, plans.secondary))
    codes = np.sort(np.stack([_code(vectors, *pair) for pair in ends]), axis=0)
    fresh = np.concatenate([codes[:1] > 0, (codes[1:] != codes[:-1]) & (codes[1:] > 0)])
    counts: IntArray = fresh.sum(axis=0)
    return counts


def _code(vectors: Vectors, lower: IntArray, upper: IntArray) -> IntArray:
    """Return a number that is the same for the same group, zero for single devices."""
    small, large = vectors.table[lower], vectors.table[upper]
    # Where nothing is split between the two, it does not matter how far in both are.
    small, large = (np.where(small == large, 1, side) for side in (small, large))
    return _number(vectors, small) + len(vectors) * _number(vectors, large)


def _number(vectors: Vectors, table: IntArray) -> IntArray:
    digits = [np.searchsorted(d, table[:, level]) for level, d in enumerate(vectors.digits)]
    result: IntArray = np.stack(digits, axis=1) @ vectors.stride
    return result
