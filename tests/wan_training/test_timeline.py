"""The vectorised simulation agrees with a plain one, node by node, in exact arithmetic."""

import importlib.util
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import planner as pl
from planner.models.wan_training.curve import curve_of
from planner.models.wan_training.plan import SchedulePlan
from planner.models.wan_training.rhythm import rhythm_of, transfer_seconds
from planner.models.wan_training.samples import draw
from planner.models.wan_training.timeline import makespan
from planner.models.wan_training.variants import allowed_variants, plan_of


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "wan_reference", Path(__file__).with_name("reference.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sends_of(plan: SchedulePlan) -> dict[int, list[list[int]]]:
    found: dict[int, list[list[int]]] = {}
    for fragment, step in enumerate(plan.send_step.tolist()):
        layers = np.flatnonzero(plan.fragment == fragment).tolist()
        found.setdefault(step, []).append(layers)
    return found


def plainly(reference: ModuleType, instance: Any, plan: SchedulePlan, bandwidth: float) -> float:
    return reference.utilisation(  # type: ignore[no-any-return]
        layers=instance.model.layers,
        step_time=instance.model.step_time,
        transfer=float(transfer_seconds(instance, plan, np.array([bandwidth]))[0]),
        period=plan.inner_steps,
        sends=sends_of(plan),
        delay=plan.overlap_steps,
        steps=rhythm_of(instance, plan).steps,
        latency=instance.link.latency,
        buckets=instance.rules == "web_simulator",
        number=Fraction if instance.rules == "table" else float,
    )


@pytest.mark.parametrize("seed", range(40))
def test_curve_agrees_with_plain_simulation(reference: ModuleType, seed: int) -> None:
    """Every variant of a random instance has the utilisation of the node-by-node simulation."""
    values = {**draw(np.random.default_rng(seed)), "rules": "table"}
    instance = pl.load(values)
    bandwidths = np.array([1e7, 2e8, 5e9])
    for variant in allowed_variants(instance)[:10]:
        plan = plan_of(variant, instance.model.layers)
        if plan.schedule == "co2":
            continue
        found = curve_of(instance, plan)(bandwidths)
        expected = [plainly(reference, instance, plan, each) for each in bandwidths]
        assert found == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("latency", ["0 s", "1 ms"])
@pytest.mark.parametrize(
    ("schedule", "interval"), [("dp", 1), ("streaming", 167), ("overlap", 167), ("overlap", 500)]
)
def test_web_rules_agree_with_plain_simulation(
    reference: ModuleType, make: Any, schedule: str, interval: int, latency: str
) -> None:
    """128 buckets are released evenly in the backward pass; 2,000 steps count, or six periods."""
    instance = make(
        rules="web_simulator",
        link__latency=latency,
        choices__schedules=[schedule],
        choices__inner_steps=[500],
        choices__fragment_interval=[interval],
    )
    plan = plan_of(allowed_variants(instance)[0], 6)
    assert rhythm_of(instance, plan).steps == (2000 if schedule == "dp" else 3000)
    for at in (3e7, 3e9, 3e10):
        assert float(curve_of(instance, plan)(np.array([at]))[0]) == pytest.approx(
            plainly(reference, instance, plan, at), rel=1e-10
        )


def test_collisions_and_long_delays_agree(reference: ModuleType, make: Any) -> None:
    """Fragments of one step share the link by release; a delay may outlast the period."""
    instance = make(link__latency="1 ms")
    plan = SchedulePlan(
        schedule="overlap",
        inner_steps=4,
        fragment=[0, 1, 2, 0, 1, 2],
        send_step=[4, 2, 4],
        overlap_steps=6,
        bits=16,
    )
    for at in (1e7, 1e8, 3e8, 1e9):
        assert float(curve_of(instance, plan)(np.array([at]))[0]) == pytest.approx(
            plainly(reference, instance, plan, at), rel=1e-11
        )


def test_skipped_periods_change_nothing(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaving out periods that repeat gives the makespan of simulating all of them."""
    instance = make(rules="web_simulator")
    transfer = np.geomspace(1e-3, 30, 40)
    for variant in allowed_variants(instance):
        if variant.schedule == "co2":
            continue
        rhythm = rhythm_of(instance, plan_of(variant, 6))
        quick = makespan(rhythm, transfer)
        with monkeypatch.context() as patch:
            patch.setattr("planner.models.wan_training.timeline._same", lambda *states: False)
            assert quick == pytest.approx(makespan(rhythm, transfer), rel=1e-10)


def test_utilisation_rises_with_bandwidth(make: Any) -> None:
    """More bandwidth never hurts, and the makespan is convex in the transfer time."""
    instance = make()
    for variant in allowed_variants(instance):
        plan = plan_of(variant, 6)
        assert (np.diff(curve_of(instance, plan)(np.geomspace(1e6, 1e11, 300))) >= -1e-13).all()
        if variant.schedule != "co2":
            spans = makespan(rhythm_of(instance, plan), np.linspace(0, 5, 101))
            assert (np.diff(spans, 2) >= -1e-9).all()
