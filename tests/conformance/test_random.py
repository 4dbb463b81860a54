"""On random small instances, bound <= optimum <= plan for every method, against enumeration."""

import importlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from suite import PROBLEMS

import planner as pl
from planner.catalog.problem import resolve

SAMPLED = [problem for problem in PROBLEMS if problem.samples is not None]
problems = pytest.mark.parametrize("problem", SAMPLED, ids=lambda problem: problem.name)
EPS = 1e-9


def draw(problem: pl.Problem, seed: int) -> pl.Instance:
    assert problem.samples is not None
    return pl.load(resolve(problem.samples)(np.random.default_rng(seed)))


def accepting(problem: pl.Problem, instance: pl.Instance) -> list[pl.Method]:
    return [m for m in pl.methods(problem.name) if m.refuses(instance) is None]


def is_enumerated(problem: pl.Problem, instance: pl.Instance, result: pl.Result) -> bool:
    """Return whether the enumeration tries plans of the class that this one belongs to."""
    assert problem.enumerate_optimum is not None
    module = importlib.import_module(problem.enumerate_optimum.partition(":")[0])
    scopes = getattr(module, "SCOPES", None)
    return scopes is None or problem.model_room().evaluate(instance, result.plan).scope in scopes


def check(problem: pl.Problem, instance: pl.Instance, method: pl.Method | None) -> None:
    result = pl.solve(instance, "auto" if method is None else method.name)
    assert result.status != "unknown"
    assert pl.verify(result).ok
    if result.status in {"infeasible", "violates_limits"} or result.objective is None:
        return
    optimum = None
    if problem.enumerate_optimum is not None and is_enumerated(problem, instance, result):
        optimum = resolve(problem.enumerate_optimum)(instance)
    if optimum is not None:
        sign = 1.0 if result.objective.sense == "min" else -1.0
        assert result.value is not None
        assert sign * (result.value - optimum) >= -EPS * abs(optimum)
        if result.bound is not None:
            assert sign * (optimum - result.bound) >= -EPS * abs(optimum)
        if method is not None and method.proves == "exact":
            assert result.status == "optimal"
            assert abs(result.value - optimum) <= 1e-6 * abs(optimum)


@problems
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32 - 1))
def test_methods_in_process_keep_their_promises(problem: pl.Problem, seed: int) -> None:
    """Every method that runs in this process agrees with enumeration and verifies."""
    instance = draw(problem, seed)
    for method in accepting(problem, instance):
        if not method.isolated:
            check(problem, instance, method)


@problems
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32 - 1))
def test_isolated_methods_and_auto_keep_their_promises(problem: pl.Problem, seed: int) -> None:
    """Every method that runs in the worker process does too, and so does `auto`."""
    instance = draw(problem, seed)
    check(problem, instance, None)
    for method in accepting(problem, instance):
        if method.isolated:
            check(problem, instance, method)


@problems
@pytest.mark.parametrize("seed", range(40))
def test_canonical_form_loads_again(problem: pl.Problem, seed: int) -> None:
    """The canonical JSON of an instance validates to an equal instance with the same digest."""
    instance = draw(problem, seed)
    again = pl.load(instance.data())
    assert again.data() == instance.data()
    assert again.sha256() == instance.sha256()
