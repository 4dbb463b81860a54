"""Searches against brute force in plain loops, on random machines, models and policies."""

import math

import numpy as np
import pytest

import planner as pl
from planner.models.hierarchical_sharding.enumeration import optimum
from planner.models.hierarchical_sharding.evaluate import evaluate
from planner.models.hierarchical_sharding.optimum import (
    find_optimum,
    why_not_each,
    why_not_levels,
)
from planner.models.hierarchical_sharding.samples import draw
from planner.solvers.contract import Run
from planner.solvers.hierarchical_sharding import mixed


def sample(seed: int, **policy: object) -> pl.Instance:
    """Return a random instance with parts of its policy replaced."""
    data = draw(np.random.default_rng(seed))
    data["policy"] |= policy
    for layer in data["model"].get("classes", []) if policy.get("mixed") is False else []:
        layer.pop("expert_parallel", None)
    return pl.load(data)


@pytest.mark.parametrize("block", range(10))
def test_uniform_search_equals_brute_force(block: int) -> None:
    """On 250 random instances the search finds what nested loops find, and no more."""
    for seed in range(25 * block, 25 * block + 25):
        instance = sample(seed, mixed=False)
        assert why_not_each(instance.view) is None
        found, expected = find_optimum(instance.view, by_levels=False), optimum(instance)
        assert (found.place is None) is (expected is None), seed
        if expected is not None:
            assert math.isclose(found.time, expected, rel_tol=1e-9, abs_tol=1e-15), seed


def test_level_tables_equal_looking_at_every_plan() -> None:
    """Where times add up by level, both searches give the same front, plan by plan."""
    compared = 0
    for seed in range(400):
        instance = sample(seed, mixed=False, frameworks=["any"])
        if why_not_levels(instance.view) is not None:
            continue
        every = find_optimum(instance.view, by_levels=False)
        levels = find_optimum(instance.view, by_levels=True)
        np.testing.assert_allclose(levels.front.memory, every.front.memory, rtol=1e-9)
        np.testing.assert_allclose(levels.front.time, every.front.time, rtol=1e-9, atol=1e-15)
        assert levels.place == every.place
        for place in range(len(levels.front)):
            value = evaluate(instance, levels.plan(place)).objective.value
            time = float(levels.front.time[place])
            assert math.isclose(value, time, rel_tol=1e-9, abs_tol=1e-15), seed
        compared += 1
    assert compared >= 40


@pytest.mark.parametrize("block", range(3))
def test_mixed_search_equals_brute_force(block: int) -> None:
    """On random instances branch and bound finds the best mixed plan, in its own process."""
    compared = 0
    for seed in range(1000 + 40 * block, 1040 + 40 * block):
        instance = pl.load(draw(np.random.default_rng(seed)))
        if not instance.view.mixed:
            continue
        answer, expected = mixed.solve(instance, Run()), optimum(instance)
        assert not (answer.infeasible and expected is not None), seed
        if expected is None or answer.plan is None:
            continue
        found = evaluate(instance, answer.plan)
        assert found.violations == ()
        assert math.isclose(found.objective.value, expected, rel_tol=1e-6, abs_tol=1e-15), seed
        assert math.isclose(answer.solver_bound, expected, rel_tol=1e-6, abs_tol=1e-15), seed
        assert answer.certificate.value <= expected * (1 + 1e-9)
        compared += 1
    assert compared >= 5
