"""Memory by the conventions of the ZeRO paper and of DeepSpeed's estimator."""

import pytest

from planner.models.hierarchical_sharding.memory_rules import deepspeed_estimate, memory_by_stage

GIB = 2**30


def test_zero_paper_figures(make):
    """7.5 billion parameters on 64 devices: 120, 31.4, 16.6, 1.9 GB (arXiv 1910.02054, fig. 1)."""
    found = memory_by_stage(make([(64, 100)], parameters=7.5e9).view)
    rounded = {stage: round(value / 1e9, 2) for stage, value in found.items()}
    assert rounded == {"stage_0": 120.0, "stage_1": 31.41, "stage_2": 16.64, "stage_3": 1.88}


def test_deepspeed_estimator(make):
    """2851 million parameters on 8 GPUs at stage 2: 11.28 GiB, as its code computes."""
    found = deepspeed_estimate(make([(8, 100)], parameters=2851e6).view)
    assert found["stage_2"] / GIB == pytest.approx(11.285, abs=5e-3)


def test_deepspeed_estimator_counts_the_largest_layer(make):
    """Stage 3 holds 4 bytes for each parameter of the largest layer."""
    model = {"parameters": 1e9, "unit_parameters": 3e7}
    found = deepspeed_estimate(make([(8, 100)], model=model).view)
    assert found["stage_3"] == pytest.approx(4 * 3e7 + 18e9 / 8)
