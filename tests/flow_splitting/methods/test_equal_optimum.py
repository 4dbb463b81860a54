"""Equal cuts reach the optimum of every objective in turn, found here by trying everything."""

import itertools

import numpy as np
import pytest

from planner.models.flow_splitting import Instance, samples
from planner.models.flow_splitting.bounds import degree_bound
from planner.solvers.contract import Budget, Run
from planner.solvers.flow_splitting import equal_search
from planner.solvers.flow_splitting.equal.insertion import insert_cut, room_beside
from planner.solvers.flow_splitting.equal.packing import pack_in_time
from planner.solvers.flow_splitting.equal.saving import save_parts
from planner.solvers.flow_splitting.explicit import busiest_time, no_parts
from planner.solvers.flow_splitting.insertion import insert

MOST = 60_000
"""Plans of a step held at a time; larger steps are left out."""


def one_worker(**limits):
    """Return a run whose result does not depend on timing."""
    return Run(Budget(workers=1, **limits))


def lanes_of(rates):
    """Return the links that are up."""
    return np.flatnonzero(rates).tolist()


def ways(fabric, source, target, size):
    """Return (load of each link, parts) of every set of paths a flow can be spread over."""
    paths = [
        (spine, up, down)
        for spine in range(fabric.spines)
        for up in lanes_of(fabric.up[source, spine])
        for down in lanes_of(fabric.down[target, spine])
    ]
    if len(paths) > 8:
        return None
    found = []
    for count in range(1, len(paths) + 1):
        for chosen in itertools.combinations(paths, count):
            up, down = np.zeros(fabric.up.shape), np.zeros(fabric.down.shape)
            for spine, i, j in chosen:
                up[source, spine, i] += size / count
                down[target, spine, j] += size / count
            found.append(np.concatenate([up.ravel(), down.ravel(), [count, count > 1, count]]))
    return np.array(found)


def optimum(instance):
    """Return the least (time, parts, split flows, most parts) of one step without NICs."""
    fabric, flows = instance.view.fabric, instance.view.steps[0].traffic
    rate = np.concatenate([fabric.up.ravel(), fabric.down.ravel()])
    plans = np.zeros((1, len(rate) + 3))
    for flow in flows.crosses:
        options = ways(fabric, flows.source[flow], flows.target[flow], flows.size[flow])
        if options is None or len(plans) * len(options) > 4 * MOST:
            return None
        more = plans[:, None] + options
        more[:, :, -1] = np.maximum(plans[:, None, -1], options[:, -1])
        plans = np.unique(more.reshape(-1, plans.shape[1]).round(12), axis=0)
        if len(plans) > MOST:
            return None
    time = (plans[:, :-3] / np.where(rate > 0, rate, 1)).max(axis=1)
    fastest = plans[time <= time.min() * (1 + 1e-10)]
    return time.min(), *min(tuple(row) for row in fastest[:, -3:].astype(int).tolist())


def draw(seed):
    """Return a random fabric, often with lanes, failed links or mixed rates, and a few flows."""
    rng = np.random.default_rng(seed)
    leaves, spines, number = (int(n) for n in (rng.integers(2, 4), rng.integers(1, 4), 4))
    rates = [float(rate) for rate in rng.choice([1, 2, 3], 2)]
    lanes = [int(width) for width in rng.integers(1, 3, 2)] if spines < 3 else [1, 1]
    groups = [
        {"count": count, "link_rate": rate, "parallel_links": width}
        for count, rate, width in zip([1, spines - 1], rates, lanes, strict=True)
        if count
    ]
    failed = [{"leaf": "leaf0", "spine": "spine0", "links": 1}] if spines > 1 else []
    ends = [(int(a), int((a + 1 + rng.integers(leaves - 1)) % leaves)) for a in [0, 0, 1, 1]]
    sizes = rng.integers(1, 6, number) if seed % 2 else np.ones(number)
    flows = [(f"leaf{a}", f"leaf{b}", w) for (a, b), w in zip(ends, sizes, strict=True)]
    fields = {"leaves": leaves, "spine_groups": groups, "failed_links": failed}
    return fields | {"flows": flows, "splitting": "equal"}


@pytest.mark.parametrize("seed", range(16))
def test_every_objective_is_least(on_fabric, judge, seed):
    """Time, parts, split flows and most parts are those of the best plan there is."""
    instance = on_fabric(**draw(seed))
    best = optimum(instance)
    if best is None:
        pytest.skip("too many plans to try")
    found, _ = judge(instance, equal_search.solve(instance, one_worker()))
    assert found.objective.value == pytest.approx(best[0], rel=1e-9)
    assert [found.metrics[n] for n in ("parts", "split_flows", "max_parts")] == list(best[1:])


def test_parallel_links_may_share_their_other_end(on_fabric, judge):
    """One fast link up and two slow ones down: both flows are cut across the slow ones, to 6."""
    fast = {"leaf": "leaf0", "spine": "spine0", "up_rate": 2, "down_rate": 2, "parallel_links": 1}
    fields = {"leaves": 2, "spines": 1, "parallel_links": 2, "link_overrides": [fast]}
    flows = [("leaf0", "leaf1", 6), ("leaf0", "leaf1", 6), ("leaf0", "leaf1", 3)]
    instance = on_fabric(**fields, flows=flows, splitting="equal")
    fabric, traffic = instance.view.fabric, instance.view.steps[0].traffic
    room = room_beside(fabric, traffic, no_parts(), 7.5)
    parts, failed = insert_cut(traffic, traffic.crosses, room, one_worker(), tight=True)
    assert not len(failed)
    assert busiest_time(fabric, traffic, parts) == pytest.approx(7.5)
    found, _ = judge(instance, equal_search.solve(instance, one_worker()))
    assert found.objective.value == pytest.approx(7.5)
    assert found.metrics["parts"] == 4


def test_insertion_comes_close_to_the_bound(on_fabric):
    """Flows of mixed sizes on an irregular fabric: near the bound, and few of them are cut."""
    rng = np.random.default_rng(3)
    ends = [(int(a), int((a + b) % 8)) for a, b in rng.integers(1, 7, (120, 2))]
    flows = [(f"leaf{a}", f"leaf{b}", int(rng.integers(1, 100))) for a, b in ends]
    groups = [{"count": 3, "link_rate": 4.0}, {"count": 3, "link_rate": 2.0}]
    failed = [{"leaf": "leaf0", "spine": "spine0"}, {"leaf": "leaf1", "spine": "spine1"}]
    instance = on_fabric(
        leaves=8, spine_groups=groups, failed_links=failed, flows=flows, splitting="equal"
    )
    fabric, traffic = instance.view.fabric, instance.view.steps[0].traffic
    start = insert(fabric, traffic, traffic.crosses)
    floor = degree_bound(instance.view, instance.view.steps[0])
    *_, fast = pack_in_time(fabric, traffic, start, floor, one_worker())
    time = busiest_time(fabric, traffic, fast)
    assert time < 1.02 * floor < busiest_time(fabric, traffic, start)
    *_, lean = [fast, *save_parts(fabric, traffic, fast, time, one_worker())]
    assert busiest_time(fabric, traffic, lean) <= time * (1 + 1e-9)
    assert len(lean) < 1.2 * len(traffic)


def test_a_run_that_is_over_keeps_a_plan(on_fabric, judge):
    """Without any time left the best simple plan is returned, and the reason is given."""
    instance = on_fabric(**draw(1))
    answer = equal_search.solve(instance, Run(Budget(time_limit=5.0), elapsed=6.0))
    judge(instance, answer)
    assert answer.stopped_by == "time"


def test_equal_cuts_prove_nothing_of_free_ones(on_fabric):
    """Where parts may differ in size, the best equal cuts are no bound."""
    groups = [{"count": 1, "link_rate": 3.0}, {"count": 1, "link_rate": 1.0}]
    fields = {"leaves": 2, "spine_groups": groups, "flows": [("leaf0", "leaf1", 5)]}
    answer = equal_search.solve(on_fabric(**fields, splitting="free"), one_worker())
    assert answer.objective == pytest.approx(5 / 3)
    assert answer.certificate.value == pytest.approx(5 / 4)
    assert answer.solver_bound is None
    answer = equal_search.solve(on_fabric(**fields, splitting="equal"), one_worker())
    assert max(answer.certificate.value, answer.solver_bound or 0) == pytest.approx(5 / 3)


def test_bound_is_told_on_the_way(on_fabric):
    """Listeners see a bound beside every plan."""
    run = one_worker()
    equal_search.solve(on_fabric(**draw(5)), run)
    assert run.trace
    assert all(point.bound is not None for point in run.trace)


def test_samples_reach_the_enumerated_optimum(judge):
    """Collectives and steps with NICs too."""
    for seed in range(12):
        data = samples.draw(np.random.default_rng(seed))
        data["workload"]["splitting"] = "equal"
        instance = Instance.model_validate(data, context={"normalised": True})
        if equal_search.refuses(instance) is None:
            answer = equal_search.solve(instance, one_worker())
            found, bound = judge(instance, answer)
            least = max(bound.bounds["completion_time"], answer.solver_bound or 0.0)
            assert found.objective.value == pytest.approx(least, rel=1e-9)
