"""Rejected demands are told their bottleneck, and relaxations that do admit them."""

import json

import numpy as np
import pytest

from planner.models.entanglement_scheduling.certificate import (
    BranchingCertificate,
    UnservedCertificate,
    UtilisationCertificate,
)
from planner.models.entanglement_scheduling.changes import changes
from planner.models.entanglement_scheduling.check import check_certificate
from planner.models.entanglement_scheduling.enumeration import enumerate_all
from planner.models.entanglement_scheduling.evaluate import evaluate
from planner.models.entanglement_scheduling.evaluation.quality import quality_table
from planner.models.entanglement_scheduling.evaluation.timetable import occupation, rigid_rows
from planner.models.entanglement_scheduling.explain import explain
from planner.models.entanglement_scheduling.plan import SchedulePlan
from planner.models.entanglement_scheduling.protocols.menu import published_length
from planner.models.entanglement_scheduling.reasons.insertion import find_starts
from planner.models.entanglement_scheduling.reasons.reachable import best_served
from planner.models.entanglement_scheduling.reasons.rejected import rejections
from planner.models.entanglement_scheduling.reasons.relaxations import offers_for
from planner.models.entanglement_scheduling.reasons.why import why_unserved
from planner.models.entanglement_scheduling.report import report
from planner.models.entanglement_scheduling.samples import draw


def test_lower_rate_and_one_more_qubit(one_qubit, plan):
    """Beside 2 of 4 slots a run of 2 in every 4 fits, one of 3 does not even in 12 slots."""
    instance = one_qubit((2, 4), (2, 4), (2, 6), (3, 6), (3, 12))
    admitted = plan((0, [0, 4, 8]))
    fitting, crossing, longer, long = rejections(instance.view, admitted)
    assert (fitting.fits, fitting.rate, fitting.qubit) == (True, None, None)
    assert (fitting.utilisation, fitting.with_demand) == (0.5, 1.0)
    assert crossing.fits  # 2 and 6 are free as well
    assert not longer.fits
    assert longer.qubit == 0
    assert (long.fits, long.rate, long.qubit) == (False, None, 0)
    assert "0-C0 is held 50.0% of the time" in long.message
    assert "one more qubit in 0-C0" in long.message


def test_longer_period_is_the_shortest_that_will_do(one_qubit, plan):
    """With free slots 3 to 5 and 9 to 11 of 12 a run of 3 fits twice, not four times."""
    instance = one_qubit((3, 6), (3, 3), (1, 12))
    full, _ = rejections(instance.view, plan((0, [0, 6])))
    assert full.rate == pytest.approx(100 / 6)
    assert not full.fits


def test_longer_periods_may_lengthen_the_hyperperiod(one_qubit, plan):
    """The free slots 6 to 9 lie across a border between periods of 8, not of 16."""
    instance = one_qubit((4, 8), (3, 8))
    (found,) = rejections(instance.view, plan((0, [2])))
    assert (found.fits, found.period) == (False, 16)
    assert "a period of 16 slots (6.25 pairs per second)" in found.message
    short = one_qubit((4, 8), (3, 8), limits={"hyperperiod": 8})
    (found,) = rejections(short.view, plan((0, [2])))
    assert found.period is None


def test_no_claim_beyond_what_was_tried(one_qubit, plan):
    """Where no relaxation helps with the others as they are, others could still move."""
    instance = one_qubit((3, 4), (6, 8), (3, 4))
    _, found = rejections(instance.view, plan((0, [0, 4])))
    assert (found.period, found.qubit) == (None, 0)
    assert "None of the lower rates" not in found.message
    message = rejections(instance.view, plan((0, [0, 4])))[0].message
    assert "one more qubit" in message


def test_too_slow_is_not_called_too_poor(demands, served):
    """A demand whose fidelity is reached too late is told the slots, and which settings help."""
    instance = demands(("0", "2", 0.6, 100))
    (found,) = rejections(instance.view, served(instance))
    assert "reaches a fidelity of 0.6 takes" in found.message
    assert "its period has 1." in found.message


def test_a_task_longer_than_its_period_is_rejected(one_qubit, plan):
    """It has no place in any schedule; if it is mandatory, there is none."""
    instance = one_qubit((4, 8), (9, 8), objective="demands")
    (found,) = rejections(instance.view, plan((0, [0])))
    assert "It takes 9 slots, its period has 8." in found.message
    must = one_qubit((4, 8), (9, 8, {"mandatory": True}.items()))
    checked = check_certificate(must, UnservedCertificate(demand=1))
    assert (checked.infeasible, checked.reasons[0].code) == (True, "unserved")


@pytest.fixture
def triangle(build):
    """Return a function: a demand from a to b, whose link is poor; the way by c is good."""

    def make(**more):
        rich = [{"fidelity": 0.99, "rate": "50 Hz"}]
        poor = [{"fidelity": 0.9, "rate": "2 Hz"}]
        links = [
            {"a": "a", "b": "b", "length": "5 km", "capabilities": poor},
            {"a": "a", "b": "c", "length": "4 km", "capabilities": rich},
            {"a": "c", "b": "b", "length": "4 km", "capabilities": rich},
        ]
        wanted = {"from": "a", "to": "b", "min_fidelity": 0.95, "rate": "1 Hz"}
        nodes = [{"name": name} for name in "abc"]
        return build({
            "problem": "entanglement_scheduling", "schema_version": 1, "name": "triangle",
            "topology": {"kind": "graph", "nodes": nodes, "links": links},
            "workload": {"kind": "demands", "demands": [wanted]}, **more,
        })  # fmt: skip

    return make


def test_more_routes_are_proposed_where_they_serve(triangle):
    """The short way takes 303 slots to 0.95, the period has 100; the second way is quick."""
    message = why_unserved(triangle().view, 0)
    assert "takes 303 slots, its period has 100" in message
    assert "`protocols.routes` 5" in message
    assert triangle(protocols={"routes": 5}).view.offers[0]


def test_best_fidelity_counts_every_search(demands):
    """The fidelity that is named is served, and is near the best of the published search."""
    instance = demands(("0", "3", 0.97, 0.01))
    view, want = instance.view, instance.view.demands[0]
    best = best_served(view, want)
    assert offers_for(view, want, 1_000_000, best)
    assert f"is found for {best:g}" in why_unserved(view, 0)
    steps = [f / 100 for f in range(50, 97) if published_length(view.network, 0, 3, f / 100)]
    assert best >= max(steps) - 0.01


@pytest.mark.parametrize("seed", range(80))
def test_insertion_finds_starts_that_keep_limits(build, seed):
    """What insertion finds beside an optimal schedule evaluates without fault.

    Where it finds none, no starts exist, if only windows count or none may jitter.
    """
    rng = np.random.default_rng(seed)
    instance = build(draw(rng))
    view, found = instance.view, enumerate_all(instance)
    if found is None or not found.choice or not view.is_rigid:
        return
    kept = [place for place in range(len(found.choice)) if rng.random() < 0.7]
    demand = np.array([found.choice[place][0] for place in kept], int)
    starts = [found.starts[place] for place in kept]
    shapes = [view.shapes[j][0] for j in demand]
    rows = rigid_rows(view, demand, shapes, np.concatenate([np.zeros(0, int), *starts]))
    free = view.capacity[:, None] - occupation(view, rows)
    for j, want in enumerate(view.demands):
        if j in demand:
            continue
        placed = find_starts(view, free, view.shapes[j][0], want.period, want.jitter)
        tried = exhaust(view, free, j)
        if placed is None:
            assert want.jitter not in (None, 0) or not tried
            continue
        order = np.argsort([*demand, j])
        both = [*starts, placed]
        plan = SchedulePlan(demand=sorted([*demand.tolist(), j]),
                            start=np.concatenate([both[place] for place in order]))  # fmt: skip
        codes = {violation.code for violation in evaluate(instance, plan).violations}
        assert codes <= {"mandatory-missing", "qubits-not-assignable"}


def exhaust(view, free, j):
    """Return whether some starts of a task fit into free slots, one slot at a time."""
    want, shape, slots = view.demands[j], view.shapes[j][0], view.hyperperiod

    def fits(start):
        segments = zip(shape.pool, shape.begin, shape.end, strict=True)
        return all(free[q, (start + t) % slots] > 0 for q, b, e in segments for t in range(b, e))

    slack = want.period - shape.length
    count = slots // want.period
    releases = range(want.period) if view.wraps else [0]
    if want.jitter == 0:
        phases = range(want.period) if view.wraps else range(slack + 1)
        return any(all(fits(y + k * want.period) for k in range(count)) for y in phases)
    return any(
        all(any(fits(r + k * want.period + y) for y in range(slack + 1)) for k in range(count))
        for r in releases
    )


def test_lower_fidelity_is_offered(demands, served):
    """A demand that no protocol serves in time is told the fidelity at which one does."""
    instance = demands(("0", "1", 0.6, 6.25), ("0", "2", 0.9, 6.25))
    (found,) = rejections(instance.view, served(instance, (0, 0, [14])))
    assert found.pool is None
    # Two hops take 11 slots at 0.70 and 17 at 0.75 by the published protocol (arXiv 2111.13124).
    assert found.min_fidelity == pytest.approx(0.7)
    assert "reaches a fidelity of 0.9" in found.message
    assert "with `min_fidelity` 0.7" in found.message


def test_explain_names_prices_and_rejected(one_qubit, plan):
    """The priced qubit and each rejected demand have a reason."""
    instance = one_qubit((2, 4), (6, 12), (1, 12))
    price = np.array([50.0, *[0.0] * 7])
    certificate = UtilisationCertificate(value=50 + 50 / 12, price=price, clique_price=[])
    assert check_certificate(instance, certificate).violations == ()
    reasons = explain(instance, plan((0, [0, 4, 8]), (2, [2])), certificate)
    assert [(each.code, each.where) for each in reasons] == [
        ("pools-bind", "0-C0"),
        ("demand-rejected", "task1"),
    ]
    assert explain(instance, plan((9, [0])), None) == []


def test_explain_names_cases_and_crowds(one_qubit, plan):
    """A proof by cases names its qubits and the demands that exclude each other."""
    instance = one_qubit((3, 8), (3, 8), (3, 8))
    price = np.zeros((1, len(instance.view.pools)))
    price[0, 0] = 1.0
    certificate = BranchingCertificate(
        value=1.0, admitted=((),), left_out=((),), price=price, clique_price=[],
        crowds=((0, 1, 2),), crowd_price=[[1.0]],
    )  # fmt: skip
    both = plan((0, [0]), (1, [3]))
    reasons = explain(instance, both, certificate)
    assert [(each.code, each.where) for each in reasons] == [
        ("pools-bind", "0-C0"),
        ("demands-exclude", "task0, task1, task2"),
        ("demand-rejected", "task2"),
    ]


def test_quality_table_has_every_demand(demands, served):
    """Admitted demands have figures, the others empty cells of the same columns."""
    instance = demands(("0", "1", 0.6, 1.5625), ("0", "2", 0.9, 12.5))
    first, second = quality_table(instance.view, served(instance, (0, 0, [0])))
    assert list(first) == list(second)
    assert first["admitted"]
    assert first["margin"] == pytest.approx(first["fidelity_decohered"] - 0.6)
    assert first["delivered_rate"] == pytest.approx(1.5625 * first["success"])
    assert not second["admitted"]
    assert second["fidelity"] is None


def test_changes_count_what_moved(plan):
    """Other starts of the same demands count one by one, else the demands that came."""
    old = plan((0, [0, 4]), (1, [2]))
    assert changes(old, old) == 0
    assert changes(old, plan((0, [0, 5]), (1, [3]))) == 2
    assert changes(old, plan((0, [0, 4]), (2, [2]))) == 1


def test_report_is_plain_json(demands, served):
    """The report of quality and rejections has names instead of places and survives JSON."""
    instance = demands(("0", "1", 0.6, 6.25), ("0", "2", 0.9, 6.25))
    found = report(instance, served(instance, (0, 0, [0])))
    assert json.loads(json.dumps(found)) == found
    assert [each["demand"] for each in found["quality"]] == ["demand0", "demand1"]
    assert [each["demand"] for each in found["rejected"]] == ["demand1"]
