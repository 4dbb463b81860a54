"""Refutations are repeated fact by fact, and what they rest on loses no schedule."""

import functools
import itertools

import numpy as np
import pytest

import planner as pl
from planner.models.rcpsp.bounds import best_bound, find_impossible
from planner.models.rcpsp.certificate import BoundsCertificate, RefutationProof
from planner.models.rcpsp.check import check_certificate
from planner.models.rcpsp.enumeration import optimum
from planner.models.rcpsp.explain import explain
from planner.models.rcpsp.plan import SchedulePlan
from planner.models.rcpsp.profile import usage
from planner.models.rcpsp.redundant import cut_both_ends, in_units_of, rows
from planner.models.rcpsp.refutation import IN_ORDER, follows
from planner.models.rcpsp.samples import draw
from planner.models.rcpsp.search import search
from planner.models.rcpsp.windows import frame, opening, propagate
from planner.solvers.rcpsp.shaving import raised, refute, refuted


def never():
    """Do not stop."""
    return False


def drawn(seed, activities=9, lags=True):
    """Return a project that is scarce of resources; a third has maximum lags."""
    rng = np.random.default_rng(seed)
    return pl.load({
        "problem": "rcpsp", "schema_version": 1, "name": "drawn",
        "resources": [{"name": "r", "capacity": 5}, {"name": "s", "capacity": 7}],
        "activities": [
            {"name": f"a{i}", "duration": int(rng.integers(0, 6)),
             "demand": {"r": int(rng.integers(0, 6)), "s": int(rng.integers(0, 5))},
             "successors": [f"a{j}" for j in range(i + 1, activities) if rng.random() < 0.15]}
            for i in range(activities)
        ],
        "time_lags": [{"from": "a0", "to": f"a{activities - 1}", "max": 20}]
        * (lags and seed % 3 == 0),
    })  # fmt: skip


def best(instance):
    """Return the best refutation and its value, from the bounds that need no facts."""
    first = best_bound(instance.view, 0)
    return [first, *raised(instance.view, first, 10**6, never)][-1]


@pytest.mark.parametrize("seed", range(30))
def test_no_refutation_exceeds_the_optimum(seed):
    """The best refutation passes its own check and stays at or below the least makespan."""
    instance = drawn(seed)
    least = optimum(instance)
    if least is None or find_impossible(instance.view) is not None:
        return
    value, proof = best(instance)
    assert value <= least
    if isinstance(proof, RefutationProof):
        certificate = BoundsCertificate(value=value, proof=proof)
        assert check_certificate(instance, certificate).bounds == {"makespan": value}


def test_refutations_close_most_small_projects():
    """Facts reach the optimum on most projects, and more of them than the other bounds."""
    closed = {"facts": 0, "others": 0}
    for seed in range(30):
        instance = drawn(seed, lags=False)
        least = optimum(instance)
        closed["facts"] += best(instance)[0] == least
        closed["others"] += best_bound(instance.view)[0] == least
    assert closed["facts"] > closed["others"]
    assert closed["facts"] >= 25


@pytest.mark.parametrize("seed", range(25))
def test_rules_keep_every_schedule(seed):
    """A schedule within the horizon lies in the windows to which the rules lead."""
    instance = pl.load(draw(np.random.default_rng(seed)))
    view = instance.view
    if find_impossible(view) is not None:
        return
    found = search(view, None).start
    if found is None:
        return
    for slack in (0, 2, 9):
        of = frame(view, int((found + view.duration).max()) + slack)
        windows = propagate(of, opening(of))
        assert windows is not None
        assert (windows.early <= found).all()
        assert (found <= windows.late).all()
        for first, second in np.argwhere(of.apart).tolist():
            if found[first] + view.duration[first] > found[second]:
                assert not follows(of, windows, [IN_ORDER, first, second])


@pytest.mark.parametrize("capacity", [1, 2, 5, 8, 9])
def test_functions_keep_what_fits(capacity):
    """Demands that fit beside each other still fit after every dual feasible function."""
    sizes = np.arange(capacity + 1)
    for parameter, function in itertools.product(
        range(1, capacity // 2 + 1), (cut_both_ends, in_units_of)
    ):
        row = function(sizes, capacity, parameter)
        most = np.zeros(capacity + 1, np.int64)
        # The most that can be packed into each capacity: an unbounded knapsack.
        for room in range(1, capacity + 1):
            most[room] = max(row.weight[size] + most[room - size] for size in range(1, room + 1))
        assert most[capacity] <= row.capacity


@pytest.mark.parametrize("seed", range(25))
def test_derived_resources_are_kept_by_every_schedule(seed):
    """Whatever runs at once in a feasible schedule fits into each row."""
    view = drawn(seed).view
    found = search(view, None).start
    if find_impossible(view) is not None or found is None:
        return
    times, _ = usage(view, found)
    for row in rows(view):
        for moment in times.tolist():
            running = (found <= moment) & (moment < found + view.duration)
            assert row.weight[running].sum() <= row.capacity


@functools.cache
def hard():
    """Return a project with a refutation of at least one fact, that refutation and its value."""
    for seed in range(60):
        instance = drawn(seed, lags=False)
        value, proof = best(instance)
        if isinstance(proof, RefutationProof) and len(proof.steps) > 1:
            return instance, value, proof
    raise AssertionError("no project needs facts")


def codes(instance, value, **fields):
    """Return what the check says of a refutation."""
    proof = RefutationProof(**fields)
    checked = check_certificate(instance, BoundsCertificate(value=value, proof=proof))
    return [each.code for each in checked.violations]


def test_forged_refutations_are_refused():
    """A fact more, a fact stronger, a horizon wider or figures that name nothing prove nothing."""
    instance, value, proof = hard()
    horizon, steps = proof.horizon, proof.steps
    assert codes(instance, value, horizon=horizon, steps=steps) == []
    assert codes(instance, value + 1, horizon=horizon, steps=steps) == ["certificate-value"]
    assert codes(instance, value + 1, horizon=horizon + 1, steps=[]) == ["certificate-kind"]
    most = int(optimum(instance))
    bold = [[0, each, most] for each in range(9)]
    assert codes(instance, most + 1, horizon=most, steps=bold) == ["certificate-kind"]
    orders = [[2, i, j] for i in range(9) for j in range(9)]
    assert codes(instance, most + 1, horizon=most, steps=orders) == ["certificate-kind"]
    for wrong in ([[3, 0, 0]], [[-1, 0, 0]], [[0, 99, 0]], [[0, -1, 0]], [[2, 0, 9]], [[0, 0]],
                  [[0, 0, 2**62]], [[1, 0, -1]], [[0, 0, 0]] * 5000):  # fmt: skip
        assert codes(instance, 1, horizon=horizon, steps=wrong) == ["certificate-shape"]
    for far in (-1, 2**62, 5000):
        assert codes(instance, 1, horizon=far, steps=steps) == ["certificate-shape"]


def test_refutations_count_in_whole_periods():
    """In milliseconds the same refutation proves a thousand times the makespan."""
    instance, value, proof = hard()
    data = instance.data()
    for each in data["activities"]:
        each["duration"] *= 1000
    longer = pl.load(data)
    assert codes(longer, 1000 * value, horizon=proof.horizon, steps=proof.steps) == []
    assert best(longer)[0] == 1000 * value


def test_a_refutation_that_is_stopped_is_none():
    """Time that is over leaves no half a proof."""
    instance, _, proof = hard()
    assert refute(instance.view, proof.horizon, lambda: True) is None
    assert list(raised(instance.view, best_bound(instance.view, 0), 100, lambda: True)) == []


def test_explanation_of_a_refutation_names_its_activities():
    """What most facts are about is named; without facts the rules alone are told."""
    instance, value, proof = hard()
    start = search(instance.view, None).start
    for steps, where in ((proof.steps, "a"), (np.zeros((0, 3), np.int64), "all")):
        bound = RefutationProof(horizon=proof.horizon, steps=steps)
        certificate = BoundsCertificate(value=value, proof=bound)
        found = explain(instance, SchedulePlan(start=start), certificate)[-1]
        assert found.code == "binding-refutation"
        assert found.where.startswith(where)


def ovens(batches):
    """Return batches of 4 hours, all within 3 hours of the first, that share one oven."""
    return pl.load({
        "problem": "rcpsp", "schema_version": 1, "name": "ovens",
        "resources": [{"name": "oven", "capacity": 1}],
        "activities": [{"name": f"a{i}", "duration": 4, "demand": {"oven": 1}}
                       for i in range(batches)],
        "time_lags": [{"from": "a0", "to": f"a{i}", "min": -3, "max": 3}
                      for i in range(1, batches)],
    })  # fmt: skip


def test_no_plan_is_refuted_beyond_the_size_of_a_search():
    """70 batches that exclude each other have no plan; without the lags the facts are refused."""
    instance = ovens(70)
    answer = refuted(instance.view, never)
    assert answer is not None
    checked = check_certificate(instance, answer.certificate)
    assert checked.infeasible
    assert checked.reasons[0].constraint.startswith("time_lags[")
    possible = pl.load({**instance.data(), "time_lags": []})
    refused = check_certificate(possible, answer.certificate)
    assert not refused.infeasible
    assert [each.code for each in refused.violations] == ["certificate-kind"]
    assert refuted(possible.view, lambda: True) is None


def test_infeasible_result_is_verified():
    """The whole way: infeasible with a certificate, which a second check repeats."""
    result = pl.solve(ovens(3))
    assert (result.status, result.certificate.kind) == ("infeasible", "refuted")
    assert "time_lags" in result.why[0].constraint
    assert pl.verify(result).ok
