"""Small random fabrics and graphs, and their optima by brute force or linear programmes."""

import itertools
import math

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from scipy.optimize import linprog

from planner.models.flow_splitting.fabric import ArcNetwork, Fabric
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
