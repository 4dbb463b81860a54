"""What schedules are worth and which limits they break."""

import numpy as np
import pytest

import planner as pl
from planner.models.rcpsp.evaluate import evaluate
from planner.models.rcpsp.plan import SchedulePlan
from planner.models.rcpsp.profile import usage

DATA = {
    "problem": "rcpsp", "schema_version": 1, "name": "test",
    "resources": [{"name": "crew", "capacity": 2}],
    "activities": [
        {"name": "a", "duration": 3, "demand": {"crew": 1}, "successors": ["c"]},
        {"name": "b", "duration": 2, "demand": {"crew": 2}},
        {"name": "c", "duration": 1, "demand": {"crew": 1}},
        {"name": "done", "duration": 0, "demand": {"crew": 2}},
    ],
    "time_lags": [{"from": "a", "to": "b", "max": 4}, {"from": "c", "to": "done", "min": 1}],
}  # fmt: skip


def codes(start):
    """Return code, field and amount of what a schedule breaks."""
    found = evaluate(pl.load(DATA), SchedulePlan(start=start)).violations
    return [(each.code, each.constraint, each.amount) for each in found]


def test_schedule_that_touches_every_limit_keeps_it():
    """Ends may touch starts, milestones hold nothing, lags may be tight."""
    found = evaluate(pl.load(DATA), SchedulePlan(start=[0, 3, 5, 6]))
    assert found.violations == ()
    assert found.objective.value == 6
    assert found.metrics["utilisation"] == [pytest.approx((3 + 4 + 1) / 12)]
    assert found.metrics["peak_usage"] == [2]
    assert found.metrics["critical_path"] == ["a", "b", "c", "done"]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ([0, 3, 2, 6], [("precedence-broken", "activities[0].successors", 1),
                        ("resource-exceeded", "resources[0].capacity", 0)]),
        ([0, 6, 3, 4], [("lag-broken", "time_lags[0].max", 2)]),
        ([0, 4, 3, 3], [("lag-broken", "time_lags[1].min", 1)]),
        ([0, 1, 3, 4], [("resource-exceeded", "resources[0].capacity", 1)]),
        ([0, 3, 5], [("plan-shape", "activities", None)]),
        ([0, -1, 5, 6], [("start-range", "activities", -1)]),
    ],
)  # fmt: skip
def test_every_broken_limit_is_named(start, expected):
    """Code, field and amount tell what is wrong."""
    found = codes(start)
    assert found == [each for each in expected if each[2] != 0]


@pytest.mark.parametrize("seed", range(10))
def test_sweep_counts_what_runs(seed):
    """Usage between two changes is the sum over the activities that run then."""
    rng = np.random.default_rng(seed)
    view = pl.load(DATA).view
    start = rng.integers(0, 6, view.activities)
    times, held = usage(view, start)
    for moment in range(12):
        running = (start <= moment) & (moment < start + view.duration)
        step = np.searchsorted(times, moment, side="right") - 1
        counted = held[step] if step >= 0 else np.zeros(1)
        assert (counted == view.demand[running].sum(axis=0)).all()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"activities": [{"name": "a", "duration": 1}] * 2}, "name-repeated"),
        ({"activities": [{"name": "a", "duration": 1, "successors": ["z"]}]}, "unknown-activity"),
        ({"activities": [{"name": "a", "duration": 1, "successors": ["a"]}]}, "self-lag"),
        ({"activities": [{"name": "a", "duration": 1, "demand": {"z": 1}}]}, "unknown-resource"),
        ({"activities": [{"name": "a", "duration": -1}]}, "out-of-range"),
        ({"activities": []}, "out-of-range"),
        ({"time_lags": [{"from": "a", "to": "b"}]}, "lag-empty"),
        ({"time_lags": [{"from": "a", "to": "z", "min": 1}]}, "unknown-activity"),
        ({"time_lags": [{"from": "a", "to": "b", "min": 3, "max": 2}]}, "lags-crossed"),
    ],
)
def test_faults_of_an_instance_have_codes(changes, code):
    """What concerns several entities is found before anything is solved."""
    with pytest.raises(pl.InputError) as error:
        pl.load({**DATA, "time_lags": [], **changes})
    assert {found.code for found in error.value.findings} == {code}
