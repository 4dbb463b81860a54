"""Pairs said to exclude each other do, by trying all starts; exact where that is promised."""

import itertools

import numpy as np
import pytest

from planner.models.entanglement_scheduling.enumeration import _Search
from planner.models.entanglement_scheduling.proofs.conflicts import (
    Conflicts,
    find_conflicts,
    forbidden,
    free_phases,
)
from planner.models.entanglement_scheduling.proofs.crowds import Crowds
from planner.models.entanglement_scheduling.samples import draw
from planner.models.entanglement_scheduling.shape import Shape

ZERO = {"jitter": "zero"}


def test_worked_examples(one_qubit):
    """(3, 8) and (3, 12) exclude each other without jitter only; (2, 4) excludes (6, 12)."""
    assert find_conflicts(one_qubit((3, 8), (3, 12), limits=ZERO).view) == [(0, 1)]
    assert find_conflicts(one_qubit((3, 8), (3, 12)).view) == []
    assert find_conflicts(one_qubit((2, 4), (6, 12)).view) == [(0, 1)]
    assert find_conflicts(one_qubit((2, 4), (4, 12)).view) == []
    assert find_conflicts(one_qubit((2, 6), (8, 16)).view) == []


def random_shape(rng, pools, longest):
    """Return a shape of up to four segments."""
    length = int(rng.integers(1, longest + 1))
    segments = int(rng.integers(1, 5))
    begin = rng.integers(0, length, segments)
    end = begin + 1 + (rng.random(segments) * (length - begin)).astype(int)
    return Shape(length, rng.integers(0, pools, segments), begin, np.minimum(end, length))


def usage(shape, pools, start, slots):
    """Return the qubits held in each slot of a line of slots, one slot at a time."""
    held = np.zeros((pools, slots), int)
    for pool, begin, end in zip(shape.pool, shape.begin, shape.end, strict=True):
        for slot in range(begin, end):
            held[pool, start + slot] += 1
    return held


@pytest.mark.parametrize("seed", range(60))
def test_forbidden_differences_are_those_of_counting(seed):
    """Pools of any size: a difference is forbidden where two shapes together hold too many."""
    rng = np.random.default_rng(seed)
    pools = 2
    capacity = rng.integers(1, 4, pools)
    first, second = (random_shape(rng, pools, 6) for _ in range(2))
    own = [usage(shape, pools, 0, 8) for shape in (first, second)]
    if any((each > capacity[:, None]).any() for each in own):
        return
    found = forbidden(first, second, capacity)
    assert found.least == 1 - first.length
    for difference in range(-8, 9):
        both = usage(first, pools, 10 + difference, 40) + usage(second, pools, 10, 40)
        place = difference - found.least
        told = 0 <= place < len(found.mask) and bool(found.mask[place])
        assert told == bool((both > capacity[:, None]).any())


def test_free_phases_follow_the_greatest_common_divisor():
    """l_a <= x <= g - l_b on one qubit: lengths 2 and 3, g = 6, allow x = 2 and 3."""
    one, other = (Shape(c, np.array([0]), np.array([0]), np.array([c])) for c in (3, 2))
    found = forbidden(one, other, np.array([1]))
    assert np.flatnonzero(free_phases(found, 6)).tolist() == [2, 3]


@pytest.mark.parametrize("seed", range(120))
def test_conflicts_hold_against_all_starts(build, seed):
    """What is called a conflict has no starts; strictly periodic pairs without any are all found.

    So are pairs with windows where one period divides the other and time is no circle.
    """
    rng = np.random.default_rng(1000 + seed)
    instance = build(draw(rng))
    view, search = instance.view, _Search(instance.view)
    known, listed = Conflicts(view), set(find_conflicts(view))
    for i, j in itertools.combinations(range(len(view.demands)), 2):
        ways = itertools.product(known.usable(i), known.usable(j))
        possible = any(not search.exclude(((i, a), (j, b))) for a, b in ways)
        told = known.exclude(i, j)
        assert not (told and possible)
        if known.usable(i) and known.usable(j):
            assert ((i, j) in listed) == told
        jitter = {view.demands[each].jitter for each in (i, j)}
        periods = sorted(int(view.period[each]) for each in (i, j))
        harmonic = periods[1] % periods[0] == 0
        if jitter == {0} or (jitter == {None} and harmonic and not view.wraps):
            assert told == (not possible)


@pytest.mark.parametrize("seed", range(120))
def test_crowds_hold_against_all_starts(build, seed):
    """What is called a crowd has no starts; with windows and nested periods none is missed."""
    rng = np.random.default_rng(7000 + seed)
    instance = build(draw(rng))
    view, search, known = instance.view, _Search(instance.view), Crowds(instance.view)
    for size in (2, 3):
        for members in itertools.combinations(range(len(view.demands)), size):
            ways = [known.pairs.usable(j) for j in members]
            choices = (tuple(zip(members, each, strict=True)) for each in itertools.product(*ways))
            possible = any(search.place(choice) is not None for choice in choices)
            told = known.exclude(members)
            assert not (told and possible)
            periods = sorted(int(view.period[j]) for j in members)
            nested = all(b % a == 0 for a, b in itertools.pairwise(periods))
            free = {view.demands[j].jitter for j in members} == {None}
            if nested and free and not view.wraps:
                assert told == (not possible)


def test_crowd_of_three_without_conflicting_pairs(one_qubit):
    """Runs of 3, 3 and 3 in 8 slots: any two fit, all three do not."""
    view = one_qubit((3, 8), (3, 8), (3, 8), (1, 4)).view
    known = Crowds(view)
    assert known.exclude([0, 1, 2])
    assert not known.exclude([0, 1])
    assert not known.exclude([0, 1, 3])
    assert Crowds(view, steps=5).exclude([0, 1, 2]) is False
