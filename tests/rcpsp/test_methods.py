"""Generated and searched schedules keep every limit and reach what is known of them."""

import numpy as np
import pytest

import planner as pl
from planner.models.rcpsp.certificate import PathProof
from planner.models.rcpsp.check import check_certificate
from planner.models.rcpsp.enumeration import optimum
from planner.models.rcpsp.evaluate import evaluate
from planner.models.rcpsp.lags import longest
from planner.models.rcpsp.plan import SchedulePlan
from planner.solvers.contract import Budget, Run
from planner.solvers.rcpsp import by_cpsat, sgs, staged
from planner.solvers.rcpsp.generation import has_cycle, mirrored, network, parallel, serial
from planner.solvers.rcpsp.priorities import RULES, priorities
from planner.solvers.rcpsp.stages import Stage, stages

HEAD = {"problem": "rcpsp", "schema_version": 1, "name": "drawn"}


def drawn(seed, activities=20):
    """Return a random project with two resources and minimum lags only."""
    rng = np.random.default_rng(seed)
    return pl.load({
        **HEAD,
        "resources": [{"name": "r", "capacity": 4}, {"name": "s", "capacity": 3}],
        "activities": [
            {"name": f"a{i}", "duration": int(rng.integers(0, 6)),
             "demand": {"r": int(rng.integers(0, 5)), "s": int(rng.integers(0, 4))},
             "successors": [f"a{j}" for j in range(i + 1, activities) if rng.random() < 0.1]}
            for i in range(activities)
        ],
        "time_lags": [{"from": f"a{i}", "to": f"a{i + 2}", "min": int(rng.integers(0, 9))}
                      for i in range(0, activities - 2, 5)],
    })  # fmt: skip


def violations(instance, start):
    """Return what a schedule breaks."""
    return evaluate(instance, SchedulePlan(start=start)).violations


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("scheme", [serial, parallel])
def test_generated_schedules_keep_every_limit(rule, scheme):
    """Each scheme with each rule gives a feasible schedule, and so does justifying it."""
    for seed in range(5):
        instance = drawn(seed)
        view = instance.view
        forward = network(view)
        start = scheme(forward, priorities(view, rule))
        assert violations(instance, start) == ()
        better = sgs.justify(view, forward, mirrored(view), start)
        assert violations(instance, better) == ()
        assert sgs.makespan(view, better) <= sgs.makespan(view, start)


def test_serial_schedules_are_active():
    """No activity of a serial schedule can start a period earlier while all others stay."""
    instance = drawn(3)
    start = serial(network(instance.view), priorities(instance.view, "lft"))
    for each in np.flatnonzero(start):
        earlier = start.copy()
        earlier[each] -= 1
        assert violations(instance, earlier)


def test_maximum_lags_are_left_to_search():
    """`sgs` refuses lags that lead round in a circle and names the method that takes them."""
    data = drawn(0).data()
    data["time_lags"] = [{"from": "a0", "to": "a1", "min": 0, "max": 5}]
    instance = pl.load(data)
    assert has_cycle(instance.view)
    with pytest.raises(pl.CapabilityError, match="cpsat"):
        pl.solve(instance, "sgs")


def test_samples_are_seeded():
    """The same seed gives the same schedule; without samples it cannot be better."""
    instance = drawn(1, 40)
    first = pl.solve(instance, "sgs", seed=4)
    again = pl.solve(instance, "sgs", seed=4)
    assert first.plan.start.tolist() == again.plan.start.tolist()
    bare = pl.solve(instance, "sgs", options={"samples": 0})
    assert first.value <= bare.value


def test_every_start_of_an_optimum_fits_below_the_longest_makespan():
    """The ceiling of the search is no less than what is optimal with minimum lags."""
    for seed in range(5):
        instance = drawn(seed, 8)
        assert pl.solve(instance, "branching").value <= longest(instance.view)


def test_a_limit_that_is_reached_is_not_an_optimum():
    """Without time there is the first schedule at most, and it is optimal only by its bound."""
    instance = drawn(2, 60)
    answer = sgs.solve(instance, Run(Budget(time_limit=1e-6)))
    assert answer.stopped_by == "time"
    result = pl.solve(instance, "sgs", time_limit=0.01)
    assert result.plan is not None
    assert (result.status == "optimal") is (result.gap == 0)


def test_exact_methods_agree_with_lags():
    """CP-SAT and the complete search find the same makespan, or both that there is no plan."""
    for limit in (3, 6):
        data = drawn(7, 9).data()
        data["time_lags"] = [{"from": "a0", "to": "a5", "min": 1, "max": limit},
                             {"from": "a2", "to": "a4", "max": limit}]  # fmt: skip
        found = [pl.solve(data, method) for method in ("cpsat", "branching")]
        assert len({(each.status, each.value) for each in found}) == 1
        assert all(pl.verify(each).ok for each in found)


def test_long_periods_do_not_hinder_the_search():
    """Durations in milliseconds are searched in the longest period that divides them all."""
    jobs = [{"name": f"a{i}", "duration": 1_000_000, "demand": {"r": 1 + i % 2}} for i in range(9)]
    data = {**HEAD, "resources": [{"name": "r", "capacity": 2}], "activities": jobs}
    result = pl.solve(data)
    assert (result.status, result.value) == ("optimal", 7_000_000)


def test_cpsat_stopped_at_once_says_so():
    """With next to no time nothing is called optimal that was not proved."""
    data = drawn(5, 60).data()
    result = pl.solve(data, time_limit=0.01)
    assert result.status in {"unknown", "feasible"}
    assert result.stopped_by == "time"


@pytest.mark.parametrize("samples", ["x", -1, 1.5, True])
def test_bad_number_of_samples_is_refused(samples):
    """The option of `sgs` has a code of its own, not a traceback."""
    with pytest.raises(pl.InputError) as error:
        pl.solve(drawn(0), "sgs", options={"samples": samples})
    assert error.value.findings[0].code == "option-value"


@pytest.mark.parametrize("refutes", [False, True], ids=["improve", "refute"])
@pytest.mark.parametrize("length", [1, 5])
def test_each_stage_alone_closes_the_gap(refutes, length, monkeypatch):
    """From a poor schedule and a poor bound both reach the optimum, in periods of any length."""
    only = Stage(refutes, stages(Run())[0].options, 1.0, 60.0)
    monkeypatch.setattr(staged, "stages", lambda run: (only,))
    monkeypatch.setattr(staged, "exhaustive_proof", lambda view, value: None)
    for seed in range(4):
        data = drawn(seed, 9).data()
        data["time_lags"] = []
        for each in data["activities"]:
            each["duration"] *= length
        instance = pl.load(data)
        start = np.cumsum([0, *instance.view.duration.tolist()])[:-1]
        assert violations(instance, start) == ()
        run = Run(Budget(time_limit=60))
        floor = (0, PathProof(path=[0]))
        ceiling = sgs.makespan(instance.view, start)
        answer = staged.StagedSearch(instance.view, run, start, floor, ceiling).answer()
        assert answer.objective == answer.solver_bound == optimum(instance)
        assert answer.stopped_by is None


def test_wider_gap_ends_earlier():
    """A gap of a half is closed by a bound of two thirds, and the result says what is left."""
    result = pl.solve(drawn(2, 40), gap=0.5)
    assert result.status in {"optimal", "feasible"}
    assert result.gap <= 0.5


def test_bounds_are_whole_periods():
    """5 periods of work over 2 units are 5 at least, where nothing lasts less."""
    jobs = [{"name": f"a{i}", "duration": 5, "demand": {"r": 1}} for i in range(3)]
    data = {**HEAD, "resources": [{"name": "r", "capacity": 2}], "activities": jobs}
    result = pl.solve(data, "sgs")
    assert (result.status, result.value, result.bound_source) == ("optimal", 10, "certificate")
    assert check_certificate(pl.load(data), result.certificate).bounds == {"makespan": 10}


def test_large_projects_have_a_plan_and_a_bound_at_once():
    """The first schedule needs no improvement to be reported, with a bound that is re-checked."""
    instance = drawn(4, 300)
    told = []
    by_cpsat.solve(
        instance,
        Run(Budget(time_limit=1e-3), listener=lambda progress, answer: told.append(answer)),
    )
    assert violations(instance, told[0].plan.start) == ()
    assert check_certificate(instance, told[0].certificate).violations == ()
