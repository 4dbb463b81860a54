"""No bound is above what trying everything, or a linear programme, shows to be possible."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from planner.models.flow_splitting.bounds import (
    arc_metric_bound,
    best_simple_proof,
    counting_bound,
    degree_bound,
    metric_bound,
    parts_bound,
)
from planner.models.flow_splitting.enumeration import optimum, step_optimum
from planner.models.flow_splitting.fabric import ArcNetwork, Fabric
from planner.models.flow_splitting.proofs.pairs import pair_time
from planner.models.flow_splitting.traffic import Flows, Step
from planner.models.flow_splitting.view import View

SIZES = {
    "equal": st.sampled_from([1.0, 0.3]),
    "whole": st.integers(1, 6).map(float),
    "even": st.sampled_from([2.0, 4.0, 6.0]),
    "any": st.floats(0.1, 3.0),
}


@st.composite
def views(draw, most_flows=5, lanes=2):
    """Return a small fabric with mixed rates, failed links and parallel links, and its flows."""
    leaves, spines = draw(st.integers(2, 3)), draw(st.integers(1, 3))
    width = draw(st.integers(1, lanes)) if spines < 3 else 1
    rates = st.sampled_from(
        draw(st.sampled_from([(1.0,), (1.0, 2.0), (0.5, 1.0, 3.0), (1.5, 0.7)]))
    )
    shape = (leaves, spines, width)
    links = st.lists(rates, min_size=math.prod(shape), max_size=math.prod(shape))
    up = np.array(draw(links)).reshape(shape)
    down = up.copy() if draw(st.booleans()) else np.array(draw(links)).reshape(shape)
    for link in draw(st.lists(st.integers(0, up.size - 1), max_size=3)):
        up.flat[link] = down.flat[link] = 0.0
    count = draw(st.integers(1, most_flows))
    ends = st.integers(0, leaves - 1)
    source = np.array(draw(st.lists(ends, min_size=count, max_size=count)))
    target = np.array(draw(st.lists(ends, min_size=count, max_size=count)))
    kind = draw(st.sampled_from(sorted(SIZES)))
    size = draw(SIZES[kind])
    sizes = [size if kind == "equal" else draw(SIZES[kind]) for _ in range(count)]
    nowhere = np.full(count, -1)
    flows = Flows(source, target, np.array(sizes), nowhere, nowhere)
    fabric = Fabric(up, down, np.zeros(0, dtype=int), nic=None, latency=0.0)
    step = Step("flows", 1, flows)
    return View(fabric, None, (step,), "whole", "1")


def paths(fabric, i, j):
    """Return every (spine, up lane, down lane) from leaf i to leaf j."""
    lanes = range(fabric.lanes)
    return [
        (k, a, b)
        for k, a, b in itertools.product(range(fabric.spines), lanes, lanes)
        if fabric.up[i, k, a] > 0 and fabric.down[j, k, b] > 0
    ]


def choices(view):
    """Return (flow, paths) of the flows that cross, or reject the case as cut off or too large."""
    flows, fabric = view.steps[0].traffic, view.fabric
    found = [(q, paths(fabric, flows.source[q], flows.target[q])) for q in flows.crosses]
    assume(found)
    assume(all(options for _, options in found))
    return found


def time_of(view, parts):
    """Return the time of (flow, path, size) parts, link by link."""
    flows, fabric = view.steps[0].traffic, view.fabric
    up, down = np.zeros(fabric.up.shape), np.zeros(fabric.up.shape)
    for q, (k, a, b), size in parts:
        up[flows.source[q], k, a] += size
        down[flows.target[q], k, b] += size
    used = [
        (load[load > 0] / rate[load > 0]).max(initial=0.0)
        for load, rate in ((up, fabric.up), (down, fabric.down))
    ]
    return max(used)


def brute_force(view, *, equal_parts=False):
    """Return the best time of whole flows, or of flows in equal parts, by trying everything."""
    flows, found = view.steps[0].traffic, choices(view)

    def ways(q, options):
        most = len(options) if equal_parts else 1
        for count in range(1, most + 1):
            for chosen in itertools.combinations(options, count):
                yield [(q, path, flows.size[q] / count) for path in chosen]

    tried = [list(ways(q, options)) for q, options in found]
    assume(math.prod(map(len, tried)) <= 4_000)
    return min(time_of(view, itertools.chain(*plan)) for plan in itertools.product(*tried))


def linear_programme(view, support=None):
    """Return the best time of freely split flows, on some of the (flow, path) columns."""
    flows, fabric = view.steps[0].traffic, view.fabric
    columns = [(q, path) for q, options in choices(view) for path in options]
    columns = columns if support is None else [columns[at] for at in support]
    links = {}
    for column, (q, (k, a, b)) in enumerate(columns):
        links.setdefault((0, flows.source[q], k, a), []).append(column)
        links.setdefault((1, flows.target[q], k, b), []).append(column)
    loads = np.zeros((len(links), len(columns) + 1))
    for row, ((side, leaf, k, lane), used) in enumerate(links.items()):
        loads[row, used] = 1.0
        loads[row, -1] = -(fabric.up, fabric.down)[side][leaf, k, lane]
    served = np.array([[q == flow for flow, _ in columns] + [False] for q in flows.crosses], float)
    cost = np.append(np.zeros(len(columns)), 1.0)
    zeros = np.zeros(len(links))
    found = linprog(cost, A_ub=loads, b_ub=zeros, A_eq=served, b_eq=flows.size[flows.crosses])
    return found.fun if found.status == 0 else None


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


@st.composite
def graphs(draw):
    """Return a strongly connected graph with parallel arcs, and flows on it."""
    nodes = draw(st.integers(2, 4))
    ring = [(node, (node + 1) % nodes) for node in range(nodes)]
    pairs = st.tuples(st.integers(0, nodes - 1), st.integers(1, nodes - 1))
    chords = [(a, (a + b) % nodes) for a, b in draw(st.lists(pairs, max_size=4))]
    tail, head = np.array(ring + chords).T
    rate = np.array([draw(st.sampled_from([0.5, 1.0, 2.0])) for _ in tail])
    network = ArcNetwork(nodes, tail, head, rate, np.zeros(len(rate)))
    ends = [(a, (a + b) % nodes) for a, b in draw(st.lists(pairs, min_size=1, max_size=4))]
    source, target = np.array(ends).T
    size = np.array([draw(st.sampled_from([1.0, 2.0, 0.7])) for _ in ends])
    nowhere = np.full(len(ends), -1)
    step = Step("flows", 1, Flows(source, target, size, nowhere, nowhere))
    return View(None, network, (step,), "free", "1")


def utilisation(view):
    """Return the least maximum utilisation of a graph by a linear programme over flows."""
    network, flows = view.network, view.steps[0].traffic
    arcs, count = len(network.rate), len(flows)
    incidence = np.zeros((network.nodes, arcs))
    incidence[network.tail, np.arange(arcs)] += 1
    incidence[network.head, np.arange(arcs)] -= 1
    balance = np.kron(np.eye(count), incidence)
    wanted = np.zeros((count, network.nodes))
    wanted[np.arange(count), flows.source] += flows.size
    wanted[np.arange(count), flows.target] -= flows.size
    loads = np.hstack([np.tile(np.eye(arcs), count), -network.rate[:, None]])
    balance = np.hstack([balance, np.zeros((len(balance), 1))])
    cost = np.append(np.zeros(arcs * count), 1.0)
    found = linprog(cost, A_ub=loads, b_ub=np.zeros(arcs), A_eq=balance, b_eq=wanted.ravel())
    return found.fun


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


def graph_paths(network, source, target):
    """Return the arcs of every path without a cycle."""
    middle = [node for node in range(network.nodes) if node not in (source, target)]
    found = []
    for count in range(len(middle) + 1):
        for inner in itertools.permutations(middle, count):
            hops = itertools.pairwise([source, *inner, target])
            arcs = [
                np.flatnonzero((network.tail == a) & (network.head == b)).tolist() for a, b in hops
            ]
            found += itertools.product(*arcs)
    return found


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


def test_arc_metric_reaches_the_optimum(build):
    """Unit lengths on the arcs of a cut prove what it carries; parallel links count twice."""
    links = [{"a": "a", "b": "b"}] * 2 + [{"a": "b", "b": "c", "rate": 5.0}]
    graph = {"kind": "graph", "nodes": ["a", "b", "c"], "link_rate": 1.0, "links": links}
    view = build(graph, {"flows": [{"from": "a", "to": "c", "size": 3.0}]}).view
    length = np.array([1.0, 0.0, 1.0, 0.0, 0.0, 0.0])
    assert arc_metric_bound(view, view.steps[0], length) == pytest.approx(1.5)


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
