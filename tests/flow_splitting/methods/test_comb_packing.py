"""Cutting flows over parallel links: the wrap-around rule and the least number of pieces."""

import itertools
from math import gcd

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from planner.solvers.flow_splitting.packing.cutting import wrap_around
from planner.solvers.flow_splitting.packing.pack import pack_many, pack_pair
from planner.solvers.flow_splitting.packing.search import fewest_pieces
from planner.solvers.flow_splitting.packing.units import cut_units

SIZES = st.lists(st.integers(1, 9).map(float), min_size=1, max_size=5)
ROOMS = st.lists(st.integers(1, 12).map(float), min_size=1, max_size=4)


def assert_fits(size, room, pieces):
    """Check that pieces serve every flow, keep to the room, and meet on no link twice."""
    item, link, amount = pieces
    assert (amount > 0).all()
    assert np.bincount(item, amount, len(size)) == pytest.approx(size)
    assert (np.bincount(link, amount, len(room)) <= room * (1 + 1e-9)).all()
    assert len({*zip(item.tolist(), link.tolist(), strict=True)}) == len(item)


def partitions(items):
    """Yield the ways to put items into groups."""
    if not items:
        yield []
        return
    first, *others = items
    for size in range(len(others) + 1):
        for mates in itertools.combinations(others, size):
            rest = [item for item in others if item not in mates]
            for tail in partitions(rest):
                yield [(first, *mates), *tail]


def least_pieces(size, room):
    """Return flows plus links less the most groups, trying every grouping of both."""
    best = 0
    for groups in partitions(list(range(len(room)))):
        capacity = [sum(room[link] for link in group) for group in groups]
        for choice in itertools.product(range(len(groups)), repeat=len(size)):
            used = [0.0] * len(groups)
            for item, group in enumerate(choice):
                used[group] += size[item]
            if all(u <= c for u, c in zip(used, capacity, strict=True)):
                best = max(best, len(groups))
                break
    return len(size) + len(room) - best


@given(st.lists(st.tuples(SIZES, st.integers(1, 5)), min_size=1, max_size=5))
def test_wrap_around_fills_each_group_in_order(groups):
    """Flows are cut where bins are full, with at most n + b - 1 pieces per group."""
    item_group = np.repeat(np.arange(len(groups)), [len(sizes) for sizes, _ in groups])
    bin_group = np.repeat(np.arange(len(groups)), [bins for _, bins in groups])
    size = np.array([size for sizes, _ in groups for size in sizes])
    room = np.array([sum(sizes) / bins for sizes, bins in groups for _ in range(bins)])
    item, link, amount = wrap_around(item_group, size, bin_group, room)
    assert_fits(size, room, (item, link, amount))
    assert (item_group[item] == bin_group[link]).all()
    pieces = np.bincount(item_group[item], minlength=len(groups))
    assert all(p <= len(s) + b - 1 for p, (s, b) in zip(pieces, groups, strict=True))


@pytest.mark.parametrize("links", [1, 2, 7, 12, 16, 31, 48, 64])
def test_units_at_perfect_balance_need_n_plus_s_minus_gcd(links):
    """r unit flows on s links of room r / s take r + s - gcd(r, s) pieces, never more."""
    for flows in range(1, links + 1):
        item, link, amount = cut_units(flows, np.full(links, flows / links))
        assert_fits(np.ones(flows), np.full(links, flows / links), (item, link, amount))
        assert len(item) == flows + links - gcd(flows, links)


@given(st.lists(st.integers(5, 11), min_size=3, max_size=5), st.data())
def test_units_on_different_links_need_the_fewest_pieces(twelfths, data):
    """The grouping of links by dynamic programming agrees with trying everything."""
    room = np.array(twelfths) / 12
    flows = data.draw(st.integers(1, sum(twelfths) // 12))
    pieces = cut_units(flows, room)
    assert_fits(np.ones(flows), room, pieces)
    assert len(pieces[0]) == least_pieces([12.0] * flows, [float(r) for r in twelfths])


@given(SIZES, ROOMS)
def test_search_finds_the_fewest_pieces(sizes, rooms):
    """The search agrees with trying every grouping of flows and links."""
    assume(sum(sizes) <= sum(rooms))
    pieces = pack_pair(np.array(sizes), np.array(rooms))
    assert_fits(np.array(sizes), np.array(rooms), pieces)
    assert len(pieces[0]) == least_pieces(sizes, rooms)


def test_search_gives_up_beyond_its_budget():
    """Hard sets of flows end the search instead of hanging it."""
    rng = np.random.default_rng(0)
    sizes = rng.integers(10**6, 2 * 10**6, 30) * 1.0
    room = np.array([sizes.sum() / 2 - 0.5, sizes.sum() / 2 + 0.5])
    groups = fewest_pieces(sizes, room)
    assert groups is None or len(groups) in (1, 2)
    assert_fits(sizes, room, pack_pair(sizes, room))


@given(SIZES, ROOMS)
def test_many_pairs_are_packed_whole_where_they_fit(sizes, rooms):
    """Packing without search serves every flow and cuts nothing that fits a roomy link."""
    assume(sum(sizes) <= sum(rooms))
    group = np.zeros(len(sizes), dtype=np.int64)
    for tight in (True, False):
        pieces = pack_many(group, np.array(sizes), np.array([rooms]), tight=tight)
        assert_fits(np.array(sizes), np.array(rooms), pieces)
        assert len(pieces[0]) <= len(sizes) + len(rooms) - 1


@pytest.mark.parametrize("search", [True, False])
def test_a_fast_link_does_not_blur_slow_ones(search):
    """Flows a little longer than the room of the slow links do not fit these, however fast one is.

    So the slow links stay empty but for the one flow that fits.
    """
    size = np.array([1.00001, 1.00001, 1.00001, 1.00001])
    room = np.array([3e7, 1.000005, 1.000005, 1.000005, 1.000005])
    item, link, amount = pack_pair(np.append(size, 1.0), room, search=search)
    assert (np.bincount(link, amount, len(room)) <= room * (1 + 1e-9)).all()
    assert np.bincount(item, amount) == pytest.approx(np.append(size, 1.0), rel=1e-9)


def test_many_groups_with_fast_links():
    """Each link has its own idea of what is rounding."""
    room = np.array([[3e7, 1.000005], [1.000005, 3e7]])
    size = np.full(4, 1.00001)
    group = np.array([0, 0, 1, 1])
    item, link, amount = pack_many(group, size, room)
    load = np.bincount(group[item] * 2 + link, amount, 4).reshape(2, 2)
    assert (load <= room * (1 + 1e-9)).all()
