"""AMSP's choice by its own cost model (Chen et al. 2023, arXiv 2311.00257, section IV).

With factors s_p, s_g, s_o, V the bytes of the parameters and A micro-batches, its step takes

    A (2 all-gathers + 1 reduce-scatter) of V over s_p
    (A - 1) all-reduces of V / S_p over s_g / s_p
    one all-reduce of V / S_p over n / s_p, and a broadcast, timed as an all-gather, over s_o / s_p

where each factor divides the next, s_g equals s_p or s_o, and a level is only used once all levels
within it are used in full. Parameters, gradients, optimizer states, activations and the reserve
take memory; buffers of gathers are not counted.
"""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.errors import CapabilityError
from planner.models.hierarchical_sharding.collectives import times
from planner.models.hierarchical_sharding.divisors import Vectors, vectors_of
from planner.models.hierarchical_sharding.front import TIE
from planner.models.hierarchical_sharding.instance import HierarchicalSharding
from planner.models.hierarchical_sharding.plan import Precisions, Sharding, UniformPlan
from planner.models.hierarchical_sharding.view import COLLECTIVES, View
from planner.solvers.contract import Answer, Run
from planner.solvers.hierarchical_sharding import named
from planner.solvers.hierarchical_sharding.answers import answer_with

MOST_VECTORS = 3_000
"""Most vectors of divisors; AMSP looks at pairs of those that fill levels from the inside."""

Factors = tuple[IntArray, IntArray, IntArray]


def refuses(instance: HierarchicalSharding) -> str | None:
    """Return why AMSP cannot choose, or `None`."""
    reason = named.refuses(instance)
    vectors = vectors_of(instance.view.layers[0].fanout)
    if reason is None and int(vectors.is_block.sum()) > MOST_VECTORS:
        return "there are too many factors for a brute-force search"
    return reason


def solve(instance: HierarchicalSharding, run: Run) -> Answer:
    """Return AMSP's choice, or its smallest plan where none fits by its own count."""
    if (reason := refuses(instance)) is not None:
        raise CapabilityError(reason)
    view = instance.view
    vectors = vectors_of(view.layers[0].fanout)
    factors = _factors(vectors)
    schedule = min(range(len(view.schedules)), key=lambda s: view.schedules[s].microbatches)
    time, memory = (
        _times(view, vectors, factors, schedule),
        _memory(view, vectors, factors, schedule),
    )
    fits = np.ones(len(time), bool) if view.memory is None else memory <= view.memory * (1 + TIE)
    place = _best(np.where(fits, time, np.inf), memory) if fits.any() else int(memory.argmin())
    states = [vectors.vector(int(column[place])) for column in factors]
    bits = Precisions.model_validate({c: view.bits(c)[0] for c in COLLECTIVES})
    p, g, o = states
    sharding = Sharding(parameters=p, secondary=p, gradients=g, optimizer=o, bits=bits)
    note = (
        f"By AMSP's own cost model a step communicates for {float(time[place]):.6g} s and a device "
        f"holds {float(memory[place]) / 1e9:.6g} GB."
    )
    if not fits.any():
        note += " No plan of AMSP fits the memory by its own count; this one is the smallest."
    return answer_with(instance, run, UniformPlan(sharding=sharding, schedule=schedule), note)


def _factors(vectors: Vectors) -> Factors:
    """Return the columns s_p, s_g, s_o of every choice that AMSP considers."""
    blocks = np.flatnonzero(vectors.is_block)
    p, o = (grid.ravel() for grid in np.meshgrid(blocks, blocks, indexing="ij"))
    divides = (vectors.table[o] % vectors.table[p] == 0).all(axis=1)
    p, o = p[divides], o[divides]
    return np.tile(p, 2), np.concatenate([p, o]), np.tile(o, 2)


def _times(view: View, vectors: Vectors, factors: Factors, schedule: int) -> FloatArray:
    p, g, o = factors
    passes = view.schedules[schedule].microbatches
    whole = np.full_like(p, len(vectors) - 1)
    own = [
        sum(
            layer.count
            * times(
                view.machine,
                vectors,
                view.parameter_bytes * layer.parameters / vectors.sizes,
                layer.buckets,
                operation,
            ).at(vectors.size_index[size], number)
            for layer in view.layers
        )
        for operation, size, number in (
            ("all_gather", np.zeros_like(p), p),
            ("reduce_scatter", np.zeros_like(p), p),
            ("all_reduce", p, _quotient(vectors, g, p)),
            ("all_reduce", p, _quotient(vectors, whole, p)),
            ("all_gather", p, _quotient(vectors, o, p)),
        )
    ]
    gather, scatter, reduce, drop, broadcast = (np.asarray(each) for each in own)
    result: FloatArray = passes * (2 * gather + scatter) + (passes - 1) * reduce + drop + broadcast
    return result


def _quotient(vectors: Vectors, upper: IntArray, lower: IntArray) -> IntArray:
    """Return the numbers of the componentwise quotients."""
    table = vectors.table[upper] // vectors.table[lower]
    digits = [np.searchsorted(d, table[:, level]) for level, d in enumerate(vectors.digits)]
    result: IntArray = np.stack(digits, axis=1) @ vectors.stride
    return result


def _memory(view: View, vectors: Vectors, factors: Factors, schedule: int) -> FloatArray:
    p, g, o = (vectors.product[column] for column in factors)
    each = view.parameter_bytes / p + view.gradient_bytes / g + view.optimizer_bytes / o
    return view.parameters * each + view.schedules[schedule].activations + view.reserve


def _best(time: FloatArray, memory: FloatArray) -> int:
    """Return the fastest choice, the smallest among equally fast ones."""
    ties = np.flatnonzero(time <= time.min() * (1 + TIE))
    return int(ties[memory[ties].argmin()])
