"""Which plans existing frameworks can express with their own settings."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from planner.models.hierarchical_sharding.costs import Numbers
from planner.models.hierarchical_sharding.divisors import Vectors

Mask = NDArray[np.bool_]


def expressible(names: tuple[str, ...], vectors: Vectors, plans: Numbers, keep: bool) -> Mask:
    """Return which plans at least one of the named frameworks can run.

    `deepspeed`: ZeRO stages 0 to 3, hpZ and MiCS over runs of neighbouring devices. `fsdp2`: one
    device mesh for parameters, gradients and optimizer, gathers kept or not, or gathered anew from
    a group of neighbours in the mesh. `internevo`: factors of its own for the three states, over
    runs of neighbours, gradients like parameters or like the optimizer. `any`: every plan.
    """
    found = np.zeros(len(plans), dtype=bool)
    for name in names:
        found |= _RULES[name](vectors, plans, keep)
    return found


def _any(vectors: Vectors, plans: Numbers, keep: bool) -> Mask:
    return np.ones(len(plans), dtype=bool)


def _deepspeed(vectors: Vectors, plans: Numbers, keep: bool) -> Mask:
    whole = len(vectors) - 1
    p, q, g, o = plans.parameters, plans.secondary, plans.gradients, plans.optimizer
    replicated = (p == 0) & (q == 0) & ((o == 0) & (g == 0) | (o == whole) & ((g == 0) | (g == o)))
    # A secondary partition of one rank is how DeepSpeed says that there is none.
    sharded = (p == whole) & (g == whole) & (o == whole) & vectors.is_block[q] & (q > 0)
    mics = (p == q) & (p == g) & (p == o) & vectors.is_block[p]
    found: Mask = replicated | ((sharded | mics) & (not keep))
    return found


def _fsdp2(vectors: Vectors, plans: Numbers, keep: bool) -> Mask:
    p, q, g, o = plans.parameters, plans.secondary, plans.gradients, plans.optimizer
    same = (p == g) & (p == o)
    found: Mask = same & ((p == q) | _is_start(vectors, q, p))
    return found


def _internevo(vectors: Vectors, plans: Numbers, keep: bool) -> Mask:
    p, g, o = plans.parameters, plans.gradients, plans.optimizer
    blocks = vectors.is_block[p] & vectors.is_block[g] & vectors.is_block[o]
    free = (g == p) | (g == o)
    found: Mask = blocks & free & (plans.secondary == p) & (not keep)
    return found


def _is_start(vectors: Vectors, inner: NDArray[np.int64], outer: NDArray[np.int64]) -> Mask:
    """Return where the inner group is a run of neighbours within the outer group."""
    small, large = vectors.table[inner], vectors.table[outer]
    short = small != large
    beyond = np.cumsum(short, axis=1) - short > 0
    found: Mask = ~(beyond & (small > 1)).any(axis=1)
    return found


_RULES: dict[str, Callable[[Vectors, Numbers, bool], Mask]] = {
    "any": _any,
    "deepspeed": _deepspeed,
    "fsdp2": _fsdp2,
    "internevo": _internevo,
}
