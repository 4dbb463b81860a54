"""Broken plans and certificates are refused by name; limits, ties and fronts are as told."""

from typing import Any

import numpy as np
import pytest

import planner as pl
from planner.models.wan_training import check_certificate, evaluate
from planner.models.wan_training.capacity import capacity_bound
from planner.models.wan_training.certificate import (
    CapacityCertificate,
    EnumerationCertificate,
    ExhaustedCertificate,
)
from planner.models.wan_training.curve import curve_of, grid, needed
from planner.models.wan_training.description import Search
from planner.models.wan_training.plan import SchedulePlan
from planner.models.wan_training.variants import allowed_variants, family, plan_of
from planner.models.wan_training.worth import Worth, best, front
from planner.solvers.contract import Budget, Run
from planner.solvers.wan_training import baselines, exhaustive


def streaming(instance: Any) -> SchedulePlan:
    return plan_of(family(instance, "streaming")[0], instance.model.layers)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"fragment": [0, 1, 2, 0, 1]}, "plan-shape"),
        ({"fragment": [0, 1, 3, 0, 1, 3]}, "plan-shape"),
        ({"fragment": [-1, 1, 2, 0, 1, 2]}, "plan-shape"),
        ({"send_step": [10, 3]}, "plan-shape"),
        ({"send_step": [11, 3, 6]}, "unknown-step"),
        ({"send_step": [0, 3, 6]}, "unknown-step"),
        ({"send_step": [10, 3, 7]}, "variant-not-allowed"),
        ({"fragment": [1, 0, 2, 0, 1, 2]}, "variant-not-allowed"),
        ({"overlap_steps": 1}, "variant-not-allowed"),
        ({"bits": 4}, "variant-not-allowed"),
        ({"schedule": "overlap"}, "variant-not-allowed"),
        ({"inner_steps": 20}, "variant-not-allowed"),
    ],
)
def test_broken_plan_is_named(make: Any, change: dict[str, Any], code: str) -> None:
    """A plan that is unreadable, or that no combination of the choices gives, is refused."""
    instance = make()
    sound = streaming(instance)
    assert evaluate(instance, sound).violations == ()
    broken = SchedulePlan(**{**dict(sound), **change})
    assert [found.code for found in evaluate(instance, broken).violations] == [code]


def test_costs_over_limits_are_named(make: Any) -> None:
    """Each limit is named with what is over it."""
    instance = make(limits={"memory_overhead": "1 GB", "synchronisation_period": 9, "staleness": 5})
    plan = plan_of(family(instance, "co2")[0], 6)
    found = {each.constraint: each.amount for each in evaluate(instance, plan).violations}
    assert found == {
        "limits.memory_overhead": pytest.approx(3.8e9),
        "limits.synchronisation_period": 1,
        "limits.staleness": 5,
    }


def test_target_out_of_reach_is_named(make: Any) -> None:
    """A plan that misses the target at the upper end has no objective and says so."""
    instance = make(
        objective="required_bandwidth", target_utilisation=0.9, link={"latency": "100 ms"}
    )
    found = evaluate(instance, plan_of(family(instance, "dp")[0], 6))
    assert found.objective.value is None
    assert [each.code for each in found.violations] == ["target-missed"]


@pytest.mark.parametrize("method", ["dp", "diloco", "streaming", "overlap", "fp4", "co2"])
def test_baselines_are_what_they_are_called(make: Any, method: str) -> None:
    """Each baseline plays its schedule; one the choices leave out breaks limits, and says so."""
    instance = make(choices__schedules=["dp"], choices__outer_bits=[16])
    result = pl.solve(instance, method)
    expected = "overlap" if method == "fp4" else method
    assert (result.metrics["schedule"], result.metrics["bits"]) == (
        expected,
        4 if method == "fp4" else 16,
    )
    assert (result.status == "violates_limits") == (method != "dp")


@pytest.mark.parametrize("objective", ["utilisation", "required_bandwidth"])
def test_false_certificates_are_refused(make: Any, objective: str) -> None:
    """Another value, count, front or kind is refused; the true one bounds every plan."""
    instance = make(objective=objective, target_utilisation=0.9)
    answer = exhaustive.solve(instance, Run())
    sound = answer.certificate
    assert isinstance(sound, EnumerationCertificate)
    checked = check_certificate(instance, sound)
    assert checked.violations == ()
    assert checked.bounds[objective] == pytest.approx(answer.objective, rel=1e-12)
    edits: list[dict[str, Any]] = [
        {"value": sound.value * 1.001},
        {"variants": sound.variants + 1},
        {"front_variant": (*sound.front_variant[1:], "co2")},
        {"front_value": sound.front_value * 1.001},
        {"front_memory": sound.front_memory + 1},
        {"front_period": sound.front_period[:-1]},
        {"front_staleness": sound.front_staleness + 1},
    ]
    for edit in edits:
        false = EnumerationCertificate(**{**dict(sound), **edit})
        assert check_certificate(instance, false).violations, edit
    exhausted = ExhaustedCertificate(variants=sound.variants)
    assert check_certificate(instance, exhausted).violations[0].code == "certificate-kind"
    capacity = CapacityCertificate(value=capacity_bound(instance, allowed_variants(instance)))
    assert check_certificate(instance, capacity).violations == ()
    false_capacity = CapacityCertificate(value=capacity.value * 0.999)
    assert check_certificate(instance, false_capacity).violations[0].code == "certificate-value"


def test_proof_of_nothing_is_refused(make: Any) -> None:
    """Where no variant keeps the limits, only `exhausted` with the right count is a proof."""
    instance = make(choices__schedules=["diloco"], limits={"memory_overhead": "1 GB"})
    assert check_certificate(instance, ExhaustedCertificate(variants=0)).infeasible
    wrong = check_certificate(instance, ExhaustedCertificate(variants=3))
    assert wrong.violations[0].code == "certificate-value"
    capacity = check_certificate(instance, CapacityCertificate(value=1.0))
    assert capacity.violations[0].code == "certificate-kind"
    empty = EnumerationCertificate(
        value=1.0, variants=0, front_variant=(), front_value=[], front_memory=[],
        front_period=[], front_staleness=[],
    )  # fmt: skip
    assert check_certificate(instance, empty).violations[0].code == "certificate-kind"


def test_front_is_what_nobody_beats(make: Any) -> None:
    """The front of random figures is that of comparing every pair; duplicates count once."""
    rng = np.random.default_rng(3)
    instance = make()
    for _ in range(30):
        worths = [Worth(float(v), float(v), float(m), int(p), int(s))
                  for v, m, p, s in rng.integers(1, 5, (25, 4))]  # fmt: skip
        worths[3] = worths[3]._replace(value=None)
        rows = {(-(worth.value or 0), *worth.costs) for worth in worths if worth.value is not None}
        expected = {
            row
            for row in rows
            if not any(
                other != row and all(a <= b for a, b in zip(other, row, strict=True))
                for other in rows
            )
        }
        kept = [(-(worths[place].value or 0), *worths[place].costs) for place in
                front(instance, worths)]  # fmt: skip
        assert len(kept) == len(expected)
        assert set(kept) == expected
        assert kept[0][0] == min(row[0] for row in rows)


def test_ties_go_to_less_memory_then_period(make: Any) -> None:
    """Equal objectives are told apart by memory, period and staleness, in this order."""
    instance = make()
    worths = [
        Worth(0.9, 0.9, 5.0, 10, 0),
        Worth(0.9 * (1 + 1e-12), 0.9, 4.0, 20, 1),
        Worth(0.9, 0.9, 4.0, 20, 0),
        Worth(0.8, 0.8, 1.0, 1, 0),
    ]
    assert best(instance, worths) == 2
    assert best(instance, [worth._replace(value=None) for worth in worths]) is None


def test_three_ways_to_read_a_requirement(make: Any) -> None:
    """The published point misses the target, the grid's meets it, the continuous is between."""
    instance = make()
    curve = curve_of(instance, streaming(instance))
    for target in (0.3, 0.5, 0.8, 0.95, 0.99):
        found = {}
        for rule in ("published", "grid", "continuous"):
            search = Search(rule=rule, lowest="0.1 Gbit/s", highest="1000 Gbit/s")
            reached = needed(curve, target, search)
            assert reached is not None
            found[rule] = reached.value
        below, least, above = found["published"], found["continuous"], found["grid"]
        assert below < least <= above
        assert above / below == pytest.approx(1e4 ** (1 / 49))
        at = np.array([below, least * (1 - 1e-9), least, above])
        assert (curve(at) >= target).tolist() == [False, False, True, True]


def test_requirements_at_the_ends_of_the_search(make: Any) -> None:
    """A target that all points reach needs the lowest; one that none reaches has no answer."""
    instance = make()
    curve = curve_of(instance, streaming(instance))
    for rule in ("published", "grid", "continuous"):
        high = Search(rule=rule, lowest="100 Gbit/s", highest="200 Gbit/s")
        found = needed(curve, 0.5, high)
        assert found is not None
        assert found.value == pytest.approx(1.25e10, rel=1e-12)
        assert needed(curve, 0.9, Search(rule=rule, lowest="1 kbit/s", highest="2 kbit/s")) is None
    assert len(grid(Search())) == 50


def test_metrics_hold_the_curve(make: Any) -> None:
    """The curve over the grid, the figures at the link, and closed forms where there are any."""
    instance = make(target_utilisation=0.9)
    found = evaluate(instance, plan_of(family(instance, "dp")[0], 6)).metrics
    curve = found["utilisation_curve"]
    assert isinstance(curve, list)
    assert len(curve) == 50
    assert found["utilisation"] == pytest.approx(found["closed_form_utilisation"], rel=1e-12)
    assert found["fragment_hidden"] == [0]
    assert found["hidden_from_gbit_s"] is None
    assert found["bytes_per_step"] == pytest.approx(1.2e9)
    at = np.array([found["sufficient_gbit_s"]]) * 1e9 / 8
    plan = plan_of(family(instance, "dp")[0], 6)
    assert curve_of(instance, plan)(at)[0] == pytest.approx(0.9, rel=1e-9)


def test_a_run_that_is_stopped_keeps_the_best_so_far(make: Any) -> None:
    """Without time the exact method has no plan, but the bound that needs no simulation."""
    instance = make()
    answer = exhaustive.solve(instance, Run(Budget(time_limit=0.0)))
    assert (answer.plan, answer.stopped_by) == (None, "time")
    assert isinstance(answer.certificate, CapacityCertificate)
    asked = Run(listener=lambda progress, found: asked.stop())
    answer = exhaustive.solve(instance, asked)
    assert answer.plan is not None
    assert answer.stopped_by == "interrupt"
    assert evaluate(instance, answer.plan).objective.value == answer.objective
    assert baselines.dp(instance, Run()).stopped_by is None


def test_plan_outside_the_choices_is_still_simulated(make: Any) -> None:
    """`evaluate` values a layout of one's own, beside the violation."""
    instance = make()
    own = SchedulePlan(**{**dict(streaming(instance)), "send_step": [10, 4, 7]})
    found = evaluate(instance, own)
    assert found.objective.value is not None
    assert [each.code for each in found.violations] == ["variant-not-allowed"]
