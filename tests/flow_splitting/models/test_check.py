"""Certificates are recomputed; whatever does not hold is named."""

import numpy as np
import pytest

from planner.models.flow_splitting import check_certificate
from planner.models.flow_splitting.bounds import best_simple_proof, metric_bound
from planner.models.flow_splitting.certificate import (
    ArcMetricProof,
    BoundsCertificate,
    CountingProof,
    DegreeProof,
    EnumerationProof,
    MetricProof,
    UnreachableCertificate,
)


@pytest.fixture
def free(build, fabric, messages):
    """Two equal flows over three spines."""
    return build(fabric(2, 3), messages((0, 1, 1.0), (0, 1, 1.0)))


@pytest.fixture
def whole(build, fabric, messages):
    """Three flows that cannot be cut, over two spines."""
    flows = [(0, 1, 3.0), (0, 1, 3.0), (0, 1, 2.0)]
    return build(fabric(2, 2), messages(*flows, splitting="whole"))


@pytest.fixture
def graph(build):
    """One flow over one link."""
    topology = {"kind": "graph", "nodes": 2, "links": [{"a": "node0", "b": "node1", "rate": 2.0}]}
    return build(topology, {"flows": [{"from": "node0", "to": "node1", "size": 1.0}]})


def metric(**fields):
    """Return lengths of 1 on every uplink, which prove 2/3 for `free`."""
    proof = {"leaf_class": [0, 0], "spine_class": [0, 0, 0], "up": [[1.0]], "down": [[0.0]]}
    return MetricProof(value=1 / 3, **(proof | fields))


def checked(instance, *proofs, value=None, **fields):
    total = sum(proof.value for proof in proofs) if value is None else value
    return check_certificate(instance, BoundsCertificate(value=total, steps=proofs, **fields))


def codes(instance, *proofs, **fields):
    return [violation.code for violation in checked(instance, *proofs, **fields).violations]


def test_degree(free):
    """A degree proof is computed again and gives the bound."""
    bound = checked(free, DegreeProof(value=2 / 3))
    assert bound.violations == ()
    assert bound.source == "certificate"
    assert bound.bounds == {"completion_time": pytest.approx(2 / 3), "parts": 2}
    assert bound.bounds["completion_time"] <= 2 / 3


def test_parts(free):
    """The bound on the parts holds for plans as fast as the certificate says."""
    bound = checked(free, DegreeProof(value=2 / 3), parts=4, parts_at=2 / 3)
    assert bound.violations == ()
    assert bound.bounds["parts"] == 4
    assert bound.holds_at == 2 / 3
    assert checked(free, DegreeProof(value=2 / 3)).holds_at is None
    assert codes(free, DegreeProof(value=2 / 3), parts=5, parts_at=2 / 3) == ["certificate-value"]
    assert codes(free, DegreeProof(value=2 / 3), parts=3, parts_at=2 / 3) == ["certificate-value"]
    assert codes(free, DegreeProof(value=2 / 3), parts=4) == ["certificate-shape"]
    huge = {"parts": 10**400, "parts_at": 1e308}
    assert codes(free, DegreeProof(value=2 / 3), **huge) == ["certificate-value"]


@pytest.mark.parametrize(("at", "parts"), [(0.6, 4), (2 / 3 - 1e-8, 4), (0.0, 4), (-1.0, 4)])
def test_parts_of_plans_that_cannot_be(free, at, parts):
    """A bound on the parts of plans better than the proven bound speaks of nothing."""
    bound = checked(free, DegreeProof(value=2 / 3), parts=parts, parts_at=at)
    assert [violation.code for violation in bound.violations] == ["certificate-value"]
    assert (bound.bounds["parts"], bound.holds_at) == (2, None)


def test_metric(free):
    """A metric proof is only its lengths; the value follows from them."""
    bound = checked(free, metric())
    assert bound.violations == ()
    assert bound.bounds["completion_time"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"leaf_class": [0]}, "certificate-shape"),
        ({"leaf_class": [0, 1]}, "certificate-shape"),
        ({"spine_class": [0, 0, -1]}, "certificate-shape"),
        ({"up": [[1.0]] * 3, "down": [[0.0]] * 3}, "certificate-shape"),
        ({"down": [[0.0, 0.0]]}, "certificate-shape"),
        ({"up": [[-1.0]]}, "certificate-length"),
        ({"down": [[-1.0]]}, "certificate-length"),
        ({"up": [[0.0]]}, "certificate-length"),
        ({"value": 0.34}, "certificate-value"),
        ({"value": 0.32}, "certificate-value"),
    ],
)
def test_broken_metric(free, fields, code):
    """Wrong shapes, negative or missing lengths and other values are refused."""
    proof = metric().model_copy(update={k: v for k, v in fields.items() if k == "value"})
    if "value" not in fields:
        proof = metric(**fields)
    violations = checked(free, proof).violations
    assert code in [violation.code for violation in violations]


def test_values_that_are_claimed(free, whole):
    """A claimed value that is not the recomputed one is refused, step by step and in sum."""
    assert codes(free, DegreeProof(value=0.7)) == ["certificate-value", "certificate-value"]
    assert codes(free, DegreeProof(value=2 / 3), value=0.7) == ["certificate-value"]
    assert codes(free, DegreeProof(value=2 / 3), value=0.6) == ["certificate-value"]
    assert codes(whole, CountingProof(value=5.1), value=5.0) == ["certificate-value"]


def test_number_of_steps(free):
    """There is one proof per step."""
    assert codes(free) == ["certificate-shape"]
    proof = DegreeProof(value=2 / 3)
    assert codes(free, proof, proof) == ["certificate-shape"]


def test_counting_and_enumeration(whole):
    """Whole flows are counted or enumerated again; enumeration is named as the source."""
    counted = checked(whole, CountingProof(value=5.0))
    assert counted.violations == ()
    assert counted.bounds == {"completion_time": pytest.approx(5.0), "parts": 3}
    tried = checked(whole, EnumerationProof(value=5.0))
    assert tried.violations == ()
    assert tried.source == "enumeration"
    assert codes(whole, EnumerationProof(value=6.0), value=5.0) == ["certificate-value"]


def test_proofs_that_do_not_suit(build, fabric, free, graph):
    """A proof of another kind of instance proves nothing."""
    assert codes(free, CountingProof(value=1.0)) == ["certificate-kind"]
    assert codes(free, EnumerationProof(value=1.0)) == ["certificate-kind"]
    assert codes(free, ArcMetricProof(value=1.0, length=[1.0])) == ["certificate-kind"]
    assert codes(graph, metric()) == ["certificate-kind"]
    workload = {"demands": {"uniform": 1.0}, "splitting": "whole"}
    large = build(fabric(20, 3), workload)
    assert codes(large, EnumerationProof(value=1.0)) == ["certificate-kind"]


def test_arc_metric(graph):
    """Arc lengths prove a utilisation; their number and sign are checked."""
    good = ArcMetricProof(value=0.5, length=[1.0, 0.0])
    bound = checked(graph, good)
    assert bound.violations == ()
    assert bound.bounds == {"max_utilisation": pytest.approx(0.5), "parts": 1}
    for length, code in (
        ([1.0], "certificate-shape"),
        ([1.0, -1.0], "certificate-length"),
        ([0.0, 0.0], "certificate-length"),
        ([1.0, 1.0], "certificate-value"),
    ):
        assert code in codes(graph, ArcMetricProof(value=0.5, length=length))


def test_steps_are_summed_with_their_repeats(build, fabric):
    """The bound of a collective is the sum over steps of repeat times value."""
    topology = fabric(2, 2, hosts_per_leaf=2)
    collective = {"operation": "all_reduce", "algorithm": "halving_doubling", "size": 4.0}
    instance = build(topology, {"collective": collective})
    proofs = [best_simple_proof(instance.view, step) for step in instance.view.steps]
    assert [proof.value for proof in proofs] == pytest.approx([0.0, 1.0])
    bound = checked(instance, *proofs, value=2.0)
    assert bound.violations == ()
    assert bound.bounds["completion_time"] == pytest.approx(2.0)


def test_large_metric_is_checked_in_blocks(build, fabric):
    """Lengths of 1,024 leaves by 64 spines, each its own class, are checked within memory."""
    topology = fabric(1024, 64, hosts_per_leaf=64)
    instance = build(topology, {"collective": {"operation": "all_to_all", "size": 65536.0}})
    lengths = np.random.default_rng(0).random((2, 1024, 64))
    classes = np.arange(1024), np.arange(64)
    step = instance.view.steps[0]
    value = metric_bound(instance.view, step, *lengths, *classes)
    proof = MetricProof(
        value=value, leaf_class=classes[0], spine_class=classes[1], up=lengths[0], down=lengths[1]
    )
    bound = checked(instance, proof)
    assert bound.violations == ()
    assert 0 < bound.bounds["completion_time"] < 64 * 1023


@pytest.fixture
def split(build, fabric):
    """Leaf 2 has lost both links; leaves 0 and 1 have no spine in common."""
    failed = [("leaf0", "spine0"), ("leaf1", "spine1"), ("leaf2", "spine0"), ("leaf2", "spine1")]
    links = [{"leaf": leaf, "spine": spine} for leaf, spine in failed]
    topology = fabric(4, 2, hosts_per_leaf=2, failed_links=links)
    return build(topology, {"collective": {"operation": "all_to_all", "size": 1.0}})


def test_unreachable(split):
    """A flow without a path proves that there is no plan, and the hosts cut off are named."""
    flow = split.view.steps[0].traffic.ranks_of(1)
    assert flow == (0, 2)
    bound = check_certificate(split, UnreachableCertificate(step=0, flow=1))
    assert bound.infeasible
    assert bound.violations == ()
    assert [reason.where for reason in bound.reasons] == [
        "host4, host5 (leaf2)",
        "host0, host1 (leaf0) to host2, host3 (leaf1)",
        "host2, host3 (leaf1) to host0, host1 (leaf0)",
    ]
    assert {reason.constraint for reason in bound.reasons} == {"topology.failed_links"}
    assert "`leaf1`-`spine1`" in bound.reasons[1].message


@pytest.mark.parametrize(
    ("step", "flow", "code"),
    [
        (0, 0, "certificate-reachable"),
        (0, 5, "certificate-reachable"),
        (0, 56, "certificate-shape"),
        (0, -1, "certificate-shape"),
        (1, 0, "certificate-shape"),
        (-1, 0, "certificate-shape"),
    ],
)
def test_broken_unreachable(split, step, flow, code):
    """A flow that is not there, or has a path, proves nothing."""
    bound = check_certificate(split, UnreachableCertificate(step=step, flow=flow))
    assert not bound.infeasible
    assert [violation.code for violation in bound.violations] == [code]
