"""Every method on random small instances, against complete enumeration."""

import numpy as np
import pytest

from planner.models.flow_splitting import Instance, samples
from planner.models.flow_splitting.enumeration import optimum
from planner.solvers.contract import Run
from planner.solvers.flow_splitting import (
    colouring,
    equal_parts,
    local_search,
    rules,
    wrap_around,
)
from planner.solvers.flow_splitting.baselines import ecmp, ethereal, greedy_online, lpt

WHOLE = {"local_search": local_search, "greedy_online": greedy_online, "lpt": lpt, "ecmp": ecmp}


def sample(seed):
    """Return a random instance with a handful of flows."""
    data = samples.draw(np.random.default_rng(seed))
    return Instance.model_validate(data, context={"normalised": True})


@pytest.fixture(scope="module")
def instances():
    """Return random instances with their optimum, where enumeration knows it."""
    drawn = [sample(seed) for seed in range(160)]
    return [(instance, optimum(instance)) for instance in drawn]


@pytest.mark.parametrize(
    ("refuses", "solve"),
    [
        (rules.refuses, rules.closed_form),
        (wrap_around.refuses, wrap_around.solve),
        (equal_parts.refuses, equal_parts.solve),
    ],
    ids=["rule", "wrap_around", "equal_parts"],
)
def test_exact_methods_reach_the_optimum(instances, judge, refuses, solve):
    """What is not refused is solved to the enumerated optimum, and its own bound proves it."""
    taken = 0
    for instance, best in instances:
        if refuses(instance) is None:
            found, bound = judge(instance, solve(instance, Run()))
            assert found.objective.value == pytest.approx(bound.bounds["completion_time"], rel=1e-9)
            assert best is None or found.objective.value == pytest.approx(best, rel=1e-9)
            taken += 1
    assert taken >= 12


def test_colouring_is_optimal_among_whole_flows(instances, judge):
    """Whole flows of one size are placed optimally; `reaches_bound` foretells the proof."""
    taken = 0
    for instance, best in instances:
        if colouring.refuses(instance) is None:
            found, bound = judge(instance, colouring.solve(instance, Run()))
            value = found.objective.value
            met = value == pytest.approx(bound.bounds["completion_time"], rel=1e-9)
            assert colouring.reaches_bound(instance) == met
            if instance.view.splitting == "whole" and best is not None:
                assert value == pytest.approx(best, rel=1e-9)
            taken += 1
    assert taken >= 12


@pytest.mark.parametrize("name", WHOLE)
def test_whole_plans_are_never_better_than_the_optimum(instances, judge, name):
    """Heuristics and baselines pass the re-check and stay at or above the optimum."""
    method = WHOLE[name]
    for instance, best in instances:
        if method.refuses(instance) is None:
            answer = method.solve(instance, Run(options={"draws": 3}))
            found, _ = judge(instance, answer)
            assert best is None or found.objective.value >= best * (1 - 1e-9)


def test_local_search_finds_the_optimum_of_small_whole_instances(instances):
    """On a handful of whole flows local search is as good as enumeration."""
    for instance, best in instances:
        is_whole = instance.view.splitting == "whole" and instance.view.fabric is not None
        if is_whole and best is not None:
            answer = local_search.solve(instance, Run())
            assert answer.objective == pytest.approx(best, rel=1e-9)


def test_ethereal_is_never_better_than_the_bound(instances, judge):
    """The published rule serves every flow in equal parts, at or above the bound."""
    taken = 0
    for instance, _ in instances:
        if instance.view.splitting != "whole" and ethereal.refuses(instance) is None:
            judge(instance, ethereal.solve(instance, Run()))
            taken += 1
    assert taken >= 12
