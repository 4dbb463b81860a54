"""Plans with pauses: pieces make up each protocol once, and what is held stays held."""

import numpy as np
import pytest

from planner.models.entanglement_scheduling.evaluate import evaluate
from planner.models.entanglement_scheduling.plan import PreemptedPlan


def paused(*pieces, demand=(0,), **more):
    """Return a plan of pieces (row, repetition, begin, end, start)."""
    row, repetition, begin, end, start = np.array(pieces, np.int64).reshape(-1, 5).T
    return PreemptedPlan(demand=list(demand), row=row, repetition=repetition, begin=begin, end=end,
                         start=start, **more)  # fmt: skip


def codes(instance, plan):
    return {violation.code for violation in evaluate(instance, plan).violations}


@pytest.fixture
def two(build):
    """Return two tasks: one holds a qubit at both ends of its run, the other needs it between."""
    busy = {"0-C0": [[0, 1], [3, 4]], "0-S0": [[0, 4]]}
    return build({
        "problem": "entanglement_scheduling", "schema_version": 1, "name": "pauses",
        "topology": {"kind": "line", "size": 2},
        "workload": {"kind": "tasks", "tasks": [
            {"length": 4, "period": 12, "busy": busy},
            {"length": 4, "period": 12, "busy": {"0-C0": [[0, 4]]}},
        ]},
    })  # fmt: skip


def test_pause_frees_what_is_not_held_across_it(two):
    """A pause between two intervals lets another task in; a pause within one does not."""
    other = (1, 0, 0, 4, 1)
    between = paused((0, 0, 0, 2, 0), (0, 0, 2, 4, 4), other, demand=(0, 1))
    assert codes(two, between) == set()
    found = evaluate(two, between)
    assert found.scope == "protocols with pauses"
    assert found.metrics["response_times"] == pytest.approx([0.06, 0.05])
    # 0-S0 is held across the pause: six slots of twelve.
    assert found.metrics["busiest_utilisation"] == pytest.approx(6 / 12)
    whole = paused((0, 0, 0, 4, 0), other, demand=(0, 1))
    assert codes(two, whole) == {"pool-exceeded"}
    within = paused((0, 0, 0, 4, 5), (1, 0, 0, 1, 0), (1, 0, 1, 4, 7), demand=(0, 1))
    assert codes(two, within) == {"pool-exceeded"}


@pytest.mark.parametrize(
    ("pieces", "code"),
    [
        ([(0, 0, 0, 3, 0)], "pieces-missing"),
        ([(0, 0, 0, 2, 0), (0, 0, 3, 4, 4)], "pieces-missing"),
        ([(0, 0, 0, 2, 4), (0, 0, 2, 4, 0)], "pieces-missing"),  # out of order
        ([(0, 0, 0, 3, 0), (0, 0, 2, 4, 4)], "pieces-missing"),  # slot 2 twice
        ([(0, 0, 0, 2, 0), (0, 0, 2, 4, 1)], "pieces-overlapping"),
        ([(0, 0, 0, 5, 0)], "pieces-missing"),
        ([(0, 0, -1, 4, 0)], "pieces-missing"),
        ([], "pieces-missing"),
        ([(1, 0, 0, 4, 0)], "plan-shape"),
        ([(0, 1, 0, 4, 0)], "plan-shape"),
        ([(0, 0, 0, 4, -1)], "start-range"),
        ([(0, 0, 0, 2, 3), (0, 0, 2, 4, 11)], "window-missed"),
        ([(0, 0, 0, 2, 0), (0, 0, 2, 4, 8)], None),
    ],
)
def test_pieces_are_checked(two, pieces, code):
    """Pieces that are not the protocol once, in order and one at a time are refused."""
    assert codes(two, paused(*pieces)) == ({code} if code else set())


def test_pauses_cost_fidelity(demands, served):
    """Pairs wait in memory during a pause: the decohered fidelity falls, the ideal one stays."""
    instance = demands(("0", "2", 0.7, 1.5625))
    whole = served(instance, (0, 0, [0]))
    before = evaluate(instance, whole).metrics
    slots = before["protocol_slots"][0]
    split = slots - 1
    plan = paused((0, 0, 0, split, 0), (0, 0, split, slots, split + 20), protocol=[0],
                  protocols=whole.protocols)  # fmt: skip
    after = evaluate(instance, plan)
    assert after.violations == ()
    assert after.metrics["fidelity"] == before["fidelity"]
    assert after.metrics["fidelity_decohered"][0] < before["fidelity_decohered"][0] - 0.01
    assert after.metrics["success"] == before["success"]
    together = paused((0, 0, 0, split, 0), (0, 0, split, slots, split), protocol=[0],
                      protocols=whole.protocols)  # fmt: skip
    assert evaluate(instance, together).metrics == before
