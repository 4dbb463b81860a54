"""Figures that can be checked by hand, and the published ones."""

import math

import numpy as np
import pytest

import planner as pl
from planner.models.hierarchical_sharding.evaluate import evaluate
from planner.models.hierarchical_sharding.optimum import find_optimum
from planner.models.hierarchical_sharding.plan import UniformPlan

ROWS = {  # GB, then seconds with one and with four micro-batches
    "ddp": (16, 0.12, 0.12),
    "zero1": (7, 0.12, 0.12),
    "zero2": (5.5, 0.12, 0.30),
    "zero3": (4, 0.18, 0.72),
    "hpz": (5, 0.13, 0.52),
    "mics": (8, 0.13, 0.22),
    "frontier_3level": (4.5, 0.13, 0.37),
}
FRONTS = {
    1: [(4, 0.18), (4.5, 0.13), (5.5, 0.12)],
    4: [(4, 0.72), (4.5, 0.37), (5, 0.22), (6, 0.15), (7, 0.12)],
}


@pytest.mark.parametrize("method", ROWS)
@pytest.mark.parametrize("passes", [1, 4])
def test_named_plans_on_four_devices(build, method, passes) -> None:
    """Memory and time of every named plan are those worked out by hand."""
    memory, once, often = ROWS[method]
    result = pl.solve(build(training={"microbatches": passes}), method)
    assert math.isclose(result.value, once if passes == 1 else often, rel_tol=1e-9)
    assert math.isclose(result.metrics["memory"], memory * 1e9, rel_tol=1e-9)


@pytest.mark.parametrize("passes", FRONTS)
@pytest.mark.parametrize("by_levels", [False, True])
def test_fronts_on_four_devices(build, passes, by_levels) -> None:
    """The whole front of memory and time is found, by either search."""
    view = build(training={"microbatches": passes}).view
    front = find_optimum(view, by_levels=by_levels).front
    expected = np.array(FRONTS[passes])
    np.testing.assert_allclose(front.memory, expected[:, 0] * 1e9, rtol=1e-9)
    np.testing.assert_allclose(front.time, expected[:, 1], rtol=1e-9)


def test_second_copy_and_bits_count_once_each(build, hierarchy) -> None:
    """Without a second copy and kept gathers, fanouts 8, 9, 16, 32 and 4 have 3.92e6 plans."""
    from planner.models.hierarchical_sharding.search import size

    levels = hierarchy((8, 450), (9, 2000), (16, 3600), (32, 28800), (4, 460800))
    few = build(levels, policy={"secondary": False, "keep": [False]})
    assert size(few.view) == 3_920_000
    assert size(build(levels, policy={"keep": [False]}).view) == 69_457_500


@pytest.mark.parametrize(
    ("plan", "moved"),
    [("zero3", 3.0), ("hpz", 2.0), ("zero1", 2.0)],
)
def test_volume_between_nodes(build, hierarchy, plan, moved) -> None:
    """ZeRO-3 moves three times the parameters between nodes, hpZ twice (arXiv 2306.10209)."""
    instance = build(hierarchy((8, 300), (48, 100)), limits={"memory": "unlimited"})
    result = pl.solve(instance, plan)
    received = result.metrics["device_bytes"][1]
    assert math.isclose(received, moved * 2e9 / 8 * (1 - 1 / 48), rel_tol=1e-9)


def test_zero_plus_plus_volume_between_nodes(build, hierarchy) -> None:
    """With INT8 gathers and INT4 gradients, hpZ moves 0.75 M between nodes (arXiv 2306.10209)."""
    precision = {"forward": 8, "gradients": 4}
    instance = build(
        hierarchy((8, 300), (48, 100)), precision=precision, limits={"memory": "unlimited"}
    )
    received = pl.solve(instance, "hpz").metrics["device_bytes"][1]
    assert math.isclose(received, 0.75 * 2e9 / 8 * (1 - 1 / 48), rel_tol=1e-9)


def test_a_second_copy_never_helps_inner_first(build, hierarchy) -> None:
    """Serving the forward pass from the second copy too is never slower, and takes less memory."""
    instance = build(hierarchy((4, 100), (4, 50)), training={"microbatches": 3})
    shards = {"gradients": (4, 4), "optimizer": (4, 4)}
    with_copy = {"parameters": (4, 4), "secondary": (4, 1), **shards}
    without = {"parameters": (4, 1), "secondary": (4, 1), **shards}
    one, other = (
        evaluate(instance, UniformPlan.model_validate({"sharding": s}))
        for s in (with_copy, without)
    )
    assert other.objective.value < one.objective.value
    assert one.metrics["memory_secondary"] > 0
    assert other.metrics["memory"] < one.metrics["memory"]
