"""Edges between the same two workers: which one is kept, and what may not be lost."""

import pytest

import planner as pl
from planner.models.base.errors import InputError


def network(*edges, **fields):
    """Return an instance of three workers; an edge is its two ends and its figures."""
    listed = [{"a": f"node{a}", "b": f"node{b}", **more} for a, b, more in edges]
    topology = {"kind": "graph", "nodes": 3, "edges": listed}
    head = {"problem": "gossip_rates", "schema_version": 1, "name": "x", "topology": topology}
    return pl.load({**head, "objective": "fastest_mixing", **fields})


@pytest.mark.parametrize("places", [(0, 1), (1, 0)])
def test_a_forbidden_edge_hides_no_other(places):
    """A `max_rate` of 0 forbids that edge, not the one beside it, in whatever order they stand."""
    both = [(0, 1, {"max_rate": 0}), (0, 1, {})]
    instance = network(*(both[place] for place in places), (1, 2, {}))
    assert instance.view.usable.all()
    assert pl.solve(instance).status == "optimal"


def test_only_forbidden_edges_leave_pieces():
    """Where every parallel edge is forbidden, the two workers stay apart."""
    instance = network((0, 1, {"max_rate": 0}), (0, 1, {"max_rate": 0}), (1, 2, {}))
    assert pl.solve(instance).status == "infeasible"


def test_of_equal_edges_the_faster_is_kept():
    """Among equal costs the largest most rate counts, and no most rate more than any."""
    both = (0, 1, {"max_rate": 0.1}), (0, 1, {"max_rate": 0.3})
    assert network(*both, (1, 2, {})).view.most[0] == 0.3
    assert network(*both, (0, 1, {}), (1, 2, {})).view.most[0] > 1e300


def test_a_choice_takes_the_largest_rate():
    """`edge_selection` looks at rates alone: the costlier edge may be the better one."""
    both = (0, 1, {"max_rate": 1, "cost": 1}), (0, 1, {"max_rate": 5, "cost": 9})
    fields = {"objective": "edge_selection", "budget": {"edges": 2}}
    instance = network(*both, (1, 2, {"max_rate": 5}), **fields)
    assert instance.view.most.tolist() == [5.0, 5.0]
    assert pl.solve(instance).value == pytest.approx(5.0, rel=1e-6)


def test_a_least_rate_that_would_be_lost_is_a_fault():
    """The edge that stands for both has no `min_rate`: the fault names both."""
    with pytest.raises(InputError) as caught:
        network((0, 1, {"cost": 1}), (0, 1, {"cost": 2, "min_rate": 0.1}), (1, 2, {}))
    (finding,) = caught.value.findings
    assert finding.code == "parallel-least"
    assert "edges 0 and 1" in finding.message


def test_a_least_rate_of_the_kept_edge_is_kept():
    """The cheaper edge with a least rate stays, and the other goes."""
    instance = network((0, 1, {"cost": 1, "min_rate": 0.1}), (0, 1, {"cost": 2}), (1, 2, {}))
    assert instance.view.least.tolist() == [0.1, 0.0]
