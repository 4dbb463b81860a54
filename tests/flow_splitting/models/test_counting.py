"""No bound that counts flows or parts is above what trying everything shows to be possible."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reference import (
    brute_force,
    choices,
    graph_paths,
    graphs,
    linear_programme,
    utilisation,
    views,
)
from scipy.optimize import linprog

from planner.models.flow_splitting.bounds import (
    best_simple_proof,
    counting_bound,
    degree_bound,
    parts_bound,
)
from planner.models.flow_splitting.enumeration import optimum, step_optimum
from planner.models.flow_splitting.proofs.pairs import pair_time


@settings(max_examples=250, deadline=None)
@given(view=views())
def test_counting_below_brute_force(view):
    """degree <= counting <= best whole plan, and enumeration finds exactly that plan's time."""
    step = view.steps[0]
    best = brute_force(view)
    counting = counting_bound(view, step)
    assert degree_bound(view, step) <= counting <= best
    assert step_optimum(view, step) == pytest.approx(best, rel=1e-11)


@settings(max_examples=100, deadline=None)
@given(view=views(most_flows=3))
def test_equal_parts_enumeration(view):
    """With equal parts, enumeration tries every set of paths of every flow."""
    view = dataclasses.replace(view, splitting="equal")
    best = brute_force(view, equal_parts=True)
    assert step_optimum(view, view.steps[0]) == pytest.approx(best, rel=1e-11)
    assert best_simple_proof(view, view.steps[0]).proof == "degree"
    assert best_simple_proof(view, view.steps[0]).value <= best


@settings(max_examples=60, deadline=None)
@given(view=views(most_flows=4, lanes=1), slack=st.sampled_from([1.0, 1.1, 1.3]))
def test_parts_below_brute_force(view, slack):
    """No plan within the time has fewer parts than the bound says."""
    view = dataclasses.replace(view, splitting="free")
    flows = view.steps[0].traffic
    columns = sum(len(options) for _, options in choices(view))
    assume(columns <= 8)
    at = linear_programme(view) * slack
    local = len(flows) - len(flows.crosses)
    bound = parts_bound(view, at) - local
    for parts in range(len(flows.crosses), bound):
        for support in itertools.combinations(range(columns), parts):
            time = linear_programme(view, support)
            assert time is None or time > at * (1 + 1e-7)


@pytest.mark.parametrize("flows", range(1, 8))
@pytest.mark.parametrize("links", range(1, 8))
def test_parts_at_perfect_balance(build, fabric, messages, flows, links):
    """At perfect balance of equal flows on equal links the bound is n + s - gcd(n, s)."""
    instance = build(fabric(2, links), messages(*[(0, 1, 0.3)] * flows))
    least = flows + links - math.gcd(flows, links)
    assert parts_bound(instance.view, 0.3 * flows / links) == least
    assert parts_bound(instance.view, 0.3 * math.ceil(flows / links)) == flows


def test_parts_of_unequal_flows(build, fabric, messages):
    """Flows of different sizes: those that do not fit whole are split."""
    instance = build(fabric(2, 3), messages((0, 1, 5.0), (0, 1, 5.0), (0, 1, 2.0)))
    assert parts_bound(instance.view, 5.0) == 3
    assert parts_bound(instance.view, 4.0) == 5


def test_parts_of_several_steps(build, fabric):
    """A step may take what the others leave of the time; parts are counted once per step."""
    topology = fabric(2, 3, hosts_per_leaf=2)
    collective = {"operation": "all_reduce", "algorithm": "halving_doubling", "size": 4.0}
    view = build(topology, {"collective": collective}).view
    # The cross step has two flows of size 1 each way on three links, twice.
    assert parts_bound(view, 2 * 2 / 3) == 4 + 8
    assert parts_bound(view, 2.0) == 4 + 4


def test_whole_flows_have_one_part_each(build, fabric, messages):
    """Where flows are whole the number of parts is the number of flows."""
    instance = build(fabric(2, 3), messages((0, 1, 1.0), (0, 1, 1.0), splitting="whole"))
    assert parts_bound(instance.view, 1.0) == 2


def test_counting_of_all_pairs(build, fabric):
    """All-pairs traffic is counted like its list of flows."""
    topology = fabric(3, 3, hosts_per_leaf=2)
    workload = {"collective": {"operation": "all_to_all", "size": 6.0}, "splitting": "whole"}
    view = build(topology, workload).view
    step = view.steps[0]
    listed = dataclasses.replace(step, traffic=step.traffic.list_flows())
    assert counting_bound(view, step) == pytest.approx(3.0)
    assert counting_bound(view, listed) == pytest.approx(counting_bound(view, step))
    assert degree_bound(view, step) == pytest.approx(8 / 3)


def test_counting_between_a_pair(build, fabric, messages):
    """Two leaves that share one spine carry their whole flows over it one after another."""
    failed = [{"leaf": "leaf0", "spine": "spine0"}, {"leaf": "leaf1", "spine": "spine1"}]
    overrides = [{"leaf": "leaf0", "spine": "spine2", "up_rate": 0.7}]
    topology = fabric(2, 4, failed_links=failed, link_overrides=overrides)
    view = build(topology, messages(*[(0, 1, 1.0)] * 2, splitting="whole")).view
    # One flow takes 1 on the spine of rate 1; two take 2 there, or one of them 1/0.7.
    assert counting_bound(view, view.steps[0]) == pytest.approx(1 / 0.7)


@pytest.mark.parametrize("side", ["up", "down"])
def test_counting_between_a_pair_of_unequal_flows(build, fabric, side):
    """Between two leaves the slower side of each spine counts, whatever the sizes."""
    leaf = "leaf0" if side == "up" else "leaf1"
    slow = [{"leaf": leaf, "spine": f"spine{k}", f"{side}_rate": 0.5} for k in range(2)]
    flows = [{"from": "leaf0", "to": "leaf1", "size": size} for size in (5.0, 5.0, 4.0)]
    workload = {"flows": flows, "splitting": "whole"}
    view = build(fabric(2, 2, link_overrides=slow), workload).view
    assert pair_time(view.fabric, view.steps[0].traffic, 0.0) == pytest.approx(18.0)


@settings(max_examples=60, deadline=None)
@given(view=graphs())
def test_parts_on_graphs(view):
    """No plan on a graph that is as good as the LP has fewer parts than the bound says."""
    network, flows = view.network, view.steps[0].traffic
    columns = [
        (flow, path)
        for flow in range(len(flows))
        for path in graph_paths(network, flows.source[flow], flows.target[flow])
    ]
    assume(len(columns) <= 9)
    at = utilisation(view)
    bound = parts_bound(view, at)
    for parts in range(len(flows), bound):
        for support in itertools.combinations(columns, parts):
            loads = np.zeros((len(network.rate), parts + 1))
            loads[:, -1] = -network.rate
            for column, (_, path) in enumerate(support):
                loads[list(path), column] = 1.0
            served = np.array(
                [[f == flow for f, _ in support] + [False] for flow in range(len(flows))], float
            )
            cost = np.append(np.zeros(parts), 1.0)
            zeros = np.zeros(len(loads))
            found = linprog(cost, A_ub=loads, b_ub=zeros, A_eq=served, b_eq=flows.size)
            assert found.status != 0 or found.fun > at * (1 + 1e-7)


@pytest.mark.parametrize("splitting", ["free", "equal", "whole"])
def test_optimum_of_a_sum_of_steps(build, fabric, splitting):
    """The optimum of an instance sums its steps with their repeats."""
    topology = fabric(2, 2, hosts_per_leaf=2)
    collective = {"operation": "all_reduce", "algorithm": "halving_doubling", "size": 4.0}
    instance = build(topology, {"collective": collective, "splitting": splitting})
    assert optimum(instance) == pytest.approx(2.0)


def test_optimum_unknown_where_too_large(build, fabric):
    """Large steps are not enumerated, and the answer says so."""
    workload = {"demands": {"uniform": 1.0}, "splitting": "whole"}
    assert optimum(build(fabric(20, 3), workload)) is None
