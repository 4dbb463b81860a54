"""Qubits are named so that no two intervals share one at a time."""

import numpy as np
import pytest

from planner.models.entanglement_scheduling.enumeration import enumerate_all
from planner.models.entanglement_scheduling.evaluation.assignment import name_pool, name_qubits
from planner.models.entanglement_scheduling.evaluation.timetable import rigid_rows
from planner.models.entanglement_scheduling.samples import draw


def is_sound(begin, end, names, slots):
    """Return whether no qubit is held twice in any slot."""
    held = [
        (name, slot % slots)
        for first, last, name in zip(begin, end, names, strict=True)
        for slot in range(first, last)
    ]
    return len(set(held)) == len(held)


@pytest.mark.parametrize("seed", range(40))
def test_line_needs_no_more_qubits_than_are_held_at_once(seed):
    """Without a circle every set of intervals gets as many names as its peak."""
    rng = np.random.default_rng(seed)
    begin = rng.integers(0, 20, 15)
    end = begin + rng.integers(1, 8, 15)
    peak = max(int(((begin <= slot) & (slot < end)).sum()) for slot in range(28))
    names = name_pool(begin, end, peak, 28)
    assert names is not None
    assert names.max() < peak
    assert is_sound(begin, end, names, 28)
    assert name_pool(begin, end, peak - 1, 28) is None


def colourable(begin, end, size, slots):
    """Try all namings."""

    def extend(names):
        if not is_sound(begin[: len(names)], end[: len(names)], names, slots):
            return False
        return len(names) == len(begin) or any(extend([*names, each]) for each in range(size))

    return extend([])


@pytest.mark.parametrize("seed", range(80))
def test_circle_is_named_where_it_can_be(seed):
    """Small circles get a naming exactly where trying all finds one."""
    rng = np.random.default_rng(seed)
    slots, size = 9, int(rng.integers(2, 4))
    begin = rng.integers(0, slots, int(rng.integers(3, 8)))
    end = begin + rng.integers(1, 6, len(begin))
    names = name_pool(begin, end, size, slots)
    assert (names is not None) == colourable(begin, end, size, slots)
    assert names is None or is_sound(begin, end, names, slots)


def test_three_arcs_of_two_thirds_need_three_qubits():
    """Never more than two at once, each with each at some time."""
    begin, end = np.array([0, 3, 6]), np.array([6, 9, 12])
    assert name_pool(begin, end, 2, 9) is None
    assert sorted(name_pool(begin, end, 3, 9).tolist()) == [0, 1, 2]


@pytest.mark.parametrize("seed", range(20))
def test_schedules_are_named(build, seed):
    """All intervals of an optimal schedule get qubits of their pools."""
    instance = build(draw(np.random.default_rng(seed)))
    view, found = instance.view, enumerate_all(instance)
    if found is None or not found.choice:
        return
    shapes = [view.shapes[j][a] for j, a in found.choice]
    demand = np.array([j for j, _ in found.choice])
    rows = rigid_rows(view, demand, shapes, np.concatenate(found.starts))
    names = name_qubits(view, rows)
    if names is None:
        assert view.wraps
        return
    assert (names < view.capacity[rows.held.pool]).all()
    for pool in np.unique(rows.held.pool):
        mine = rows.held.pool == pool
        begin, end = rows.held.begin[mine], rows.held.end[mine]
        assert is_sound(begin, end, names[mine], view.hyperperiod)
