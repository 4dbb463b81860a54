"""Collectives become the steps their algorithms are known for."""

from collections import Counter

import numpy as np
import pytest

from planner.models.flow_splitting.input.collectives import distinct, phases
from planner.models.flow_splitting.input.steps import rank_hosts
from planner.models.flow_splitting.traffic import AllPairs, nic_load
from planner.models.flow_splitting.workload import Collective


def collective(**fields):
    return Collective.model_validate({"size": 64.0, **fields}, context={"normalised": True})


@pytest.mark.parametrize("algorithm", ["ring", "halving_doubling", "direct"])
@pytest.mark.parametrize("operation", ["all_reduce", "reduce_scatter", "all_gather"])
def test_bytes_per_rank(algorithm, operation):
    """Every algorithm sends M (N - 1) / N per rank and direction, twice that for an all-reduce."""
    run = phases(collective(operation=operation, algorithm=algorithm), 16)
    messages = {"ring": 1, "exchange": 1, "all_pairs": 15}
    sent = sum(phase.times * phase.size * messages[phase.pattern] for phase in run)
    assert sent == pytest.approx(64.0 * 15 / 16 * (2 if operation == "all_reduce" else 1))


def test_all_to_all_is_one_phase():
    """An all-to-all is one step of M/N to every other rank."""
    (phase,) = phases(collective(operation="all_to_all"), 8)
    assert (phase.pattern, phase.times, phase.size) == ("all_pairs", 1, 8.0)


def test_halving_doubling_order():
    """Neighbours exchange first, halving the size; the all-gather mirrors the order."""
    run = phases(collective(operation="all_reduce", algorithm="halving_doubling"), 8)
    assert [phase.distance for phase in run] == [1, 2, 4, 4, 2, 1]
    assert [phase.size for phase in run] == [32.0, 16.0, 8.0, 8.0, 16.0, 32.0]
    gather = phases(collective(operation="all_gather", algorithm="halving_doubling"), 8)
    assert [phase.distance for phase in gather] == [4, 2, 1]


def test_equal_steps_are_put_together():
    """Steps that look alike are planned once, with a repeat."""
    ring = distinct(collective(operation="all_reduce", algorithm="ring"), 8)
    assert [(phase.times, phase.size) for phase in ring] == [(14, 8.0)]
    halving = distinct(collective(operation="all_reduce", algorithm="halving_doubling"), 8)
    assert [(phase.times, phase.distance) for phase in halving] == [(2, 1), (2, 2), (2, 4)]


@pytest.mark.parametrize(("step", "distance"), [(0, 1), (2, 4), (3, 4), (5, 1)])
def test_one_step_is_picked(step, distance):
    """`step` counts through the algorithm in order, both halves included."""
    chosen = collective(operation="all_reduce", algorithm="halving_doubling", step=step)
    (phase,) = distinct(chosen, 8)
    assert (phase.times, phase.distance) == (1, distance)


def test_ring_partners(build, fabric):
    """Each rank sends to the next one, the last to the first; one flow leaves each leaf."""
    instance = build(
        fabric(2, 2, hosts_per_leaf=2),
        {"collective": {"operation": "all_gather", "algorithm": "ring", "size": 4.0}},
    )
    (step,) = instance.view.steps
    assert step.repeat == 3
    assert step.traffic.source_host.tolist() == [0, 1, 2, 3]
    assert step.traffic.target_host.tolist() == [1, 2, 3, 0]
    assert step.traffic.size.tolist() == [1.0] * 4
    assert step.traffic.crosses.tolist() == [1, 3]


def test_placement(build, fabric):
    """Block fills leaf after leaf, striped deals the ranks round the leaves."""
    hosts = {"a": ["a0", "a1"], "b": ["b0"], "c": ["c0", "c1", "c2"]}
    topology = build(
        fabric(["a", "b", "c"], 2, hosts=hosts), {"demands": {"uniform": 1.0}}
    ).topology
    names = topology.host_names()

    def placed(**fields):
        ranks = rank_hosts(collective(operation="all_to_all", **fields), topology)
        return [names[rank] for rank in ranks.tolist()]

    assert placed(ranks=4) == ["a0", "a1", "b0", "c0"]
    assert placed(ranks=4, placement="striped") == ["a0", "b0", "c0", "a1"]
    assert placed(placement="striped") == ["a0", "b0", "c0", "a1", "c1", "c2"]
    assert placed(ranks=["c2", "a0"]) == ["c2", "a0"]


def test_all_pairs_matches_its_list(build, fabric):
    """An all-pairs step and its list have the same flows, numbered alike."""
    instance = build(
        fabric(3, 2, hosts_per_leaf=2), {"collective": {"operation": "all_to_all", "size": 6.0}}
    )
    traffic = instance.view.steps[0].traffic
    assert isinstance(traffic, AllPairs)
    flows = traffic.list_flows()
    ends = [traffic.ranks_of(flow) for flow in range(len(flows))]
    assert ends == list(zip(flows.source_host.tolist(), flows.target_host.tolist(), strict=True))
    assert Counter(flows.source_host.tolist()) == Counter({host: 5 for host in range(6)})
    assert nic_load(traffic, 6) == nic_load(flows, 6) == 5.0


def test_matrix_diagonal_and_zeros_are_no_flows(build, fabric):
    """Only amounts above zero between different leaves become flows."""
    matrix = [[9.0, 1.0, 0.0], [2.0, 0.0, 3.0], [0.0, 0.0, 0.0]]
    flows = build(fabric(3, 1), {"demands": {"matrix": matrix}}).view.steps[0].traffic
    assert flows.source.tolist() == [0, 1, 1]
    assert flows.target.tolist() == [1, 0, 2]
    assert flows.size.tolist() == [1.0, 2.0, 3.0]
    assert np.all(flows.source_host == -1)


def test_uniform_demands(build, fabric):
    """`uniform` is the same amount for every ordered pair of leaves."""
    flows = build(fabric(3, 1), {"demands": {"uniform": 2.0}}).view.steps[0].traffic
    assert len(flows) == 6
    assert flows.equal_size == 2.0


def test_flow_ends_may_be_hosts_or_leaves(build, fabric):
    """A flow starts and ends at a host, or at a leaf as a whole; names are kept."""
    flows = [
        {"name": "first", "from": "host3", "to": "leaf0", "size": 1.0},
        {"from": "leaf1", "to": "host0", "size": 2.0},
    ]
    traffic = build(fabric(2, 1, hosts_per_leaf=2), {"flows": flows}).view.steps[0].traffic
    assert traffic.source.tolist() == [1, 1]
    assert traffic.source_host.tolist() == [3, -1]
    assert traffic.target_host.tolist() == [-1, 0]
    assert traffic.names == ("first", "flow1")
