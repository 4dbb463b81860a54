"""Euler splits, even shares, equitable colourings and remainders of bipartite multigraphs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.solvers.flow_splitting.edges.equitable import Multigraph, colour
from planner.solvers.flow_splitting.edges.euler import halve
from planner.solvers.flow_splitting.edges.portion import take_share
from planner.solvers.flow_splitting.edges.remainder import take_remainder


@st.composite
def multigraphs(draw):
    """Draw the edge counts between at most seven vertices on either side."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    shape = draw(st.tuples(st.integers(1, 7), st.integers(1, 7)))
    counts = rng.integers(0, draw(st.integers(1, 40)), shape)
    counts[rng.random(shape) < draw(st.floats(0.0, 0.9))] = 0
    left, right = np.nonzero(counts)
    return Multigraph(left, right, counts[left, right])


def degrees(graph, count):
    """Return the degrees of both sides when only `count` edges of each entry are there."""
    return [np.bincount(end, count, end.max() + 1) for end in (graph.left, graph.right)]


@given(multigraphs())
def test_halve_is_even_at_every_vertex(graph):
    """The halves of an Euler split differ by at most one edge at any vertex."""
    left, right = np.repeat(graph.left, graph.count), np.repeat(graph.right, graph.count)
    half = halve(left, right)
    for end in (left, right):
        balance = np.bincount(end, np.where(half, 1, -1))
        assert (np.abs(balance) <= 1).all()


@given(multigraphs(), st.integers(1, 40), st.data())
def test_take_share_is_even_at_every_vertex(graph, size, data):
    """Out of q blocks and r further edges, q shares and at most r or one more share are taken."""
    part = 1 << data.draw(st.integers(0, size.bit_length() - 1))
    if len(graph) == 0:
        return
    taken = take_share(graph.left, graph.right, graph.count, size, part)
    assert (taken >= 0).all()
    assert (taken <= graph.count).all()
    for degree, chosen in zip(degrees(graph, graph.count), degrees(graph, taken), strict=True):
        blocks, rest = np.divmod(degree, size)
        assert (chosen >= blocks * part).all()
        assert (chosen <= blocks * part + np.minimum(rest, part)).all()
        left = degree - chosen
        assert (left >= blocks * (size - part)).all()
        assert (left <= blocks * (size - part) + np.minimum(rest, size - part)).all()


def assert_equitable(graph, found, colours):
    """Check that each vertex has floor or ceil of its share of every colour."""
    assert (np.bincount(found.entry, found.count, len(graph)) == graph.count).all()
    assert found.colour.max() < colours
    for end in (graph.left, graph.right):
        seen = np.zeros((end.max() + 1, colours))
        np.add.at(seen, (end[found.entry], found.colour), found.count)
        share = np.bincount(end, graph.count)[:, None] / colours
        assert (seen >= np.floor(share)).all()
        assert (seen <= np.ceil(share)).all()


@given(multigraphs(), st.integers(1, 33))
def test_colouring_is_equitable(graph, colours):
    """Every colour is spread evenly at every vertex, for any number of colours."""
    if len(graph):
        assert_equitable(graph, colour(graph, colours), colours)


@pytest.mark.parametrize("colours", [64, 63, 60, 33])
def test_colouring_is_equitable_on_a_large_fabric(colours):
    """65,536 flows between 1,024 leaves are coloured evenly, also for odd numbers of spines."""
    rng = np.random.default_rng(colours)
    pairs, counts = np.unique(rng.integers(0, 1024**2, 65_536), return_counts=True)
    graph = Multigraph(pairs // 1024, pairs % 1024, counts)
    assert_equitable(graph, colour(graph, colours), colours)


def test_many_parallel_edges_are_not_listed():
    """Counts far beyond memory are coloured: only their remainders are looked at."""
    graph = Multigraph(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([10**12, 7, 10**12 + 1]))
    assert_equitable(graph, colour(graph, 24), 24)


@given(multigraphs(), st.integers(0, 3), st.data())
def test_remainder_relieves_every_vertex(graph, spare, data):
    """At most `part` edges are taken at a vertex, enough for the rest to fit, and none in vain."""
    if len(graph) == 0:
        return
    degree = graph.degree() + spare
    part = data.draw(st.integers(0, degree))
    taken = take_remainder(graph, degree, part)
    assert (taken >= 0).all()
    assert (taken <= graph.count).all()
    for chosen, left in zip(
        degrees(graph, taken), degrees(graph, graph.count - taken), strict=True
    ):
        assert chosen.max() <= part
        assert left.max() <= degree - part
    spare = [
        degree - part - np.bincount(end, graph.count - taken) for end in (graph.left, graph.right)
    ]
    loose = (taken > 0) & (spare[0][graph.left] > 0) & (spare[1][graph.right] > 0)
    assert not loose.any()


@given(st.integers(1, 6), st.integers(1, 12), st.data())
def test_remainder_of_a_regular_graph_is_least(vertices, degree, data):
    """Where every vertex has the full degree, exactly `part` edges are taken at each."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    counts = sum(np.eye(vertices, dtype=int)[rng.permutation(vertices)] for _ in range(degree))
    left, right = np.nonzero(counts)
    graph = Multigraph(left, right, counts[left, right])
    part = data.draw(st.integers(0, degree))
    taken = take_remainder(graph, degree, part)
    assert all((chosen == part).all() for chosen in degrees(graph, taken))
