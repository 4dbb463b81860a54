"""No degree or metric bound is above what a linear programme shows to be possible."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import graphs, linear_programme, utilisation, views

from planner.models.flow_splitting.bounds import (
    arc_metric_bound,
    counting_bound,
    degree_bound,
    metric_bound,
)
from planner.models.flow_splitting.enumeration import step_optimum


@settings(max_examples=150, deadline=None)
@given(view=views(), data=st.data())
def test_metric_below_linear_programme(view, data):
    """Whatever the lengths and classes, the metric bound is no more than the LP's optimum."""
    view = dataclasses.replace(view, splitting="free")
    step, fabric = view.steps[0], view.fabric
    best = linear_programme(view)
    assert degree_bound(view, step) <= best * (1 + 1e-9)
    many = st.integers(1, 3)
    shape = data.draw(many), data.draw(many)
    lengths = st.lists(st.floats(0.0, 2.0), min_size=math.prod(shape), max_size=math.prod(shape))
    up, down = (np.array(data.draw(lengths)).reshape(shape) for _ in range(2))
    classes = [
        np.array(data.draw(st.lists(st.integers(0, many - 1), min_size=length, max_size=length)))
        for length, many in ((fabric.leaves, shape[0]), (fabric.spines, shape[1]))
    ]
    try:
        bound = metric_bound(view, step, up, down, *classes)
    except ValueError:
        return
    assert bound <= best * (1 + 1e-7)


def test_metric_reaches_the_optimum(build, fabric):
    """The right lengths prove the optimum: those of the leaf that is short of links."""
    failed = [{"leaf": "leaf0", "spine": f"spine{k}"} for k in (0, 2)]
    instance = build(fabric(4, 4, failed_links=failed), {"demands": {"uniform": 1.0}})
    view, step = instance.view, instance.view.steps[0]
    up, down = np.array([[1.0], [0.0]]), np.zeros((2, 1))
    leaf_class, spine_class = np.array([0, 1, 1, 1]), np.zeros(4, int)
    bound = metric_bound(view, step, up, down, leaf_class, spine_class)
    assert bound == pytest.approx(1.5, rel=1e-12)
    assert bound <= 1.5
    # The scale of the lengths does not matter, not even at the end of the range.
    huge = metric_bound(view, step, up * 1e308, down, leaf_class, spine_class)
    assert huge == pytest.approx(bound)


def test_links_that_are_down_shorten_no_path(build, fabric, messages):
    """A link that is down has no length to offer and makes the way longer."""
    topology = fabric(2, 2, failed_links=[{"leaf": "leaf0", "spine": "spine0"}])
    view = build(topology, messages((0, 1, 1.0))).view
    up, down = np.array([[0.0, 1.0], [0.0, 0.0]]), np.zeros((2, 2))
    for absent in (0.0, 1e308):
        up[0, 0] = absent
        bound = metric_bound(view, view.steps[0], up, down, np.arange(2), np.arange(2))
        assert bound == pytest.approx(1.0)
        tiny = metric_bound(view, view.steps[0], up * 1e-300, down, np.arange(2), np.arange(2))
        assert tiny == pytest.approx(1.0)


def test_metric_includes_the_nics(build, fabric):
    """The bound of a step is never below the time its NICs need."""
    topology = fabric(2, 8, hosts_per_leaf=1, nic_rate=0.25)
    flows = [{"from": "host0", "to": "host1", "size": 1.0}]
    view = build(topology, {"flows": flows}).view
    ones, zeros = np.ones((1, 1)), np.zeros
    bound = metric_bound(view, view.steps[0], ones, ones, zeros(2, int), zeros(8, int))
    assert bound == pytest.approx(4.0)


@pytest.mark.parametrize("side", ["out", "in"])
def test_degree_of_leaves_pairs_and_nics(build, fabric, side):
    """The degree bound finds the busy leaf, the narrow pair and the busy host."""
    ends = [(0, 1), (0, 2), (0, 3)]
    flows = [(a, b, 2.0) if side == "out" else (b, a, 2.0) for a, b in ends]
    listed = [{"from": f"leaf{a}", "to": f"leaf{b}", "size": size} for a, b, size in flows]
    view = build(fabric(4, 2), {"flows": listed}).view
    assert degree_bound(view, view.steps[0]) == pytest.approx(3.0)
    failed = [{"leaf": "leaf0", "spine": "spine0"}, {"leaf": "leaf1", "spine": "spine1"}]
    view = build(fabric(4, 3, failed_links=failed), {"flows": listed[:1]}).view
    assert degree_bound(view, view.steps[0]) == pytest.approx(2.0)
    hosts = [{"from": f"host{a}", "to": f"host{b}", "size": size} for a, b, size in flows]
    view = build(fabric(4, 8, hosts_per_leaf=1, nic_rate=1.0), {"flows": hosts}).view
    assert degree_bound(view, view.steps[0]) == pytest.approx(6.0)


@settings(max_examples=100, deadline=None)
@given(view=graphs(), data=st.data())
def test_bounds_on_graphs(view, data):
    """Degree and arc metric stay below the LP, counting below the best whole paths."""
    step, arcs = view.steps[0], len(view.network.rate)
    best = utilisation(view)
    assert degree_bound(view, step) <= best * (1 + 1e-9)
    lengths = data.draw(st.lists(st.floats(0.0, 2.0), min_size=arcs, max_size=arcs))
    if any(lengths):
        assert arc_metric_bound(view, step, np.array(lengths)) <= best * (1 + 1e-7)
    whole = dataclasses.replace(view, splitting="whole")
    reached = step_optimum(whole, step)
    assert reached is not None
    assert best * (1 - 1e-9) <= reached
    assert degree_bound(whole, step) <= counting_bound(whole, step) <= reached


def test_arc_metric_reaches_the_optimum(build):
    """Unit lengths on the arcs of a cut prove what it carries; parallel links count twice."""
    links = [{"a": "a", "b": "b"}] * 2 + [{"a": "b", "b": "c", "rate": 5.0}]
    graph = {"kind": "graph", "nodes": ["a", "b", "c"], "link_rate": 1.0, "links": links}
    view = build(graph, {"flows": [{"from": "a", "to": "c", "size": 3.0}]}).view
    length = np.array([1.0, 0.0, 1.0, 0.0, 0.0, 0.0])
    assert arc_metric_bound(view, view.steps[0], length) == pytest.approx(1.5)
