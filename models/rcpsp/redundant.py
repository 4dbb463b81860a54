"""Resources that follow from those of an instance, and say more about intervals than they do.

A dual feasible function f keeps sums: if demands fit beside each other, sum f(r_i) <= f(C). What
it makes of a resource is therefore kept by every schedule, and may leave less room (Carlier,
Clautiaux, Moukrim 2007; Clautiaux, Alves, Valerio de Carvalho 2010). A clique is a resource of one
unit.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.rcpsp.cliques import grown
from planner.models.rcpsp.view import View

_PARAMETERS = 64
"""Values tried for the parameter of each function."""
_DERIVED = 2
"""Functions kept per resource, those that leave least room."""
_CLIQUES = 4


@dataclass(frozen=True, slots=True)
class Row:
    """A demand that every schedule keeps at every time: sum of `weight` of what runs."""

    weight: IntArray
    """(n,), zero for activities that hold nothing."""
    capacity: int


def rows(view: View) -> tuple[Row, ...]:
    """Return the resources of a project, what functions make of them, and its longest cliques."""
    found = []
    for resource, capacity in enumerate(view.capacity.tolist()):
        held = np.where(view.duration > 0, view.demand[:, resource], 0)
        if held.any():
            row = Row(held, capacity)
            found += [row, *_derived(row, view.duration)]
    for members in grown(view)[:_CLIQUES]:
        weight = np.zeros(view.activities, np.int64)
        weight[members] = 1
        found.append(Row(weight, 1))
    return tuple(found)


def cut_both_ends(weight: IntArray, capacity: int, small: int) -> Row:
    """Return f_0: below `small` nothing, above C - small all, between it stays (Fekete, Schepers).

    `small` is from 1 to C / 2.
    """
    kept = np.where(weight < small, 0, weight)
    return Row(np.where(weight > capacity - small, capacity, kept), capacity)


def in_units_of(weight: IntArray, capacity: int, unit: int) -> Row:
    """Return f_CCM: small demands rounded down to `unit`, large ones as what they leave.

    `unit` is from 1 to C / 2.
    """
    whole = capacity // unit
    large = 2 * (whole - (capacity - weight) // unit)
    value = np.where(2 * weight == capacity, whole, 2 * (weight // unit))
    return Row(np.where(2 * weight > capacity, large, value), 2 * whole)


def _derived(row: Row, duration: IntArray) -> list[Row]:
    """Return the functions of a resource that ask for the largest share of it."""
    base = row.weight / row.capacity
    made = [each for each in _transformed(row) if (each.weight / each.capacity > base).any()]
    made.sort(key=lambda each: -float(each.weight @ duration) / each.capacity)
    return made[:_DERIVED]


def _transformed(row: Row) -> Iterator[Row]:
    # Between two demands a parameter changes nothing that its neighbours do not.
    values = np.unique(np.concatenate([row.weight, row.weight + 1, row.capacity - row.weight]))
    values = values[(values >= 1) & (2 * values <= row.capacity)][:_PARAMETERS]
    seen = set()
    for value in values.tolist():
        for made in (
            cut_both_ends(row.weight, row.capacity, value),
            in_units_of(row.weight, row.capacity, value),
        ):
            key = (made.capacity, made.weight.tobytes())
            if key not in seen:
                seen.add(key)
                yield made
