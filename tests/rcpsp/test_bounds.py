"""Proofs of least makespans are added up anew, and claims beyond them are refused."""

import numpy as np
import pytest

import planner as pl
from planner.models.rcpsp import certificate as proofs
from planner.models.rcpsp.bounds import best_bound, find_impossible
from planner.models.rcpsp.check import check_certificate
from planner.models.rcpsp.enumeration import optimum
from planner.models.rcpsp.samples import draw


def project(activities, capacity=(), lags=()):
    """Return an instance; activities are (duration, demand per resource, successors)."""
    return pl.load({
        "problem": "rcpsp", "schema_version": 1, "name": "test",
        "resources": [{"name": f"r{k}", "capacity": units} for k, units in enumerate(capacity)],
        "activities": [
            {"name": f"a{i}", "duration": duration,
             "demand": {f"r{k}": units for k, units in enumerate(demand)},
             "successors": [f"a{j}" for j in successors]}
            for i, (duration, demand, successors) in enumerate(activities)
        ],
        "time_lags": [{"from": f"a{i}", "to": f"a{j}", **limits} for i, j, limits in lags],
    })  # fmt: skip


def bound(instance, value, proof):
    """Check a certificate of one proof."""
    return check_certificate(instance, proofs.BoundsCertificate(value=value, proof=proof))


CRANE = project([(2, (0,), [1, 2, 3]), (4, (6,), [4]), (3, (6,), [4]), (2, (7,), [4]),
                 (1, (0,), [])], [10])  # fmt: skip


@pytest.mark.parametrize(
    ("proof", "value"),
    [
        (proofs.PathProof(path=[0, 1, 4]), 7),
        (proofs.EnergyProof(resource=0), 6),
        (proofs.CliqueProof(members=[1, 2, 3]), 12),
        (proofs.ExhaustiveProof(), 12),
    ],
    ids=lambda value: getattr(value, "proof", None),
)
def test_each_proof_gives_its_value_and_no_more(proof, value):
    """The path 2 + 4 + 1, the energy 56/10, the clique 2 + 9 + 1; one period more is refused."""
    checked = bound(CRANE, value, proof)
    assert checked.violations == ()
    assert checked.bounds == {"makespan": value}
    assert [each.code for each in bound(CRANE, value + 1, proof).violations] == [
        "certificate-value"
    ]


def test_window_holds_the_work_that_cannot_leave_it():
    """Three jobs of 2 between a head of 3 and a tail of 3 do not fit into 3 periods on one unit."""
    jobs = [(3, (0,), [1, 2, 3]), *[(2, (1,), [4])] * 3, (3, (0,), [])]
    instance = project(jobs, [1])
    proof = proofs.WindowProof(resource=0, horizon=11, begin=3, end=8)
    assert bound(instance, 12.0, proof).bounds == {"makespan": 12.0}
    wider = proofs.WindowProof(resource=0, horizon=12, begin=3, end=9)
    assert [each.code for each in bound(instance, 13.0, wider).violations] == ["certificate-kind"]


@pytest.mark.parametrize(
    ("proof", "code"),
    [
        (proofs.PathProof(path=[0, 4]), "certificate-kind"),
        (proofs.PathProof(path=[9]), "certificate-shape"),
        (proofs.PathProof(path=[]), "certificate-shape"),
        (proofs.CliqueProof(members=[0, 1]), None),
        (proofs.CliqueProof(members=[1, 1]), "certificate-kind"),
        (proofs.EnergyProof(resource=1), "certificate-shape"),
        (proofs.WindowProof(resource=0, horizon=5, begin=4, end=2), "certificate-shape"),
    ],
)
def test_false_proofs_are_refused(proof, code):
    """What names nothing, or is not so, proves nothing; precedence does part two activities."""
    found = [each.code for each in bound(CRANE, 1.0, proof).violations]
    assert found == ([] if code is None else [code])


def test_cycle_of_lags_is_added_up():
    """5 + 4 - 7 = 2 proves that there is no plan; with a maximum of 9 the same cycle does not."""
    jobs = [(3, (), []), (4, (), [2]), (2, (), [])]
    tight = project(jobs, lags=[(0, 1, {"min": 5}), (0, 2, {"max": 7})])
    loose = project(jobs, lags=[(0, 1, {"min": 5}), (0, 2, {"max": 9})])
    found = find_impossible(tight.view)
    assert isinstance(found, proofs.CycleCertificate)
    checked = check_certificate(tight, found)
    assert checked.infeasible
    assert any("raise this `max` to 9" in reason.message for reason in checked.reasons)
    assert find_impossible(loose.view) is None
    assert not check_certificate(loose, found).infeasible


@pytest.mark.parametrize(
    "instance",
    [
        project([(2, (6,), [])], [5]),
        project([(1, (), [1]), (1, (), [0])]),
        project([(1, (1,), []), (1, (1,), [])], [1]),
    ],
    ids=["demand", "cycle", "possible"],
)
def test_exhaustion_is_claimed_only_where_it_is_the_reason(instance):
    """Where lags or one demand alone exclude a plan, or there is one, a search proves nothing."""
    checked = check_certificate(instance, proofs.ExhaustedCertificate())
    assert [each.code for each in checked.violations] == ["certificate-kind"]
    assert not checked.infeasible


def test_exhaustion_names_the_tightest_lag():
    """Two jobs of 4 on one unit cannot both start within 3 periods."""
    instance = project([(4, (1,), [])] * 2, [1], [(0, 1, {"min": -3, "max": 3})])
    checked = check_certificate(instance, proofs.ExhaustedCertificate())
    assert checked.infeasible
    assert checked.reasons[0].constraint.startswith("time_lags[0]")


def test_long_cycles_are_found():
    """A cycle of 60 activities with a length of 1 is found whole."""
    lags = [(i, (i + 1) % 60, {"min": 1} if i < 59 else {"min": -58}) for i in range(60)]
    found = find_impossible(project([(0, (), [])] * 60, lags=lags).view)
    assert sorted(found.cycle.tolist()) == list(range(60))


def brute_force(instance):
    """Return the least makespan by trying all starts up to the sum of what could matter."""
    view = instance.view
    most = int(view.duration.sum() + view.arcs[:, 2].clip(0).sum())
    best = None

    def place(chosen):
        nonlocal best
        limit = most if best is None else best - 1
        if len(chosen) == view.activities:
            start = np.array(chosen)
            source, target, weight = view.arcs.T
            ends = start + view.duration
            fits = all(
                (view.demand[(start <= t) & (t < ends)].sum(axis=0) <= view.capacity).all()
                for t in start.tolist()
            )
            kept = fits and (start[target] - start[source] >= weight).all()
            if kept and (best is None or ends.max() < best):
                best = int(ends.max())
            return
        for begin in range(limit - int(view.duration[len(chosen)]) + 1):
            place([*chosen, begin])

    place([])
    return best


@pytest.mark.parametrize("seed", range(25))
def test_search_agrees_with_trying_all_starts(seed):
    """On three activities the complete search finds what trying every start finds."""
    rng = np.random.default_rng(seed)
    jobs = [(int(rng.integers(0, 4)), (int(rng.integers(0, 4)),), []) for _ in range(3)]
    pairs = [(0, 1), (1, 2), (2, 0), (0, 2)]
    lags = [
        (i, j, {"min": int(rng.integers(-3, 3)), "max": int(rng.integers(3, 5))})
        for i, j in pairs
        if rng.random() < 0.4
    ]
    instance = project(jobs, [3], lags)
    expected = brute_force(instance)
    assert optimum(instance) == expected


@pytest.mark.parametrize("seed", range(60))
def test_no_bound_exceeds_the_optimum(seed):
    """Every proof that is found passes its own check and stays below the least makespan."""
    instance = pl.load(draw(np.random.default_rng(seed)))
    least = optimum(instance)
    if least is None:
        return
    value, proof = best_bound(instance.view)
    checked = bound(instance, float(value), proof)
    assert checked.violations == ()
    assert checked.bounds["makespan"] == value <= least
