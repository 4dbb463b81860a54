"""A schedule is worth what a naive simulation says, and every broken limit is named."""

import collections

import numpy as np
import pytest

from planner.models.entanglement_scheduling.enumeration import enumerate_all
from planner.models.entanglement_scheduling.evaluate import evaluate
from planner.models.entanglement_scheduling.plan import SchedulePlan
from planner.models.entanglement_scheduling.samples import draw

WINDOWS = [(2, 6), (8, 16)]
"""Lengths and periods of two tasks that fit one qubit only with inserted idle time."""


def codes(instance, plan):
    return {violation.code for violation in evaluate(instance, plan).violations}


def test_published_schedule_keeps_its_windows(one_qubit, plan):
    """(2, 6) and (8, 16) fit as 0, 10, 12, 18, 28, 30, 40, 42 and 2, 20, 32."""
    instance = one_qubit(*WINDOWS)
    found = evaluate(instance, plan((0, [0, 10, 12, 18, 28, 30, 40, 42]), (1, [2, 20, 32])))
    assert found.violations == ()
    assert found.objective.value == pytest.approx(100 / 6 + 100 / 16)
    assert found.metrics["busiest_utilisation"] == pytest.approx(2 / 6 + 8 / 16)
    assert found.metrics["response_time"] == pytest.approx(0.12)  # 20 - 16 + 8 slots
    steps = np.array([10 - 0, 12 - 10, 18 - 12, 28 - 18, 30 - 28, 40 - 30, 42 - 40]) - 6
    assert found.metrics["jitter_variances"][0] == pytest.approx(np.var(steps) * 1e-4)
    assert found.metrics["delivery_jitters"] == pytest.approx([0.04, 0.04])


@pytest.mark.parametrize(
    ("starts", "code"),
    [
        ([0, 10, 12, 17, 28, 30, 40, 42], "window-missed"),  # 17 lies in the third window
        ([0, 9, 12, 18, 28, 30, 40, 42], "pool-exceeded"),
        ([0, 10, 12, 18, 28, 30, 40], "plan-shape"),
        ([0, 10, 12, 18, 28, 30, 40, 42, 0], "plan-shape"),
        ([0, 10, 12, 18, 28, 30, 40, -1], "start-range"),
        ([0, 10, 12, 18, 28, 30, 40, 96], "start-range"),
    ],
)
def test_edited_starts_are_refused(one_qubit, plan, starts, code):
    """Each way to spoil the starts of that schedule has its name."""
    instance = one_qubit(*WINDOWS)
    assert codes(instance, plan((0, starts), (1, [2, 20, 32]))) == {code}


def test_pool_fault_says_where(one_qubit, plan):
    """A pool held above its size is named with slot, holders and amount."""
    instance = one_qubit((3, 4), (3, 4), (3, 4))
    (fault,) = evaluate(instance, plan((0, [0]), (1, [1]), (2, [1]))).violations
    assert fault.where == "0-C0 in slot 1, held by task0, task1, task2"
    assert (fault.amount, fault.unit) == (2.0, "qubits")
    assert fault.constraint == "topology.communication_qubits"


def test_demand_columns_are_checked(one_qubit, plan):
    """Unknown, repeated and unordered demands are refused, and missing mandatory ones."""
    instance = one_qubit((1, 4), (1, 4), (1, 4, {"mandatory": True}))
    assert codes(instance, plan((3, [0]))) == {"demand-unknown"}
    assert codes(instance, plan((-1, [0]))) == {"demand-unknown"}
    assert codes(instance, plan((2, [0]), (2, [1]))) == {"demand-repeated"}
    assert codes(instance, plan((2, [0]), (0, [1]))) == {"plan-shape"}
    assert codes(instance, plan((0, [0]))) == {"mandatory-missing"}
    assert codes(instance, SchedulePlan(demand=[2], start=[0], protocol=[0])) == {"plan-shape"}
    assert codes(instance, plan()) == {"mandatory-missing"}


@pytest.mark.parametrize(
    ("jitter", "starts", "broken"),
    [
        ("zero", [1, 5, 9], False),
        ("zero", [1, 5, 10], True),
        ("20 ms", [0, 6, 8], False),
        ("10 ms", [0, 6, 8], True),
        ("10 ms", [0, 5, 10], True),  # 10 to 12 + 0 is two slots short of a period
        ("20 ms", [0, 5, 10], False),
    ],
)
def test_jitter_is_bounded_round_the_cycle(one_qubit, plan, jitter, starts, broken):
    """Two starts in a row, the last and the first included, are a period apart up to the bound."""
    instance = one_qubit((1, 4), (1, 12), limits={"jitter": jitter})
    assert codes(instance, plan((0, starts))) == ({"jitter-exceeded"} if broken else set())


def test_demand_may_ask_for_less_jitter(one_qubit, plan):
    """The tighter of `max_jitter` and `limits.jitter` counts."""
    instance = one_qubit((1, 4, {"max_jitter": "0 ms"}), (1, 8), limits={"jitter": "10 ms"})
    assert codes(instance, plan((0, [0, 5]))) == {"jitter-exceeded"}
    assert codes(instance, plan((0, [1, 5]))) == set()


def test_circle_lets_windows_begin_anywhere(one_qubit, plan):
    """With `wrap` windows of a demand may be shifted, as long as they keep their length."""
    flat, circle = (one_qubit((3, 4), (1, 8), limits={"wrap": wrap}) for wrap in (False, True))
    shifted = plan((0, [3, 7]))
    assert codes(flat, shifted) == {"window-missed"}
    assert codes(circle, shifted) == set()
    assert evaluate(circle, shifted).metrics["response_time"] == pytest.approx(0.03)
    assert "window-missed" in codes(circle, plan((0, [3, 9])))
    # The last repetition runs over the border into slots 0 and 1.
    assert codes(circle, plan((0, [3, 7]), (1, [1]))) == {"pool-exceeded"}
    assert codes(circle, plan((0, [3, 7]), (1, [2]))) == set()


def simulate(instance, plan, places=None):
    """Return what a plan breaks, slot by slot and one repetition after the other."""
    view, broken = instance.view, set()
    slots, held, first = view.hyperperiod, collections.Counter(), 0
    for row, demand in enumerate(plan.demand.tolist()):
        want = view.demands[demand]
        shape = view.shapes[demand][0 if places is None else places[row]]
        starts = plan.start[first : first + slots // want.period].tolist()
        first += len(starts)
        broken |= missed(want, shape, starts, wraps=view.wraps)
        for start in starts:
            for pool, begin, end in zip(shape.pool, shape.begin, shape.end, strict=True):
                held.update((int(pool), (start + slot) % slots) for slot in range(begin, end))
    if any(count > view.capacity[pool] for (pool, _), count in held.items()):
        broken.add("pool-exceeded")
    missing = set(range(len(view.demands))) - set(plan.demand.tolist())
    if any(view.demands[demand].mandatory for demand in missing):
        broken.add("mandatory-missing")
    return broken


def missed(want, shape, starts, *, wraps):
    """Return whether a repetition leaves its window, and whether two starts are too irregular."""
    off = [start - k * want.period for k, start in enumerate(starts)]
    release = min(off) if wraps else 0
    late = any(each < release or each + shape.length > release + want.period for each in off)
    jitter = max(abs(off[k] - off[k - 1]) for k in range(len(off)))
    uneven = want.jitter is not None and jitter > want.jitter
    return {
        code
        for code, is_broken in (("window-missed", late), ("jitter-exceeded", uneven))
        if is_broken
    }


@pytest.mark.parametrize("seed", range(80))
def test_random_plans_break_what_simulation_says(build, seed):
    """Optimal plans with some starts moved break exactly the limits that slot counting finds."""
    rng = np.random.default_rng(seed)
    instance = build(draw(rng))
    found = enumerate_all(instance)
    if found is None or not found.choice:
        return
    view = instance.view
    demand = [each for each, _ in found.choice]
    places = [place for _, place in found.choice]
    starts = np.concatenate(found.starts)
    protocols = [] if view.is_rigid else [view.offers[j][a].protocol for j, a in found.choice]
    for trial in range(6):
        moved = starts + (trial > 0) * (rng.random(len(starts)) < 0.3) * rng.integers(
            -2, 3, len(starts)
        )
        moved = np.clip(moved, 0, 2 * view.hyperperiod - 1)
        plan = SchedulePlan(demand=demand, start=moved,
                            protocol=None if view.is_rigid else list(range(len(demand))),
                            protocols=protocols)  # fmt: skip
        expected = simulate(instance, plan, None if view.is_rigid else places)
        assert codes(instance, plan) - {"qubits-not-assignable"} == expected
        if trial == 0:
            assert expected == set()
            assert evaluate(instance, plan).objective.value == pytest.approx(found.value)


def test_offered_protocols_are_judged(demands, served):
    """Two hops at 0.75 deliver 0.688 with probability 0.459; metrics list it."""
    instance = demands(("0", "2", 0.75, 1.5625), protocols={"schemes": ["published"]})
    found = evaluate(instance, served(instance, (0, 0, [0])))
    assert found.violations == ()
    assert found.scope == "offered protocols"
    assert found.metrics["protocol_slots"] == [17]
    assert found.metrics["fidelity_decohered"] == pytest.approx([0.688], abs=5e-4)
    assert found.metrics["success"] == pytest.approx([0.459], abs=5e-4)
    assert found.metrics["goodput"] == pytest.approx(1.5625 * 0.459, rel=2e-3)


def test_pairs_that_arrive_below_their_fidelity_are_told(demands, served):
    """A plan that keeps every limit and yet delivers less says so, once per kind."""
    rules = {"schemes": ["published"]}
    low = demands(("0", "2", 0.75, 1.5625), ("0", "1", 0.6, 1.5625), protocols=rules)
    found = evaluate(low, served(low, (0, 0, [0]), (1, 0, [32])))
    assert found.metrics["below_fidelity"] == 1
    assert found.notes == (
        "Pairs of 1 of 2 demands arrive below their fidelity once waiting counts; "
        "`protocols.fidelity: decohered` keeps it.",
    )
    good = demands(("0", "1", 0.6, 1.5625), protocols=rules)
    assert evaluate(good, served(good, (0, 0, [0]))).notes == ()
    rare = demands(("0", "2", 0.55, 1.5625), hardware={"swap_success": 0.001})
    assert (
        "less than 1% of their repetitions" in evaluate(rare, served(rare, (0, 0, [0]))).notes[-1]
    )


def test_decoherence_can_be_enforced(demands, served):
    """Under `fidelity: decohered` a protocol that loses too much on the way is refused."""
    ideal = demands(("0", "2", 0.75, 1.5625), protocols={"schemes": ["published"]})
    strict = demands(("0", "2", 0.75, 1.5625), protocols={"fidelity": "decohered"})
    plan = served(ideal, (0, 0, [0]))
    found = evaluate(strict, plan)
    assert {violation.code for violation in found.violations} == {"fidelity-too-low"}
    assert found.violations[0].amount == pytest.approx(0.75 - 0.688, abs=5e-4)


def test_protocols_of_others_are_told_apart(demands, served):
    """A sound protocol that is not offered is judged, in a class of its own."""
    ours = demands(("0", "2", 0.6, 1.5625), protocols={"schemes": ["pareto"], "most": 1})
    theirs = demands(("0", "2", 0.6, 1.5625), protocols={"schemes": ["published"]})
    plan = served(theirs, (0, 0, [0]))
    slower = plan.protocols[0].operations[-1]
    late = slower.model_copy(update={"start": slower.start + 5})
    changed = plan.protocols[0].model_copy(
        update={"operations": (*plan.protocols[0].operations[:-1], late)}
    )
    edited = plan.model_copy(update={"protocols": (changed,)})
    found = evaluate(ours, edited)
    assert found.violations == ()
    assert found.scope == "other protocols"


def test_broken_protocols_are_refused(demands, served):
    """Operations that are no protocol, or none between these nodes, are named."""
    instance = demands(("0", "2", 0.6, 1.5625), ("1", "3", 0.6, 1.5625))
    plan = served(instance, (0, 0, [0]))
    operations = plan.protocols[0].operations
    fewer = plan.model_copy(
        update={"protocols": (plan.protocols[0].model_copy(update={"operations": operations[:1]}),)}
    )
    assert codes(instance, fewer) == {"protocol-wrong-ends"}
    swapped = plan.model_copy(update={"demand": np.array([1])})
    assert codes(instance, swapped) == {"protocol-wrong-ends"}
    assert codes(instance, plan.model_copy(update={"protocol": np.array([1])})) == {"plan-shape"}
    assert codes(instance, plan.model_copy(update={"protocol": None})) == {"plan-shape"}


def test_latency_admits_everything(demands, served):
    """Under `latency` all demands are mandatory and protocol lengths add up."""
    instance = demands(("0", "1", 0.6, 1.5625), ("1", "3", 0.6, 1.5625), objective="latency")
    both = served(instance, (0, 0, [0]), (1, 0, [0]))
    slots = [offers[0].shape.length for offers in instance.view.offers]
    found = evaluate(instance, both)
    assert (found.objective.value, found.objective.sense) == (sum(slots), "min")
    assert codes(instance, served(instance, (0, 0, [0]))) == {"mandatory-missing"}
