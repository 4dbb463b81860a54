"""The wrap-around rule, against a slow version in exact fractions."""

import itertools
from collections import defaultdict
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.models.flow_splitting import evaluate
from planner.models.flow_splitting.plan import AggregatedPlan, ExplicitPlan
from planner.models.flow_splitting.traffic import AllPairs


def lane_shares(rates, total):
    """Return (lane, share) of the lanes that are up."""
    return [(lane, Fraction(rate) / total) for lane, rate in enumerate(rates) if rate]


def pieces(fabric, i, j, entries):
    """Return (path, amount) of a pair, lanes told apart, in order."""
    for spine, amount in entries:
        ends = set()
        sides = []
        for rates in (fabric.up[i, spine], fabric.down[j, spine]):
            total = sum(map(Fraction, rates))
            stretch, place = [], Fraction(0)
            for lane, share in lane_shares(rates, total):
                place += share
                stretch.append((place, lane))
                ends.add(place)
            sides.append(stretch)
        before = Fraction(0)
        for end in sorted(ends):
            lanes = [next(lane for stop, lane in stretch if stop >= end) for stretch in sides]
            yield (spine, *lanes), amount * (end - before)
            before = end


def wrap_around(instance, amounts):
    """Return the parts (flow, path, size) of amounts[pair] = [(spine, amount), ...]."""
    traffic = instance.view.steps[0].traffic
    flows = traffic.list_flows() if isinstance(traffic, AllPairs) else traffic
    by_pair = defaultdict(list)
    for flow in flows.crosses:
        pair = int(flows.source[flow]), int(flows.target[flow])
        by_pair[pair].append((int(flow), Fraction(flows.size[flow])))
    parts = []
    for pair, entries in amounts.items():
        line = list(pieces(instance.view.fabric, *pair, entries))
        at, left = 0, line[0][1]
        for flow, size in by_pair[pair]:
            while size > 0:
                taken = min(size, left)
                parts.append((flow, line[at][0], taken))
                size, left = size - taken, left - taken
                if left == 0 and at + 1 < len(line):
                    at += 1
                    left = line[at][1]
    return parts


@st.composite
def cases(draw):
    """Return a fabric, a workload and whole amounts per pair that serve it."""
    lanes = draw(st.integers(1, 3))
    spines = draw(st.integers(1, 4))
    splitting = draw(st.sampled_from(["free", "equal", "whole"]))
    topology = {
        "kind": "leaf_spine",
        "leaves": 3,
        "spines": spines,
        "link_rate": 1.0,
        "parallel_links": lanes,
        "hosts_per_leaf": 2,
    }
    if lanes > 1 and draw(st.booleans()):
        failed = draw(st.integers(1, lanes - 1))
        topology["failed_links"] = [{"leaf": "leaf0", "spine": "spine0", "links": failed}]
    unit = draw(st.sampled_from([1.0, 0.1, 3e6]))
    if draw(st.booleans()):
        workload = {"collective": {"operation": "all_to_all", "size": 6 * 60 * unit}}
        sizes = {(i, j): 4 * 60 for i in range(3) for j in range(3) if i != j}
    else:
        count = draw(st.integers(1, 7))
        flows, sizes = [], defaultdict(int)
        for _ in range(count):
            i, j = draw(st.sampled_from([(0, 1), (1, 0), (2, 1), (0, 0)]))
            size = draw(st.integers(1, 6)) * 12
            flows.append({"from": f"host{2 * i}", "to": f"host{2 * j + 1}", "size": size * unit})
            if i != j:
                sizes[i, j] += size
        workload = {"flows": flows}
    amounts = {}
    for pair, total in sizes.items():
        cuts = draw(st.sets(st.integers(1, total - 1), max_size=spines - 1))
        bounds = [0, *sorted(cuts), total]
        order = draw(st.permutations(range(spines)))
        amounts[pair] = [(order[k], b - a) for k, (a, b) in enumerate(itertools.pairwise(bounds))]
    return topology, {**workload, "splitting": splitting}, amounts, unit


@settings(max_examples=150, deadline=None)
@given(case=cases())
def test_same_as_listing_the_parts(build, case):
    """Loads, part counts and split violations agree with the parts laid out one by one."""
    topology, workload, amounts, unit = case
    instance = build(topology, workload)
    rows = [(*pair, k, size * unit) for pair, line in amounts.items() for k, size in line]
    source, target, spine, size = zip(*rows, strict=True) if rows else ((), (), (), ())
    step = [0] * len(rows)
    wrapped = evaluate(
        instance, AggregatedPlan(step=step, source=source, target=target, spine=spine, size=size)
    )
    exact = {pair: [(k, Fraction(s)) for k, s in line] for pair, line in amounts.items()}
    whole_units = build(topology, scaled(workload, 1 / unit))
    parts = wrap_around(whole_units, exact)
    listed = evaluate(
        instance,
        ExplicitPlan(
            step=[0] * len(parts),
            flow=[flow for flow, _, _ in parts],
            spine=[path[0] for _, path, _ in parts],
            up_lane=[path[1] for _, path, _ in parts],
            down_lane=[path[2] for _, path, _ in parts],
            size=[float(size) * unit for _, _, size in parts],
        ),
    )
    for one, other in zip(wrapped.objectives, listed.objectives, strict=True):
        assert one.value == pytest.approx(other.value, rel=1e-12)
    assert {v.code for v in wrapped.violations} == {v.code for v in listed.violations}


def scaled(workload, factor):
    """Return the workload with whole sizes again."""
    if "collective" in workload:
        collective = workload["collective"]
        size = round(collective["size"] * factor)
        return {**workload, "collective": {**collective, "size": float(size)}}
    flows = [{**flow, "size": float(round(flow["size"] * factor))} for flow in workload["flows"]]
    return {**workload, "flows": flows}


@pytest.mark.parametrize("flows", [3, 1_000, 100_000])
def test_cuts_on_flow_boundaries_split_nothing(build, fabric, flows):
    """Amounts that are sums of awkward equal sizes do not leave slivers."""
    size = 0.1
    workload = {"flow_table": {"file": "x.npz"}}
    arrays = {
        "from": np.zeros(flows, int),
        "to": np.ones(flows, int),
        "size": np.full(flows, size),
    }
    instance = build(fabric(2, 3, hosts_per_leaf=1), workload, arrays=arrays)
    counts = [flows // 3, flows // 3, flows - 2 * (flows // 3)]
    plan = AggregatedPlan(
        step=[0] * 3,
        source=[0] * 3,
        target=[1] * 3,
        spine=[0, 1, 2],
        size=[count * size for count in counts],
    )
    evaluation = evaluate(instance, plan)
    assert evaluation.violations == ()
    assert evaluation.metrics["parts"] == flows
    assert evaluation.metrics["split_flows"] == 0


def test_many_equal_flows_of_all_pairs(build, fabric):
    """All-pairs flows are cut by arithmetic: 64 leaf pairs of 4096 flows each are never listed."""
    topology = fabric(2, 3, hosts_per_leaf=3000)
    instance = build(topology, {"collective": {"operation": "all_to_all", "size": 6000.0}})
    rows = [(i, 1 - i, k) for i in range(2) for k in range(3)]
    source, target, spine = zip(*rows, strict=True)
    amounts = [3_000_000.5, 2_999_999.25, 3_000_000.25] * 2
    plan = AggregatedPlan(step=[0] * 6, source=source, target=target, spine=spine, size=amounts)
    evaluation = evaluate(instance, plan)
    assert evaluation.violations == ()
    assert evaluation.metrics["parts"] == 6000 * 5999 + 4
    assert evaluation.metrics["split_flows"] == 4
    assert evaluation.metrics["max_parts"] == 2
