"""What is there before a worker begins, and what is told of it."""

import pickle

import pytest

from planner.models.entanglement_scheduling.evaluate import evaluate
from planner.models.entanglement_scheduling.instance import EntanglementScheduling
from planner.solvers.contract import Budget, Run
from planner.solvers.entanglement_scheduling import lns
from planner.solvers.entanglement_scheduling.deadline import Deadline
from planner.solvers.entanglement_scheduling.greedy import by_period
from planner.solvers.entanglement_scheduling.jobs import jobs_of
from planner.solvers.entanglement_scheduling.opening import opening


@pytest.fixture
def instance():
    """Return demands over one and over two hops of a line."""
    rows = [("0", "1", "3.125 Hz"), ("1", "2", "1.5625 Hz"), ("0", "2", "0.78125 Hz")]
    return EntanglementScheduling.model_validate({
        "problem": "entanglement_scheduling", "schema_version": 1, "name": "line",
        "topology": {"kind": "line", "size": 3},
        "workload": {"kind": "demands", "demands": [
            {"from": a, "to": b, "rate": rate, "min_fidelity": 0.6} for a, b, rate in rows]},
    })  # fmt: skip


def test_offers_are_searched_for_once(instance):
    """The worker and the re-check find the protocols that the opening has searched for."""
    run = Run(Budget(time_limit=60))
    assert opening(instance, run) is None
    assert run.has_plan
    sent = pickle.loads(pickle.dumps(instance))
    assert sent.view.menus.keys() == {0, 1, 2}


def test_plan_of_what_is_known_in_time(instance, monkeypatch):
    """Demands whose protocols were not found in time are left out, and the check needs none."""
    instance.view.menu(1)
    monkeypatch.setattr(Deadline, "is_over", lambda self, share=1.0: share < 1)
    answer = opening(instance, Run(Budget(time_limit=60)))
    assert answer is not None
    assert answer.stopped_by == "time"
    assert "Protocols were searched for 1 of 3 demands in time." in answer.notes
    found = evaluate(instance, answer.plan)
    assert found.violations == ()
    assert found.metrics["demands"] == ["demand1"]
    assert instance.view.menus.keys() == {1}


def test_time_is_kept_back_for_the_check(instance):
    """A search ends before its limit, by a share of it at most."""
    deadline = Deadline(instance.view, Run(Budget(time_limit=10), elapsed=9.8))
    assert deadline.is_over()
    assert 0 < deadline.reserve <= 3
    assert not Deadline(instance.view, Run(elapsed=1e6)).is_over()


def test_what_repeats_often_is_inserted_first(instance):
    """Demands of a short period have the least choice of slots."""
    order = by_period(jobs_of(instance.view).jobs)
    assert [job.period for job in order] == sorted(job.period for job in order)


def test_demands_too_large_for_a_model_are_inserted_again(instance, monkeypatch):
    """A round whose model would be too large inserts in another order instead."""
    monkeypatch.setattr(lns, "INTERVALS", 0)
    monkeypatch.setattr(lns, "build", None)
    view, run = instance.view, Run()
    search = lns.Search(view, run, lns.first_proof(view, run))
    assert search.round()
    assert search.room.starts.keys() == {0, 1, 2}
    assert not search.round()
    assert search.room.starts.keys() == {0, 1, 2}
