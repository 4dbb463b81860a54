"""Sizes and rates in whole numbers."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.solvers.flow_splitting.exact.integers import LIMIT, find_scale, to_integers
from planner.solvers.flow_splitting.exact.lots import choices, group, twin_spines


def test_common_unit_is_the_largest():
    """12.5e9 and 50e9 byte/s are 1 and 4 of a unit of 12.5e9."""
    scaled = to_integers(np.array([12.5e9, 50e9]))
    assert scaled.number.tolist() == [1, 4]
    assert scaled.unit == Fraction(12_500_000_000)
    assert scaled.error == 0.0


def test_decimal_fractions_are_meant_exactly():
    """0.1, 0.25 and 3 are 2, 5 and 60 twentieths, whatever floats make of 0.1."""
    scaled = to_integers(np.array([0.1, 0.25, 3.0]))
    assert scaled.number.tolist() == [2, 5, 60]
    assert scaled.unit == Fraction(1, 20)


@given(st.lists(st.floats(1e-6, 1e12), min_size=1, max_size=6))
def test_numbers_never_exceed_their_values(values):
    """Where rounding is needed it goes down, by no more than is told."""
    scaled = to_integers(np.array(values))
    back = scaled.number * float(scaled.unit)
    assert (scaled.number <= LIMIT).all()
    assert (back <= np.array(values) * (1 + 1e-12)).all()
    assert (back >= np.array(values) * (1 - max(2 * scaled.error, 1e-12))).all()


def test_scale_turns_loads_into_times(on_fabric):
    """Three units on a link of rate 1.5 take time 2."""
    groups = [{"count": 1, "link_rate": 1.5}, {"count": 1, "link_rate": 2.5}]
    instance = on_fabric(leaves=2, spine_groups=groups, flows=[("leaf0", "leaf1", 3.0)],
                         hosts_per_leaf=1)  # fmt: skip
    view = instance.view
    scale = find_scale(group(view.steps[0].traffic), view.fabric)
    load = int(scale.size[0]) * (scale.multiple // int(scale.up[0, 0, 0]))
    assert load * scale.unit == pytest.approx(2.0, rel=1e-15)
    assert scale.shrink == 1.0


def test_equal_flows_are_one_lot(on_fabric):
    """Flows with the same leaves and size are counted; local flows are left out."""
    flows = [("host0", "host2", 1.0), ("host1", "host3", 1.0), ("host0", "host3", 2.0),
             ("host0", "host1", 1.0)]  # fmt: skip
    view = on_fabric(leaves=2, spines=3, hosts_per_leaf=2, flows=flows).view
    lots = group(view.steps[0].traffic)
    assert lots.count.tolist() == [2, 1]
    assert lots.flow.tolist() == [0, 1, 2]
    assert len(choices(lots, view.fabric).lot) == 6


def test_twins_have_all_links_alike(on_fabric):
    """Spines 0, 1 and 3 are alike; spine 2 lost a link."""
    failed = [{"leaf": "leaf1", "spine": "spine2"}]
    view = on_fabric(leaves=2, spines=4, failed_links=failed, demands={"uniform": 1.0}).view
    assert [twins.tolist() for twins in twin_spines(view.fabric)] == [[0, 1, 3]]
