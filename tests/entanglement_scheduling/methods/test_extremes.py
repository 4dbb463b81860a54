"""Figures at the ends of what an instance may say are counted with, not stumbled over."""

import pytest

import planner as pl
from planner.solvers.entanglement_scheduling.jobs import scale_of


def instance(**more):
    """Return a line of four nodes with a demand over all of it and one over a link."""
    wanted = [
        {"from": "0", "to": "3", "min_fidelity": 0.5, "rate": "0.5 Hz", "weight": 1e-9},
        {"from": "0", "to": "1", "min_fidelity": 0.6, "rate": "1 Hz", "weight": 1e9},
    ]
    return pl.load({
        "problem": "entanglement_scheduling", "schema_version": 1, "name": "extremes",
        "topology": {"kind": "line", "size": 4},
        "workload": {"kind": "demands", "demands": wanted}, **more,
    })  # fmt: skip


@pytest.mark.parametrize("objective", ["weight", "goodput"])
def test_light_and_heavy_heads_beside_unlikely_swaps(objective):
    """Weights of 1e-9 and 1e9, and swaps that succeed once in a million, give a checked plan."""
    result = pl.solve(instance(objective=objective, hardware={"swap_success": 1e-6}), time_limit=20)
    assert result.verified
    assert result.value > 0


def test_scale_of_values_with_hundreds_of_digits():
    """The scale of numbers that floats hold beside those that they barely do is a whole number."""
    assert scale_of([1e-300, 1.0]) >= 1
    assert scale_of([1e-300, 1e-300]) >= 1
    assert scale_of([0.25, 0.5]) == 4


def test_protocols_longer_than_plans_can_hold_are_not_offered():
    """Three generations of 900,000 slots one after another are offered to no demand."""
    slow = [{"fidelity": 0.9, "rate": "0.000112 Hz"}]
    found = instance(hardware={"capabilities": slow})
    assert found.view.offers == ((), ())
