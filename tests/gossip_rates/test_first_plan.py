"""Time limits: a plan with a bound at once, and methods that end before their time."""

import time

import numpy as np
import pytest

import planner as pl
from planner.models.gossip_rates import check_certificate, evaluate
from planner.models.gossip_rates.samples import draw
from planner.solvers.contract import Budget, Run
from planner.solvers.gossip_rates.deadline import Deadline, recheck_seconds
from planner.solvers.gossip_rates.first_plan import distances, first_proof, opening

HEAD = {"problem": "gossip_rates", "schema_version": 1, "name": "x"}


def family(name, size, objective):
    """Return an instance of a family."""
    topology = {"kind": "family", "family": name, "size": size}
    return pl.load({**HEAD, "topology": topology, "objective": objective})


def test_the_first_plan_keeps_all_limits_and_its_bound_holds():
    """On random instances the opening breaks nothing, and no bound passes the optimum."""
    for seed in range(40):
        instance = pl.load(draw(np.random.default_rng(seed)))
        run = Run()
        found = opening(instance, run)
        answer = run.incumbent if found is None else found
        if answer.infeasible:
            continue
        if answer.plan is not None:
            assert not evaluate(instance, answer.plan).violations
        if answer.certificate is None:
            continue
        bound = check_certificate(instance, answer.certificate).bounds[instance.objective]
        best = pl.solve(instance).value
        sign = 1 if instance.objective == "fewest_messages" else -1
        assert sign * bound <= sign * best * (1 + sign * 1e-6)


def test_distances_prove_the_optimum_of_a_path_of_two():
    """Two workers lie as far apart as their edge lets them: lambda_2 = 2."""
    instance = family("path", [2], "fastest_mixing")
    assert first_proof(instance.view).value == pytest.approx(2.0)


def test_distances_stretch_no_edge():
    """Whatever the costs, an edge of cost c spans at most sqrt(c)."""
    view = pl.load(draw(np.random.default_rng(5))).view
    line = distances(view)[:, 0]
    span = np.abs(line[view.ends[:, 0]] - line[view.ends[:, 1]])
    used = view.usable
    assert (span[used] <= np.sqrt(view.cost[used]) * (1 + 1e-12)).all()


def test_no_time_means_the_first_plan():
    """Where the re-check would take the time that is left, the opening is the answer."""
    instance = family("grid", [60, 60], "fewest_messages")
    late = Run(Budget(time_limit=1.0), elapsed=0.99)
    answer = opening(instance, late)
    assert answer.stopped_by == "time"
    assert answer.plan is not None
    assert answer.certificate is not None


@pytest.mark.parametrize(
    ("method", "name", "size", "objective"),
    [
        ("unfolding", "random_regular", [2000, 3], "fastest_mixing"),
        ("mix", "grid", [40, 40], "fewest_messages"),
        ("d_optimal", "grid", [40, 40], "fewest_messages"),
        ("prune", "random_regular", [100, 6], "fewest_messages"),
        ("orbits", "barbell", [100], "fewest_messages"),
        ("newton", "grid", [25, 25], "total_resistance"),
    ],
)
def test_a_small_limit_leaves_a_plan(method, name, size, objective):
    """Each method that may be late has a verified plan when its time is over."""
    result = pl.solve(family(name, size, objective), method, time_limit=0.05)
    assert result.status == "feasible"
    assert result.value is not None
    assert result.stopped_by == "time"
    assert objective == "total_resistance" or result.bound is not None


def test_deadlines_leave_what_comes_after():
    """The reserve counts as used up, parts share what is left, and the whole hears of an end."""
    end = Deadline(Run(Budget(time_limit=100.0), elapsed=50.0), 10.0)
    assert end.remaining() == pytest.approx(40.0, abs=1.0)
    assert end.part(0.25).remaining() == pytest.approx(10.0, abs=1.0)
    assert end.earlier(15.0).remaining() == pytest.approx(25.0, abs=1.0)
    assert end.stopping() is None
    assert end.part(0.25).lacks(20.0)
    assert end.ended_by == "time"


def test_a_step_like_the_last_one_must_fit():
    """A step is late if the one before took longer than what is left."""
    end = Deadline(Run(Budget(time_limit=100.0), elapsed=99.95))
    time.sleep(0.03)
    assert end.is_late()
    assert not Deadline(Run()).is_late()


def test_larger_networks_reserve_more():
    """The time kept for the re-check grows with the network and with what it has to compute."""
    small = family("grid", [20, 20], "fastest_mixing").view
    large = family("grid", [60, 60], "fastest_mixing").view
    messages = family("grid", [60, 60], "fewest_messages").view
    assert recheck_seconds(small) < recheck_seconds(large) < recheck_seconds(messages)
