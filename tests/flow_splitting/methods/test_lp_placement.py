"""Placing whole flows within a time, and cutting what does not fit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.solvers.flow_splitting.linear.chains import augment
from planner.solvers.flow_splitting.linear.cuts import cut_flows, join
from planner.solvers.flow_splitting.linear.items import Amounts, Items, Parts
from planner.solvers.flow_splitting.linear.placement import (
    NOWHERE,
    Room,
    drop_overfull,
    insert,
    remaining,
    seed,
)
from planner.solvers.flow_splitting.linear.pouring import pour


def all_pairs(leaves):
    """Return one flow of size 1 per ordered pair of leaves."""
    source, target = np.nonzero(~np.eye(leaves, dtype=bool))
    return Items(source, target, np.ones(len(source)))


def room(leaves, spines, size=1.0, failed=()):
    """Return equal room on all links but some."""
    table = np.full((leaves, spines), size)
    for at in failed:
        table[at] = 0.0
    return Room(table, table.copy())


def test_seed_is_a_latin_square():
    """With as many spines as leaves, single flows of one leaf all take different spines."""
    items = all_pairs(8)
    spine = seed(items, 8, np.full((1, 8), 1 / 8), np.zeros(len(items), dtype=np.int64))
    up, down = remaining(items, spine, room(8, 8))
    assert up.min() >= 0
    assert down.min() >= 0


def test_seed_avoids_bins_without_a_share():
    """A share of zero, in the middle or at the end, gets nothing whatever the rounding."""
    items = Items(np.zeros(997, int), np.ones(997, int), np.ones(997))
    shares = np.array([[1 / 3, 0.0, 1 / 3, 1 / 3, 0.0]])
    spine = seed(items, 2, shares, np.zeros(997, dtype=np.int64))
    counts = np.bincount(spine, minlength=5)
    assert counts[1] == counts[4] == 0
    assert np.ptp(counts[[0, 2, 3]]) <= 1


def test_drop_takes_the_smallest():
    """The largest flow stays on a link that is too full, the others leave it."""
    items = Items(np.array([0, 0, 0]), np.array([1, 1, 1]), np.array([1.0, 3.0, 2.0]))
    kept = drop_overfull(items, np.zeros(3, dtype=np.int64), room(2, 1, 3.5))
    assert kept.tolist() == [NOWHERE, 0, NOWHERE]


def test_drop_clears_links_that_are_down():
    """Nothing stays on a link without room."""
    kept = drop_overfull(all_pairs(3), np.zeros(6, dtype=np.int64), room(3, 2, 9.0, [(0, 0)]))
    assert (kept[all_pairs(3).source == 0] == NOWHERE).all()


def test_insert_respects_room():
    """Flows are placed where they fit; what fits nowhere is left over."""
    items = Items(np.zeros(5, int), np.ones(5, int), np.array([2.0, 2.0, 2.0, 1.0, 1.0]))
    spine = insert(items, np.full(5, NOWHERE), room(2, 2, 3.0))
    up, _ = remaining(items, spine, room(2, 2, 3.0))
    assert (spine == NOWHERE).sum() == 1
    assert up[0].min() >= 0


def test_chain_places_what_insertion_cannot():
    """Two flows move so that a third gets in: three flows on two spines with room for one each."""
    # 0->2 on spine 0 and 1->3 on spine 1; then 0->3 finds spine 1 free at 0 and spine 0 free at 3.
    items = Items(np.array([0, 1, 0]), np.array([2, 3, 3]), np.ones(3))
    stuck = np.array([0, 1, NOWHERE])
    assert (insert(items, stuck, room(4, 2)) == stuck).all()
    placed = augment(items, stuck, room(4, 2))
    up, down = remaining(items, placed, room(4, 2))
    assert (placed != NOWHERE).all()
    assert min(up.min(), down.min()) >= 0


@given(st.integers(0, 10_000))
def test_chains_never_break_anything(number):
    """Whatever is moved, no link is over its room and no flow is lost."""
    rng = np.random.default_rng(number)
    leaves, spines = 4, 3
    count = int(rng.integers(4, 20))
    source = rng.integers(0, leaves, count)
    items = Items(source, (source + rng.integers(1, leaves, count)) % leaves, np.ones(count))
    limit = Room(*(rng.integers(0, 4, (leaves, spines)).astype(float) for _ in range(2)))
    start = insert(items, np.full(count, NOWHERE), limit)
    placed = augment(items, start, limit)
    up, down = remaining(items, placed, limit)
    assert min(up.min(), down.min()) >= 0
    assert (placed == NOWHERE).sum() <= (start == NOWHERE).sum()


def test_pour_cuts_over_the_widest_spines():
    """A flow of 5 over rooms 3, 2, 1 takes two parts; what does not fit is told."""
    items = Items(np.array([0, 0]), np.array([1, 1]), np.array([5.0, 4.0]))
    table = np.array([[3.0, 2.0, 1.0], [0.0, 0.0, 0.0]])
    parts, rest = pour(items, (table, table[::-1].copy()))
    assert parts.item.tolist() == [0, 0, 1]
    assert parts.size.tolist() == [3.0, 2.0, 1.0]
    assert rest.tolist() == [0.0, 3.0]


def test_cuts_follow_the_amounts():
    """Flows of one pair are laid on a line and cut where the amounts end."""
    items = Items(np.zeros(2, int), np.ones(2, int), np.ones(2))
    ones = np.ones(3, int)
    parts = cut_flows(items, Amounts(0 * ones, ones, np.arange(3), np.full(3, 2 / 3)), 2)
    assert len(parts) == 4
    assert np.bincount(parts.spine, parts.size) == pytest.approx([2 / 3] * 3)
    assert np.bincount(parts.item, parts.size) == pytest.approx([1.0, 1.0])


def test_whole_multiples_come_first():
    """Amounts 0.5, 2, 0.5 of three unit flows cut one flow, not two."""
    items = Items(np.zeros(3, int), np.ones(3, int), np.ones(3))
    ones = np.ones(3, int)
    amounts = Amounts(0 * ones, ones, np.arange(3), np.array([0.5, 2.0, 0.5]))
    assert len(cut_flows(items, amounts, 2)) == 4


def test_joined_parts_are_distinct():
    """Two parts of one flow on one spine become one."""
    one = Parts(np.array([0, 1]), np.array([2, 2]), np.array([1.0, 2.0]))
    two = Parts(np.array([0]), np.array([2]), np.array([0.5]))
    both = join([one, two])
    assert sorted(zip(both.item.tolist(), both.size.tolist(), strict=True)) == [(0, 1.5), (1, 2.0)]
