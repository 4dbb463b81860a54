"""The nine schedulers on small task sets worked out by hand, and on random ones."""

import numpy as np
import pytest

from planner.models.base.errors import InputError
from planner.models.entanglement_scheduling.check import check_certificate
from planner.solvers.contract import Budget, Run
from planner.solvers.entanglement_scheduling.baselines import BASELINES, schedulers

NAMES = [method.name for method in BASELINES]
PAUSING = ["pts_pb", "rcpsp_pb_block", "rcpsp_pbs", "rcpsp_pb"]
RIGID = [name for name in NAMES if name not in ("published", *PAUSING)]


def test_edf_misses_what_fits(tasks, solve):
    """(2, 6) and (8, 16) fit one qubit; without idle time on purpose the second never does."""
    instance = tasks((2, 6), (8, 16))
    for name in ("pts_np_edf", "rcpsp_np_fpr", "rcpsp_np_edf"):
        answer, evaluation = solve(instance, name)
        assert answer.plan.demand.tolist() == [0]
        assert answer.plan.start.tolist() == list(range(0, 48, 6))
        assert evaluation.violations == ()


def test_look_ahead_waits(tasks, solve):
    """Of (2, 4) and (4, 9) the last long run waits from 27 to 30, for the short one due at 32.

    Without look-ahead it starts at 27 and ends at 31, a slot too late for the short one.
    """
    instance = tasks((2, 4), (4, 9))
    for name in ("pts_np_edf", "rcpsp_np_edf"):
        assert solve(instance, name)[0].plan.demand.tolist() == [0]
    answer, evaluation = solve(instance, "pts_cedf")
    assert evaluation.violations == ()
    short, long = [0, 6, 8, 14, 16, 22, 24, 28, 34], [2, 10, 18, 30]
    assert answer.plan.start.tolist() == short + long
    answer, evaluation = solve(instance, "rcpsp_cedf")
    assert evaluation.violations == ()
    assert answer.plan.demand.tolist() == [0, 1]


@pytest.mark.parametrize("name", NAMES)
def test_period_of_one_slot(tasks, solve, name):
    """A task that runs in every slot leaves no room for others on its qubit."""
    answer, evaluation = solve(tasks((1, 1), (1, 4), (1, 4, {"1-C0": [[0, 1]]})), name)
    assert evaluation.violations == ()
    expected = [0] if name.startswith("pts") else [0, 2]
    assert answer.plan.demand.tolist() == expected


@pytest.mark.parametrize("name", NAMES)
def test_length_of_a_period(tasks, solve, name):
    """A task as long as its period starts at every release."""
    answer, evaluation = solve(tasks((8, 8), (1, 16)), name)
    assert answer.plan.demand.tolist() == [0]
    assert answer.plan.start[0] == 0
    assert evaluation.violations == ()


@pytest.mark.parametrize("name", RIGID)
def test_shorter_hyperperiods_repeat(tasks, solve, name):
    """A component of period 3 is repeated over the hyperperiod of all, 12."""
    answer, evaluation = solve(tasks((1, 3, {"2-C0": [[0, 1]]}), (1, 4)), name)
    assert answer.plan.start.tolist()[:4] == [0, 3, 6, 9]
    assert len(answer.plan.start) == 7
    assert evaluation.violations == ()


def test_whole_length_reservation(tasks, solve):
    """Two tasks that hold a qubit one after the other fit only if it is freed in between."""
    early, late = {"0-C0": [[0, 4]], "1-C0": [[0, 1]]}, {"1-C0": [[0, 3]]}
    instance = tasks((4, 4, early), (3, 4, late))
    assert solve(instance, "rcpsp_np_edf")[0].plan.start.tolist() == [0, 1]
    assert solve(instance, "rcpsp_np_fpr")[0].plan.demand.tolist() == [0]


def test_use_above_all_slots_is_turned_away(tasks, solve):
    """The third task would hold the qubit 5/4 of the time, the fourth exactly all of it."""
    instance = tasks((1, 4), (2, 8), (6, 8), (4, 8))
    for name in ("pts_np_edf", "rcpsp_np_edf"):
        assert solve(instance, name)[0].plan.demand.tolist() == [0, 1, 3]


def test_pauses_let_short_tasks_through(tasks, solve):
    """Two slots and two slots fit between the uses of a qubit that recur every 4, not 4 slots."""
    long = {"0-C0": [[0, 2]], "1-C0": [[0, 2], [2, 4]], "2-C0": [[2, 4]]}
    long |= {"0-S0": [[0, 4]], "1-S0": [[0, 4]], "1-S1": [[2, 4]], "2-S0": [[2, 4]]}
    instance = tasks((4, 4, {"1-C0": [[0, 1], [3, 4]]}), (4, 16, long))
    assert solve(instance, "rcpsp_np_edf")[0].plan.demand.tolist() == [0]
    answer, evaluation = solve(instance, "rcpsp_pb")
    assert evaluation.violations == ()
    assert answer.plan.demand.tolist() == [0, 1]
    pieces = answer.plan.row == 1
    assert answer.plan.start[pieces].tolist() == [1, 5]
    assert solve(instance, "rcpsp_pb", budget=1)[0].plan.demand.tolist() == [0]
    assert solve(instance, "rcpsp_pb", budget=2)[0].plan.demand.tolist() == [0, 1]


def test_held_qubits_stay_held(tasks, solve):
    """What holds a pair across a pause is nobody else's, so that there is no pausing here."""
    long = {"0-C0": [[0, 2]], "1-C0": [[0, 4]], "2-C0": [[2, 4]]}
    long |= {"0-S0": [[0, 4]], "1-S0": [[0, 4]], "1-S1": [[2, 4]], "2-S0": [[2, 4]]}
    instance = tasks((4, 4, {"1-S0": [[0, 1], [3, 4]]}), (4, 16, long))
    for name in PAUSING:
        assert solve(instance, name)[0].plan.demand.tolist() == [0]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(4))
def test_random_schedules_are_sound(random_tasks, solve, name, seed):
    """Whatever a scheduler admits keeps windows and qubits, and is worth what it says."""
    instance = random_tasks(np.random.default_rng(seed))
    answer, evaluation = solve(instance, name)
    assert evaluation.violations == ()
    assert evaluation.objective.value == pytest.approx(answer.objective, rel=1e-9)
    checked = check_certificate(instance, answer.certificate)
    assert checked.violations == ()
    assert checked.bounds["throughput"] >= evaluation.objective.value - 1e-9


@pytest.mark.parametrize("name", PAUSING)
def test_budget_is_kept(random_tasks, solve, name):
    """No repetition pauses for longer than the budget, and without one none does."""
    for seed in range(4):
        instance = random_tasks(np.random.default_rng(100 + seed), count=20)
        for budget in (0, 3):
            plan = solve(instance, name, budget=budget)[0].plan
            length = np.array([instance.view.shapes[each][0].length for each in plan.demand])
            job = plan.row * instance.view.hyperperiod + plan.repetition
            for each in np.unique(job):
                mine = job == each
                end = (plan.start + plan.end - plan.begin)[mine].max()
                span = end - plan.start[mine].min()
                assert span <= length[plan.row[mine][0]] + budget


def test_some_random_sets_pause(random_tasks, solve):
    """The random sets do make the pausing schedulers pause, or the tests above say little."""
    for name in PAUSING:
        found = 0
        for seed in range(6):
            plan = solve(random_tasks(np.random.default_rng(seed), count=20), name)[0].plan
            jobs = plan.row * 1_000 + plan.repetition
            found += len(jobs) - len(np.unique(jobs))
        assert found > 0, name


@pytest.mark.parametrize("name", NAMES)
def test_stopping_keeps_who_is_in(random_tasks, name):
    """Without time left there is a plan that says it was stopped."""
    instance = random_tasks(np.random.default_rng(0))
    function = next(each.entry for each in BASELINES if each.name == name).split(":")[1]
    answer = getattr(schedulers, function)(instance, Run(Budget(time_limit=0.0)))
    assert answer.stopped_by == "time"
    assert not answer.deterministic
    assert answer.plan.demand.tolist() == []


@pytest.mark.parametrize("value", [-1, 1.5, True, "all"])
def test_bad_budget(tasks, solve, value):
    """The budget is a number of slots."""
    with pytest.raises(InputError) as caught:
        solve(tasks((1, 4)), "rcpsp_pb", budget=value)
    assert caught.value.findings[0].code == "option-value"


def test_mandatory_ones_that_exclude_each_other(tasks, solve):
    """Where no schedule exists the answer is the proof of that."""
    instance = tasks((2, 4), (6, 12))
    data = instance.model_dump(mode="json", by_alias=True)
    for task in data["workload"]["tasks"]:
        task["mandatory"] = True
    again = type(instance).model_validate(data)
    answer = schedulers.rcpsp_np_edf(again, Run())
    assert answer.infeasible
    assert check_certificate(again, answer.certificate).infeasible
