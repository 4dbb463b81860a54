"""Budgets: what is known is not computed again, and a time limit leaves a plan in any case."""

import dataclasses

import numpy as np
import pytest
from small_graphs import graph

import planner as pl
from planner.api.request import Request
from planner.api.running import run_method
from planner.models.flow_splitting import Instance, samples
from planner.models.flow_splitting.certificate import DegreeProof
from planner.models.flow_splitting.grouping import order_by
from planner.solvers.contract import Answer, Budget, Method, Run
from planner.solvers.flow_splitting import METHODS, local_search, methods, rules, wrap_around
from planner.solvers.flow_splitting.baselines import ecmp, hashing
from planner.solvers.flow_splitting.dealing import deal, opening
from planner.solvers.flow_splitting.exact import assignment, lots
from planner.solvers.flow_splitting.explicit import busiest_time, listed
from planner.solvers.flow_splitting.graphs import first_paths, greedy_paths, rerouting
from planner.solvers.flow_splitting.once import once
from planner.solvers.flow_splitting.uplinks import find_uplinks

LATE = Budget(time_limit=1.0)
FAILED = [{"leaf": "leaf0", "spine": "spine1"}, {"leaf": "leaf3", "spine": "spine0"}]


@pytest.fixture
def fresh(on_fabric):
    """Return a uniform all-to-all between leaves after two failures that nobody has asked of."""
    return on_fabric(leaves=6, spines=4, failed_links=FAILED, demands={"uniform": 1.0})


def test_a_question_is_answered_once(fresh, on_fabric):
    """The answer is kept for an instance and for its view, and for no other."""
    asked = []

    @once
    def question(instance):
        asked.append(instance)
        return len(asked)

    other = on_fabric(leaves=2, spines=1, demands={"uniform": 1.0})
    assert [question(fresh), question(fresh), question(other), question(fresh)] == [1, 1, 2, 1]


def test_a_request_searches_rules_and_pairs_once(fresh, monkeypatch):
    """`auto`, the check of the request and the method share what they find out."""
    counts = {"rule": 0, "pairs": 0}

    def counting(name, function):
        def count(*args):
            counts[name] += 1
            return function(*args)

        return count

    monkeypatch.setattr(rules, "_best_rule", counting("rule", rules._best_rule))
    monkeypatch.setattr(wrap_around, "is_disjoint", counting("pairs", wrap_around.is_disjoint))
    assert methods.choose(fresh) == methods.choose(fresh)
    assert wrap_around.refuses(fresh) == wrap_around.refuses(fresh) is not None
    assert counts == {"rule": 1, "pairs": 1}


def test_the_opening_is_kept_at_the_limit(fresh):
    """A method that would go to the worker when its time is over gives the first plan at once."""
    for name in ("splittable_lp", "slow"):
        method = Method(
            name=name,
            proves="exact",
            summary="",
            entry="nowhere:never",
            isolated=name != "slow",
            is_quick=lambda instance: False,
            opening="planner.solvers.flow_splitting.dealing:opening",
        )
        answer = run_method(method, fresh, Request(budget=LATE), elapsed=2.0).answer
        assert answer.stopped_by == "time"
        assert answer.plan is not None
        assert answer.certificate is not None


def test_late_methods_keep_their_bound(fresh):
    """From the limit on a result is feasible, verified, and has a bound."""
    for name in ("splittable_lp", "equal_search", "local_search"):
        found = pl.solve(fresh, name, time_limit=1e-9)
        assert (found.status, found.stopped_by) == ("feasible", "time")
        assert found.verified
        assert found.bound is not None


def test_quick_methods_run_here_and_others_apart(fresh, monkeypatch):
    """Only a time limit sends a method away that may take long; without one it stays."""
    away = []
    monkeypatch.setattr(
        "planner.solvers.isolation.run_isolated",
        lambda entry, instance, run: away.append(entry) or Answer(),
    )
    entry = "planner.solvers.flow_splitting.baselines.lpt:solve"
    for is_quick in (True, False):
        method = Method(
            name="m",
            proves="baseline",
            summary="",
            entry=entry,
            is_quick=lambda instance, quick=is_quick: quick,
        )
        for limit in (None, 60.0):
            run_method(method, fresh, Request(budget=Budget(time_limit=limit)))
    assert away == [entry]


def test_an_opening_that_meets_the_bound_is_the_answer(on_fabric, judge):
    """Where nothing can be better no worker is started."""
    instance = on_fabric(leaves=5, spines=5, demands={"uniform": 1.0}, splitting="whole")
    run = Run()
    answer = opening(instance, run)
    assert answer is run.incumbent
    judge(instance, answer)
    exact = next(method for method in METHODS if method.name == "exact")
    found = run_method(exact, instance, Request(budget=LATE), elapsed=2.0).answer
    assert found.stopped_by is None


def test_no_opening_where_there_is_none(on_fabric):
    """Flows without a path are left to the method; of flows that are too many there is a bound."""
    alone = [{"leaf": "leaf0", "spine": f"spine{number}"} for number in range(2)]
    cut_off = on_fabric(leaves=3, spines=2, failed_links=alone, demands={"uniform": 1.0})
    collective = {"operation": "all_to_all", "size": 1.0}
    huge = on_fabric(leaves=64, spines=2, hosts_per_leaf=64, collective=collective)
    for instance in (cut_off, huge):
        run = Run()
        assert opening(instance, run) is None
        assert not run.has_plan
        assert (run.incumbent is None) == (instance is cut_off)


def test_a_late_baseline_still_has_a_bound(fresh):
    """A baseline gives no plan but its own; stopped before, it says what any plan needs."""
    lpt = next(method for method in METHODS if method.name == "lpt")
    late = dataclasses.replace(lpt, is_quick=lambda instance: False)
    found = run_method(late, fresh, Request(budget=LATE), elapsed=2.0).answer
    assert found.plan is None
    assert found.stopped_by == "time"
    assert found.certificate.value == pytest.approx(5 / 3, rel=1e-9)


def test_long_flows_are_spread_where_they_may_be(on_fabric, judge):
    """One flow that would fill a link for the whole time is cut over all paths, others are not."""
    flows = [("leaf0", "leaf1", 40.0), *[("leaf0", "leaf1", 0.01), ("leaf2", "leaf1", 0.01)] * 9]
    for splitting, value in (("free", 10.04), ("equal", 10.04), ("whole", 40.03)):
        instance = on_fabric(leaves=3, spines=4, flows=flows, splitting=splitting)
        run = Run()
        opening(instance, run)
        found, _ = judge(instance, run.incumbent)
        assert found.objective.value == pytest.approx(value, abs=0.011)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_worse_plan_never_replaces_a_better_one(fresh, sign):
    """Whether small or large is good, the plan closest to the bound is kept, and the last proof."""
    run = Run()
    first, second = (Answer(plan=opening_plan(fresh), objective=sign * value) for value in (3, 4))
    run.report("first", answer=first, bound=sign * 2.0)
    proof = run_certificate(fresh)
    run.report("worse", answer=dataclasses.replace(second, certificate=proof))
    assert run.incumbent.plan is first.plan
    assert run.incumbent.certificate is proof
    assert run.trace[-1].objective == sign * 3
    run.report("better", answer=dataclasses.replace(second, objective=sign * 2.5))
    assert run.incumbent.plan is second.plan


def opening_plan(instance):
    """Return the plan of the opening, a new object each time."""
    run = Run()
    opening(instance, run)
    return run.incumbent.plan


def run_certificate(instance):
    """Return the certificate of the opening."""
    run = Run()
    opening(instance, run)
    return run.incumbent.certificate


@pytest.mark.parametrize("lanes", [1, 3])
def test_dealt_flows_are_close_to_even(between_leaves, judge, lanes):
    """All flows have links that are up, and equal ones load them almost equally."""
    rng = np.random.default_rng(1)
    source, target = rng.integers(0, 6, (2, 3_000))
    instance = between_leaves(
        source,
        target,
        leaves=6,
        spines=4,
        parallel_links=lanes,
        failed_links=[FAILED[0] | {"links": 1}, FAILED[1]],
        splitting="whole",
    )
    run = Run()
    opening(instance, run)
    found, bound = judge(instance, run.incumbent)
    assert found.objective.value <= 1.2 * bound.bounds["completion_time"]


def test_uplinks_are_told_apart_by_kind_only(on_fabric):
    """Few failures make few kinds of pairs, and each kind knows which uplinks lead there."""
    instance = on_fabric(leaves=40, spines=4, failed_links=FAILED, demands={"uniform": 1.0})
    fabric, flows = instance.view.fabric, listed(instance.view.steps[0])
    found = find_uplinks(fabric, flows.source, flows.target)
    usable = np.minimum(fabric.up_total[flows.source], fabric.down_total[flows.target]) > 0
    assert len(found.link) <= 8
    assert (found.choices[found.kind] == usable.sum(axis=1)).all()
    for choice in range(2):
        link = found.pick(slice(None), np.full(len(flows), choice))
        assert usable[np.arange(len(flows)), link].all()


def test_local_search_begins_with_the_best_placement(on_fabric):
    """Where dealing reaches the bound nothing else is tried."""
    instance = on_fabric(leaves=5, spines=5, demands={"uniform": 1.0}, splitting="whole")
    fabric, flows = instance.view.fabric, listed(instance.view.steps[0])
    dealt = deal(fabric, flows)
    bound = busiest_time(fabric, flows, dealt)
    assert local_search._first_placement(fabric, flows, dealt, bound) is dealt


def test_reports_take_a_small_share_of_the_time(fresh):
    """After a report that took ten seconds the next one is a hundred away."""

    class Slow(Run):
        clock = 0.0

        def elapsed(self):
            return self.clock

        def report(self, phase, **told):
            self.clock += 10.0

    search = local_search._Search(fresh, fresh.view.fabric, Slow())
    search._report()
    assert search._next_report == pytest.approx(110.0)
    assert isinstance(search._proofs[0], DegreeProof)


def test_ecmp_looks_at_the_clock_after_every_large_draw(fresh, monkeypatch):
    """A draw that fills the memory set aside is one batch."""
    monkeypatch.setattr(hashing, "CHUNK", 1)
    told = []
    run = Run(listener=lambda progress, answer: told.append(progress.phase), options={"draws": 4})
    ecmp.solve(fresh, run)
    assert told == ["2 of 4 draws", "3 of 4 draws", "4 of 4 draws"]


def test_sizes_far_apart_on_one_link(on_fabric, judge):
    """A link that could take more flows than a number can count takes those that there are."""
    flows = [("host7", "host0", 1.1e14), ("host6", "host3", 3.7e-9), ("host1", "host2", 1.7e-6),
             ("host6", "host0", 1.7e-6), ("host4", "host3", 2e-3)]  # fmt: skip
    instance = on_fabric(leaves=3, spines=2, hosts_per_leaf=3, flows=flows)
    found, bound = judge(instance, wrap_around.solve(instance, Run()))
    assert found.objective.value == pytest.approx(bound.bounds["completion_time"], rel=1e-9)


def test_openings_of_random_instances_hold(judge):
    """Whatever the workload, the first plan keeps all limits and its proof stands."""
    opened = 0
    for seed in range(60):
        data = samples.draw(np.random.default_rng(seed))
        instance = Instance.model_validate(data, context={"normalised": True})
        run = Run()
        (opening if instance.view.network is None else first_paths.opening)(instance, run)
        if run.has_plan:
            opened += 1
            judge(instance, run.incumbent)
    assert opened >= 40


class Ticking(Run):
    """A run whose time is up after some looks at the clock."""

    def __init__(self, looks):
        super().__init__(LATE)
        self._looks = looks

    def stopping(self):
        """Return `time` once the looks are used up."""
        self._looks -= 1
        return "time" if self._looks < 0 else None


@pytest.mark.parametrize("looks", [0, 3])
def test_longest_first_on_graphs_stops(looks, judge, monkeypatch):
    """Flows that a limit leaves no time for take their fastest paths; a plan was reported before.

    `looks` is how many flows are placed one by one.
    """
    placed = []
    search = rerouting.Routing.least_busy_path
    monkeypatch.setattr(
        rerouting.Routing,
        "least_busy_path",
        lambda routing, flow: placed.append(flow) or search(routing, flow),
    )
    square, flows = [(0, 1), (1, 3), (0, 2), (2, 3)], [(0, 3, 1.0)] * 9
    run, instance = Ticking(looks), graph(4, square, flows, "equal", link_rate=1.0)
    answer = greedy_paths.solve(instance, run)
    found, _ = judge(instance, answer)
    assert len(placed) == looks
    assert found.objective.value in ((9.0,) if looks == 0 else (7.0, 8.0))
    assert answer.stopped_by == "time"
    assert run.trace[0].objective is not None


def test_choices_are_counted_without_listing(on_fabric):
    """As many choices are counted as are listed, and few flows show that there are too many."""
    rng = np.random.default_rng(0)
    for seed in range(20):
        ends = rng.integers(0, 12, (30, 2))
        flows = [
            (f"host{a}", f"host{b}", float(rng.integers(1, 4))) for a, b in ends if a // 3 != b // 3
        ]
        fabric = {"leaves": 4, "hosts_per_leaf": 3, "spines": 4, "failed_links": FAILED}
        instance = on_fabric(splitting="whole", flows=flows, **fabric)
        step, view = instance.view.steps[0], instance.view
        ways = lots.choices(lots.group(step.traffic), view.fabric)
        assert lots.count_choices(lots.group(step.traffic), view.fabric) == len(ways.lot)
        assert lots.fewest_choices(step.traffic, view.fabric) <= len(ways.lot)
        assert assignment.refuses(instance, len(ways.lot)) is None
        assert assignment.refuses(instance, len(ways.lot) - 1 - seed) is not None


def test_too_many_choices_are_seen_before_all_flows_are_grouped(on_fabric, monkeypatch):
    """Flows of different sizes: some of them are enough to refuse."""
    flows = [("host0", "host1", 1.0 + n / 7) for n in range(50)]
    instance = on_fabric(leaves=2, spines=4, hosts_per_leaf=1, splitting="whole", flows=flows)
    grouped = []
    group = assignment.group
    monkeypatch.setattr(
        assignment, "group", lambda flows, most=None: grouped.append(most) or group(flows, most)
    )
    assert "at least 80 choices" in assignment.refuses(instance, 20)
    assert grouped == [20]


def test_fast_orders_are_those_of_lexsort():
    """For few and for many nodes, ties in the order of the entries."""
    rng = np.random.default_rng(1)
    for nodes in (5, 100_000):
        one, two = rng.integers(0, nodes, (2, 400))
        size = rng.integers(0, 3, 400) / 2
        assert order_by(size, one, two).tolist() == np.lexsort((size, one, two)).tolist()
    assert not len(order_by(np.zeros(0), np.zeros(0, dtype=np.int64)))


def test_a_first_plan_that_meets_its_bound_is_the_answer(judge):
    """On a graph with one path per pair nothing is better, and no method starts."""
    data = {
        "problem": "flow_splitting",
        "schema_version": 1,
        "name": "path",
        "units": "normalised",
        "topology": {
            "kind": "graph",
            "nodes": 3,
            "link_rate": 1.0,
            "links": [{"a": "node0", "b": "node1"}, {"a": "node1", "b": "node2"}],
        },
        "workload": {"flows": [{"from": "node0", "to": "node2", "size": 3.0}] * 2},
    }
    for splitting in ("free", "equal", "whole"):
        data["workload"]["splitting"] = splitting
        result = pl.solve(data, time_limit=1e-3)
        assert (result.status, result.stopped_by) == ("optimal", None)
        assert result.objectives[1].bound == result.metrics["parts"] == 2
