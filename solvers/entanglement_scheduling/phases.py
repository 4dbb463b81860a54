"""Strictly periodic jobs: which differences of two phases keep them apart.

Two of them meet through the greatest common divisor g of their periods alone: intervals of lengths
l_a and l_b at offsets o_a and o_b stay apart if l_a <= (phase_j + o_b - phase_i - o_a) mod g <= g -
l_b. One variable per job and one domain per pair do, however long the hyperperiod.
"""

import math
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.solvers.entanglement_scheduling.jobs import Segments
from planner.solvers.entanglement_scheduling.pools import Pool

if TYPE_CHECKING:
    from planner.solvers.entanglement_scheduling.model import Built

Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]
Own = dict[int, Segments]
"""Pool -> intervals of one way."""


def add_phases(built: "Built", pools: list[Pool]) -> None:
    """Keep all pairs of jobs apart on pools of one qubit."""
    held: dict[tuple[int, int], Own] = {}
    for pool in pools:
        for key, spans in pool.held.items():
            held.setdefault(key, {})[pool.pool] = spans
    for first, second in combinations(sorted(held), 2):
        if first[0] == second[0] or not held[first].keys() & held[second].keys():
            continue
        periods = [built.jobs.jobs[place].period for place, _ in (first, second)]
        free = free_differences(held[first], held[second], math.gcd(*periods))
        if not free.all():
            _add_pair(built, first, second, free)


def free_differences(first: Own, second: Own, modulus: int) -> Mask:
    """Return the residues (g,) of phase of the second less phase of the first that are allowed."""
    free = np.ones(modulus, dtype=bool)
    for pool in first.keys() & second.keys():
        for begin, end in first[pool]:
            for start, stop in second[pool]:
                # Forbidden are begin - stop < difference < end - start.
                width = min(modulus, end - begin + stop - start - 1)
                free[(begin - stop + 1 + np.arange(width)) % modulus] = False
    return free


def _add_pair(built: "Built", first: tuple[int, int], second: tuple[int, int], free: Any) -> None:
    from ortools.sat.python import cp_model

    model = built.model
    literals = [built.admit[place][option] for place, option in (first, second)]
    phases = [built.start[place][0] for place, _ in (first, second)]
    low, high = -phases[0].proto.domain[1], phases[1].proto.domain[1]
    allowed = low + np.flatnonzero(free[np.arange(low, high + 1) % len(free)])
    if not len(allowed):
        model.add_bool_or([literal.negated() for literal in literals])
        return
    edges = np.flatnonzero(np.diff(allowed) > 1)
    spans = zip([allowed[0], *allowed[edges + 1]], [*allowed[edges], allowed[-1]], strict=True)
    domain = cp_model.Domain.from_intervals([[int(b), int(e)] for b, e in spans])
    model.add_linear_expression_in_domain(phases[1] - phases[0], domain).only_enforce_if(*literals)
