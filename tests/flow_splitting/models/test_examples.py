"""The worked examples of the documentation, evaluated from plans written by hand."""

import pytest

from planner.models.flow_splitting import evaluate
from planner.models.flow_splitting.bounds import best_simple_proof, parts_bound
from planner.models.flow_splitting.enumeration import optimum
from planner.models.flow_splitting.plan import AggregatedPlan, ExplicitPlan, Rule, RulePlan
from planner.models.flow_splitting.traffic import leaf_demand


def explicit(*parts):
    """Return a plan of one step from (flow, spine, size) parts."""
    flow, spine, size = zip(*parts, strict=True)
    return ExplicitPlan(step=[0] * len(parts), flow=flow, spine=spine, size=size)


def aggregated(*entries):
    """Return a plan of one step from (source, target, spine, size) entries."""
    source, target, spine, size = zip(*entries, strict=True)
    step = [0] * len(entries)
    return AggregatedPlan(step=step, source=source, target=target, spine=spine, size=size)


def proof(instance):
    return best_simple_proof(instance.view, instance.view.steps[0])


def values(evaluation):
    return [objective.value for objective in evaluation.objectives]


def test_two_flows_three_spines(build, fabric, messages):
    """Two flows on three spines need 4 parts at load 2/3; the equal-part rule takes 6."""
    instance = build(fabric(2, 3), messages((0, 1, 1.0), (0, 1, 1.0)))
    listed = explicit((0, 0, 2 / 3), (0, 1, 1 / 3), (1, 1, 1 / 3), (1, 2, 2 / 3))
    wrapped = aggregated(*((0, 1, spine, 2 / 3) for spine in range(3)))
    for plan in (listed, wrapped):
        evaluation = evaluate(instance, plan)
        assert evaluation.violations == ()
        assert values(evaluation) == pytest.approx([2 / 3, 4, 2, 2])
    thirds = explicit(*((flow, spine, 1 / 3) for flow in range(2) for spine in range(3)))
    assert values(evaluate(instance, thirds)) == pytest.approx([2 / 3, 6, 2, 3])
    assert proof(instance).value == pytest.approx(2 / 3, rel=1e-12)
    assert parts_bound(instance.view, 2 / 3) == 4
    assert parts_bound(instance.view, 1.0) == 2


def test_two_failed_links(build, fabric):
    """A pair with one spine left decides: the equal split is 1.5 and the optimum 1."""
    failed = [{"leaf": "leaf0", "spine": "spine0"}, {"leaf": "leaf1", "spine": "spine1"}]
    instance = build(fabric(3, 3, failed_links=failed), {"demands": {"uniform": 1.0}})
    best = aggregated(
        (0, 1, 2, 1.0),
        (1, 0, 2, 1.0),
        (0, 2, 1, 1.0),
        (2, 0, 1, 1.0),
        (1, 2, 0, 1.0),
        (2, 1, 0, 1.0),
    )
    evaluation = evaluate(instance, best)
    assert evaluation.violations == ()
    assert values(evaluation) == [1.0, 6, 0, 1]
    halves = [
        (i, j, spine, 1.0 if {i, j} == {0, 1} else 0.5)
        for i in range(3)
        for j in range(3)
        for spine in range(3)
        if i != j and not {(i, spine), (j, spine)} & {(0, 0), (1, 1)}
    ]
    evaluation = evaluate(instance, aggregated(*halves))
    assert evaluation.violations == ()
    assert evaluation.objective.value == 1.5
    assert evaluation.metrics["busiest_link"] == "leaf0 -> spine2"
    assert proof(instance).value == pytest.approx(1.0)
    assert optimum(instance) == 1.0


@pytest.mark.parametrize(
    ("failed", "split", "degree"),
    [
        ([], 15 / 16, 15 / 16),
        ([(0, 0)], 1.0, 1.0),
        ([(0, 0), (1, 1)], 1.0047619, 1.0),
        ([(0, 0), (1, 1), (0, 2)], 1.0769231, 15 / 14),
    ],
)
def test_equal_split_with_failures(build, fabric, failed, split, degree):
    """The equal split over what is left, on 16 x 16 with a unit per pair, and its degree bound."""
    links = [{"leaf": f"leaf{i}", "spine": f"spine{k}"} for i, k in failed]
    instance = build(fabric(16, 16, failed_links=links), {"demands": {"uniform": 1.0}})
    up = instance.view.fabric.up_total
    entries = []
    for i in range(16):
        for j in range(16):
            usable = [k for k in range(16) if up[i, k] and up[j, k]]
            entries += [(i, j, k, 1 / len(usable)) for k in usable if i != j]
    evaluation = evaluate(instance, aggregated(*entries))
    assert evaluation.violations == ()
    assert evaluation.objective.value == pytest.approx(split, abs=1e-7)
    assert proof(instance).value == pytest.approx(degree, rel=1e-12)


def test_mixed_speeds(build):
    """Eight spines of rate 2 and eight of rate 1: shares of 2 to 1 reach 10, equal ones 15."""
    groups = [{"count": 8, "link_rate": 2.0}, {"count": 8, "link_rate": 1.0}]
    topology = {"kind": "leaf_spine", "leaves": 16, "spine_groups": groups}
    instance = build(topology, {"demands": {"uniform": 16.0}})
    demand = leaf_demand(instance.view.steps[0].traffic, 16)
    for weights, value in (([2] * 8 + [1] * 8, 10.0), ([1] * 16, 15.0)):
        entries = [
            (i, j, k, demand[i, j] * weight / sum(weights))
            for i in range(16)
            for j in range(16)
            for k, weight in enumerate(weights)
            if i != j
        ]
        assert evaluate(instance, aggregated(*entries)).objective.value == pytest.approx(value)
    assert proof(instance).value == pytest.approx(10.0)
    assert optimum(instance) == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("sizes", "links", "lpt", "best"),
    [
        ([5, 5, 4, 4, 3, 3, 3], 3, 11.0, 9.0),
        ([7, 7, 6, 6, 5, 5, 4, 4, 4], 4, 15.0, 12.0),
    ],
)
def test_unequal_sizes(build, fabric, messages, sizes, links, lpt, best):
    """Longest processing time first misses the optimum of whole flows on equal links."""
    workload = messages(*((0, 1, float(size)) for size in sizes), splitting="whole")
    instance = build(fabric(2, links), workload)
    loads = [0.0] * links
    parts = []
    for flow, size in enumerate(sizes):
        spine = loads.index(min(loads))
        loads[spine] += size
        parts.append((flow, spine, size))
    assert values(evaluate(instance, explicit(*parts))) == [lpt, len(sizes), 0, 1]
    assert optimum(instance) == best
    assert proof(instance).value == pytest.approx(best)


def test_wrap_around_in_input_order(build, fabric, messages):
    """Sizes 5 5 4 4 3 3 3 cut at 9 and 18 make 8 parts, where 7 whole flows would do."""
    sizes = [5, 5, 4, 4, 3, 3, 3]
    instance = build(fabric(2, 3), messages(*((0, 1, float(size)) for size in sizes)))
    plan = aggregated(*((0, 1, spine, 9.0) for spine in range(3)))
    assert values(evaluate(instance, plan)) == [9.0, 8, 1, 2]
    whole = explicit(
        *((flow, spine, sizes[flow]) for flow, spine in enumerate([0, 1, 0, 1, 2, 2, 2]))
    )
    assert values(evaluate(instance, whole)) == [9.0, 7, 0, 1]
    assert parts_bound(instance.view, 9.0) == 7


def test_unequal_capacities(build):
    """Five unit flows on rates 2 2 1 1: 1.0 whole, 5/6 with 8 parts, and no fewer parts."""
    groups = [{"count": 2, "link_rate": 2.0}, {"count": 2, "link_rate": 1.0}]
    topology = {"kind": "leaf_spine", "leaves": 2, "spine_groups": groups}
    flows = [{"from": "leaf0", "to": "leaf1", "size": 1.0}] * 5
    free = build(topology, {"flows": flows})
    wrapped = aggregated(*((0, 1, k, rate * 5 / 6) for k, rate in enumerate([2, 2, 1, 1])))
    assert values(evaluate(free, wrapped)) == pytest.approx([5 / 6, 8, 3, 2])
    assert parts_bound(free.view, 5 / 6) == 8
    whole = build(topology, {"flows": flows, "splitting": "whole"})
    plan = explicit(*((flow, spine, 1.0) for flow, spine in enumerate([0, 0, 1, 1, 2])))
    assert values(evaluate(whole, plan)) == [1.0, 5, 0, 1]
    assert proof(whole).proof == "counting"
    assert proof(whole).value == pytest.approx(1.0)


def test_unsplittable_gap(build, fabric, messages):
    """Whole flows take 1.5 where split ones take 1.0, which enumeration proves."""
    ends = "012 232 302 312 031 021 121 101 131 101"
    flows = [(int(a), int(b), float(size)) for a, b, size in ends.split()]
    topology = fabric(4, 2, link_rate=2.0)
    whole = build(topology, messages(*flows, splitting="whole"))
    assert optimum(whole) == 1.5
    assert proof(whole).value == pytest.approx(1.0)
    free = build(topology, messages(*flows))
    assert optimum(free) == pytest.approx(1.0)


def test_halving_doubling_256(build):
    """One cross-rack step on 16 x 16 leaves and spines: 256 whole flows reach the NIC bound."""
    topology = {
        "kind": "leaf_spine",
        "leaves": 16,
        "spines": 16,
        "hosts_per_leaf": 16,
        "link_rate": "400 Gbit/s",
        "nic_rate": "400 Gbit/s",
        "latency": "500 ns",
    }
    collective = {
        "operation": "all_reduce",
        "algorithm": "halving_doubling",
        "size": "32 MB",
        "step": 4,
    }
    workload = {"collective": collective, "software_overhead": "1 us"}
    instance = build(topology, workload, units="physical")
    evaluation = evaluate(instance, RulePlan(rules=[Rule(rule="source_index")]))
    assert evaluation.violations == ()
    assert values(evaluation) == pytest.approx([1e6 / 50e9, 256, 0, 1], rel=1e-12)
    assert evaluation.metrics["load_ratio"] == pytest.approx(1.0)
    assert evaluation.metrics["alpha_beta_time"] == pytest.approx(20e-6 + 3e-6)
    assert proof(instance).value == pytest.approx(20e-6, rel=1e-12)


@pytest.mark.parametrize(("size", "time"), [("1 MB", 39.84), ("16 MB", 637.5), ("256 MB", 10200)])
@pytest.mark.parametrize("algorithm", ["direct", "halving_doubling"])
def test_nic_bound_of_all_reduce(build, algorithm, size, time):
    """The NIC bound of an all-reduce over 256 ranks is 2 M (N - 1) / (N c), in microseconds."""
    topology = {
        "kind": "leaf_spine",
        "leaves": 16,
        "spines": 16,
        "hosts_per_leaf": 16,
        "link_rate": "400 Gbit/s",
        "nic_rate": "400 Gbit/s",
    }
    collective = {"operation": "all_reduce", "algorithm": algorithm, "size": size}
    instance = build(topology, {"collective": collective}, units="physical")
    steps = instance.view.steps
    bound = sum(step.repeat * best_simple_proof(instance.view, step).value for step in steps)
    assert bound * 1e6 == pytest.approx(time, rel=2e-4)


def test_rack_local_steps_have_two_hops(build, fabric):
    """A step that stays below its leaves starts after two links' latency and takes no spine."""
    topology = fabric(2, 2, hosts_per_leaf=2, link_rate="1 GB/s", latency="1 ms")
    collective = {"operation": "all_reduce", "algorithm": "halving_doubling", "size": "4 GB"}
    instance = build(topology, {"collective": collective}, units="physical")
    plan = RulePlan(rules=[Rule(rule="local"), Rule(rule="source_index")])
    evaluation = evaluate(instance, plan)
    assert evaluation.violations == ()
    # Two steps of each kind; a cross step carries 1 GB per link.
    assert evaluation.objective.value == pytest.approx(2 * 1.0)
    assert evaluation.metrics["alpha_beta_time"] == pytest.approx(2.0 + 2 * 0.002 + 2 * 0.004)
    assert evaluation.metrics["nic_time"] is None
    assert evaluation.metrics["parts"] == 8
    assert evaluation.metrics["step_times"] == [0.0, 1.0]
