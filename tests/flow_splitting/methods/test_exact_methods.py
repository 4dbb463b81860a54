"""Exact placement of whole flows by CP-SAT and by the PuLP programme."""

import numpy as np
import pytest

from planner.models.base.errors import CapabilityError
from planner.models.flow_splitting import Instance, samples
from planner.models.flow_splitting.enumeration import optimum
from planner.solvers.contract import Budget, Run
from planner.solvers.flow_splitting import local_search
from planner.solvers.flow_splitting.exact import by_cpsat, by_milp
from planner.solvers.flow_splitting.exact.assignment import Question
from planner.solvers.flow_splitting.exact.lots import group
from planner.solvers.flow_splitting.insertion import insert

METHODS = pytest.mark.parametrize("method", [by_cpsat, by_milp], ids=["exact", "milp"])
GAP = [(0, 1, 2), (2, 3, 2), (3, 0, 2), (3, 1, 2), (0, 3, 1), (0, 2, 1), (1, 2, 1), (1, 0, 1),
       (1, 3, 1), (1, 0, 1)]  # fmt: skip


def one_worker(**options):
    """Return a run whose result does not depend on timing."""
    return Run(Budget(workers=1), options=options)


@pytest.fixture(scope="module")
def gap(on_fabric):
    """Ten flows that fit into time 1 when cut, and into 1.5 at best when whole."""
    flows = [(f"leaf{source}", f"leaf{target}", size) for source, target, size in GAP]
    return on_fabric(
        leaves=4, spines=2, link_rate=2.0, hosts_per_leaf=2, flows=flows, splitting="whole"
    )


@pytest.fixture(scope="module")
def hard(on_fabric):
    """Irregular flows on three unequal spines with a link down: no certificate closes the gap."""
    rng = np.random.default_rng(2)
    flows = [
        (f"leaf{a}", f"leaf{b}", round(float(rng.lognormal()), 2) + 0.01)
        for a in range(4) for b in range(4) if a != b for _ in range(2)
    ]  # fmt: skip
    groups = [{"count": 2, "link_rate": 2.0}, {"count": 1, "link_rate": 1.5}]
    failed = [{"leaf": "leaf0", "spine": "spine0"}]
    return on_fabric(
        leaves=4, spine_groups=groups, failed_links=failed, hosts_per_leaf=1, flows=flows,
        splitting="whole",
    )  # fmt: skip


@METHODS
def test_unsplittable_gap_is_proved(gap, judge, method):
    """1.5 is optimal among whole flows, and enumeration proves it without a solver."""
    found, bound = judge(gap, method.solve(gap, one_worker()))
    assert found.objective.value == pytest.approx(1.5, rel=1e-12)
    assert bound.bounds["completion_time"] == pytest.approx(1.5, rel=1e-12)
    assert bound.source == "enumeration"


@METHODS
@pytest.mark.parametrize(
    ("sizes", "spines", "best"),
    [([5, 5, 4, 4, 3, 3, 3], 3, 9.0), ([7, 7, 6, 6, 5, 5, 4, 4, 4], 4, 12.0)],
)
def test_unequal_sizes(parallel, judge, method, sizes, spines, best):
    """Where longest-first is 11 and 15, the optimum is 9 and 12."""
    instance = parallel(sizes, spines=spines, splitting="whole")
    found, bound = judge(instance, method.solve(instance, one_worker()))
    assert found.objective.value == pytest.approx(best, rel=1e-12)
    assert bound.bounds["completion_time"] == pytest.approx(best, rel=1e-12)


@METHODS
def test_solver_word_where_no_certificate_reaches(hard, judge, method):
    """The gap that bounds leave is closed by the solver's word, which is given as such."""
    answer = method.solve(hard, one_worker())
    found, bound = judge(hard, answer)
    assert bound.bounds["completion_time"] < found.objective.value
    assert answer.solver in ("CP-SAT", "HiGHS")
    assert answer.solver_bound == pytest.approx(found.objective.value, rel=1e-6)


def test_methods_agree(hard):
    """Both formulations, and CBC as backend, give the same optimum."""
    values = [
        by_cpsat.solve(hard, one_worker()).objective,
        by_milp.solve(hard, one_worker()).objective,
        by_milp.solve(hard, one_worker(backend="cbc")).objective,
    ]
    assert values == pytest.approx([values[0]] * 3, rel=1e-9)


@METHODS
def test_parallel_links_are_told_apart(on_fabric, judge, method):
    """Flows 3, 3, 2, 2, 2 on two lanes: 6 at best, and every part names its lanes."""
    flows = [("leaf0", "leaf1", size) for size in (3, 3, 2, 2, 2)]
    instance = on_fabric(
        leaves=2, spines=1, parallel_links=2, hosts_per_leaf=1, flows=flows, splitting="whole"
    )
    answer = method.solve(instance, one_worker())
    found, _ = judge(instance, answer)
    assert found.objective.value == pytest.approx(6.0, rel=1e-12)
    assert set(answer.plan.up_lane.tolist()) == {0, 1}


@METHODS
def test_search_itself_finds_the_optimum(hard, method):
    """From a bad start, without local search, the engine alone reaches the optimum."""
    view = hard.view
    flows = view.steps[0].traffic
    start = insert(view.fabric, flows, flows.crosses)
    seen, bounds = [], []
    question = Question(group(flows), view.fabric, 1e-3, start, None, seen.append, bounds.append)
    found = method._search(question, one_worker())
    best = by_cpsat.solve(hard, one_worker()).objective
    assert found.bound == pytest.approx(best, rel=1e-6)
    assert len(found.parts) == len(flows)


@METHODS
def test_never_worse_than_local_search(hard, method):
    """The search begins with the plan of the local search, and its bound is told on the way."""
    run = Run(Budget(workers=1, time_limit=30.0), seed=3)
    found = method.solve(hard, run)
    start = local_search.solve(hard, Run(Budget(workers=1, time_limit=30.0), seed=3))
    assert found.objective <= start.objective * (1 + 1e-12)
    told = [point.bound for point in run.trace if point.bound is not None]
    assert told == sorted(told)
    assert told[-1] == pytest.approx(found.solver_bound, rel=1e-6)


@METHODS
def test_time_limit_keeps_a_plan_and_claims_nothing(hard, judge, method):
    """A run that is over keeps the longest-first plan, and its bound is not the plan's value."""
    answer = method.solve(hard, Run(Budget(time_limit=5.0), elapsed=6.0))
    found, bound = judge(hard, answer)
    assert answer.stopped_by == "time"
    assert answer.solver_bound is None
    assert bound.bounds["completion_time"] < found.objective.value


@METHODS
@pytest.mark.parametrize("splitting", ["free", "equal"])
def test_refuses_flows_that_may_be_cut(parallel, method, splitting):
    """Only whole flows; the message names what to change."""
    instance = parallel([1.0, 2.0], spines=2, splitting=splitting)
    assert "workload.splitting" in method.refuses(instance)
    with pytest.raises(CapabilityError):
        method.solve(instance, one_worker())


def test_refuses_too_many_choices(on_fabric, monkeypatch):
    """A step with more choices than the limit is refused, with the figures."""
    monkeypatch.setattr(by_milp, "CHOICES", 5)
    instance = on_fabric(leaves=3, spines=2, demands={"uniform": 1.0}, splitting="whole")
    assert "12 choices" in by_milp.refuses(instance)


@METHODS
def test_unreachable_pair_is_infeasible(on_fabric, method):
    """A leaf without links gives the proof that there is no plan."""
    failed = [{"leaf": "leaf0", "spine": "spine0"}]
    instance = on_fabric(
        leaves=2, spines=1, failed_links=failed, demands={"uniform": 1.0}, splitting="whole"
    )
    assert method.solve(instance, one_worker()).infeasible


def test_one_worker_is_deterministic(hard):
    """With one worker the plan is the same twice, and the answer says so."""
    one, two = (by_cpsat.solve(hard, one_worker()) for _ in range(2))
    assert one.deterministic
    assert one.plan.model_dump_json() == two.plan.model_dump_json()


@METHODS
def test_random_instances_reach_the_enumerated_optimum(judge, method):
    """On random small instances with whole flows the optimum is that of enumeration."""
    taken = 0
    for seed in range(120):
        data = samples.draw(np.random.default_rng(seed))
        data["workload"]["splitting"] = "whole"
        instance = Instance.model_validate(data, context={"normalised": True})
        if method.refuses(instance) is not None:
            continue
        found, _ = judge(instance, method.solve(instance, one_worker()))
        best = optimum(instance)
        assert best is None or found.objective.value == pytest.approx(best, rel=1e-9)
        taken += 1
    assert taken >= 40
