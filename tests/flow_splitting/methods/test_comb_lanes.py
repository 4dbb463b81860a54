"""Parallel links: parts that have a spine get a link upwards and one downwards."""

import numpy as np
import pytest

from planner.solvers.contract import Run
from planner.solvers.flow_splitting import colouring
from planner.solvers.flow_splitting.answer import answer_for, simple_proofs
from planner.solvers.flow_splitting.baselines import greedy_online, lpt
from planner.solvers.flow_splitting.explicit import busiest_time, explicit_plan
from planner.solvers.flow_splitting.lanes import assign_lanes


def pair(on_fabric, sizes, lanes, **fields):
    """Return one pair of leaves on one spine, and its flows."""
    flows = [("leaf0", "leaf1", size) for size in sizes]
    instance = on_fabric(leaves=2, spines=1, parallel_links=lanes, flows=flows, **fields)
    return instance, instance.view.steps[0].traffic


def assign(instance, flows, time):
    """Return lanes for whole flows on spine 0."""
    everything = np.arange(len(flows))
    spine = np.zeros(len(flows), dtype=np.int64)
    return assign_lanes(instance.view.fabric, flows, everything, spine, flows.size, time=time)


def test_parts_stay_whole_without_a_time(on_fabric, judge):
    """Longest first: 3 + 2 and 4 on two links, nothing cut."""
    instance, flows = pair(on_fabric, [3, 2, 4], 2, splitting="whole")
    parts = assign(instance, flows, None)
    assert len(parts) == 3
    time = busiest_time(instance.view.fabric, flows, parts)
    assert time == 5.0
    plan = explicit_plan(instance.view.fabric, [parts])
    judge(instance, answer_for(instance, plan, simple_proofs(instance.view), objective=time))


@pytest.mark.parametrize(("time", "parts"), [(4.5, 4), (5.0, 3), (1.0, 4)])
def test_parts_are_cut_only_to_keep_the_time(on_fabric, judge, time, parts):
    """4.5 needs a cut, 5 does not, and the impossible 1 becomes the even share."""
    instance, flows = pair(on_fabric, [3, 2, 4], 2)
    found = assign(instance, flows, time)
    assert len(found) == parts
    reached = busiest_time(instance.view.fabric, flows, found)
    assert reached == pytest.approx(max(time, 4.5), rel=1e-12)
    plan = explicit_plan(instance.view.fabric, [found])
    judge(instance, answer_for(instance, plan, simple_proofs(instance.view), objective=reached))


def test_sides_are_cut_apart_from_each_other(on_fabric, judge):
    """With one uplink lost, cuts above and below differ and still serve every flow."""
    failed = [{"leaf": "leaf0", "spine": "spine0", "links": 1}]
    instance, flows = pair(on_fabric, [3, 3, 1], 3, failed_links=failed)
    found = assign(instance, flows, 3.5)
    assert set(found.up_lane.tolist()) == {0, 1}
    reached = busiest_time(instance.view.fabric, flows, found)
    assert reached == pytest.approx(3.5, rel=1e-12)
    plan = explicit_plan(instance.view.fabric, [found])
    judge(instance, answer_for(instance, plan, simple_proofs(instance.view), objective=reached))


@pytest.mark.parametrize("method", [colouring, lpt, greedy_online])
def test_methods_use_every_link(on_fabric, judge, method):
    """Eight equal flows on two spines with two links each are two per link."""
    flows = [("leaf0", "leaf1", 1)] * 8
    instance = on_fabric(leaves=2, spines=2, parallel_links=2, flows=flows, splitting="whole")
    found, _ = judge(instance, method.solve(instance, Run()))
    assert found.objective.value == 2.0
