"""A method's claims become a result only after every one of them was recomputed."""

from typing import Any

import numpy as np
import pytest

import planner as pl
from planner.models.base.artefacts import Certificate, Plan
from planner.results.judge import Circumstances, judge
from planner.solvers.contract import Answer, Spread

pytestmark = pytest.mark.usefixtures("dummy_problem")


@pytest.fixture
def instance(dummy_problem: object, data: dict[str, Any]) -> pl.Instance:
    """The small instance, loaded."""
    return pl.load(data)


def explicit(*chosen: int) -> Plan:
    """A plan that chooses these positions."""
    from planner_dummy.models.plan import ExplicitPlan

    return ExplicitPlan(chosen=np.array(chosen))


def price(value: float, at: float = 5.0) -> Certificate:
    """A certificate that claims a bound."""
    from planner_dummy.models.certificate import PriceCertificate

    return PriceCertificate(price=at, value=value)


def verdict(instance: pl.Instance, answer: Answer, **about: Any) -> pl.Result:
    """Judge an answer of a method called `probe`."""
    return judge(instance, answer, Circumstances(method="probe", **about))


def test_result_has_the_keys_of_the_contract(instance: pl.Instance) -> None:
    """Every result has the same keys, whatever is unknown."""
    result = verdict(instance, Answer())
    assert list(result.data()) == [
        *("format", "problem", "instance", "method", "status", "stopped_by"),
        *("objective", "objectives", "bound", "bound_source", "bound_verified", "bound_scope"),
        *("gap", "verified", "deterministic", "metrics", "violations", "certificate", "plan"),
        *("baselines", "why", "provenance", "sha256"),
    ]
    assert result.status == "unknown"


def test_wrong_claimed_objective_is_a_defect(instance: pl.Instance) -> None:
    """Claimed and evaluated objective must agree to nine digits."""
    plan = explicit(0, 1)
    assert verdict(instance, Answer(plan=plan, objective=8.0 + 1e-9)).value == 8.0
    with pytest.raises(pl.AuditError, match="objective-mismatch"):
        verdict(instance, Answer(plan=plan, objective=8.0 + 1e-6))


def test_wrong_certificate_is_a_defect(instance: pl.Instance) -> None:
    """A certificate that does not hold is not quietly dropped."""
    with pytest.raises(pl.AuditError, match="certificate-value"):
        verdict(instance, Answer(plan=explicit(0, 1), certificate=price(8.5)))


def test_broken_plan_is_a_defect_of_methods_that_keep_limits(instance: pl.Instance) -> None:
    """Only baselines and users may hand over plans that break limits."""
    answer = Answer(plan=explicit(0, 3), objective=6.0)
    with pytest.raises(pl.AuditError, match="forbidden-number"):
        verdict(instance, answer)
    result = verdict(instance, answer, may_break_limits=True)
    assert (result.status, result.verified, result.gap) == ("violates_limits", False, None)
    assert [found.code for found in result.violations] == ["forbidden-number"]


def test_plan_and_proof_that_contradict_are_a_defect(instance: pl.Instance) -> None:
    """A method cannot prove that there is no plan and give one."""
    from planner_dummy.models.certificate import TooFewCertificate

    lies = Answer(plan=explicit(0, 1), certificate=TooFewCertificate(allowed=4))
    with pytest.raises(pl.AuditError, match="certificate-count"):
        verdict(instance, lies)


@pytest.mark.parametrize("reason", ["time", "interrupt", "memory"])
def test_limit_reached_is_not_optimal(instance: pl.Instance, reason: Any) -> None:
    """A stop by a limit is `feasible`; only a bound closes the gap."""
    stopped = Answer(plan=explicit(0, 2), stopped_by=reason, certificate=price(8.0 - 21e-15))
    assert verdict(instance, stopped).status == "feasible"


def test_limit_reached_with_a_closed_gap_is_optimal(instance: pl.Instance) -> None:
    """The bound decides, not the way the method ended."""
    sorted_out = pl.solve(instance, "sort")
    answer = Answer(plan=sorted_out.plan, certificate=sorted_out.certificate, stopped_by="time")
    result = verdict(instance, answer)
    assert (result.status, result.stopped_by, result.deterministic) == ("optimal", "time", False)


def test_gap_asked_for_decides_what_optimal_means(instance: pl.Instance) -> None:
    """A plan within the gap asked for is optimal, and none with a wide one."""
    certificate = pl.solve(instance, "sort").certificate
    answer = Answer(plan=explicit(1, 2), certificate=certificate, stopped_by="gap")
    assert verdict(instance, answer).status == "feasible"
    assert verdict(instance, answer, gap=0.4).status == "feasible"
    near = pl.load({**instance.data(), "numbers": [5, 3, 5.0004, 1, 9]})
    certificate = pl.solve(near, "sort").certificate
    answer = Answer(plan=explicit(1, 2), certificate=certificate, stopped_by="gap")
    assert verdict(near, answer).status == "feasible"
    assert verdict(near, answer, gap=9e-5).status == "optimal"


def test_infeasible_by_the_word_of_nobody_is_a_defect(instance: pl.Instance) -> None:
    """A method that finds no plan proves it, or names the solver that says so."""
    with pytest.raises(pl.AuditError, match="infeasible-unproved"):
        verdict(instance, Answer(infeasible=True))
    told = verdict(instance, Answer(infeasible=True, solver="oracle"))
    assert (told.status, told.provenance.solver) == ("infeasible", "oracle")


def test_solver_is_named_where_the_bound_is_its_word(instance: pl.Instance) -> None:
    """`bound_source: solver` says whose word it is."""
    answer = Answer(plan=explicit(0, 1), solver_bound=8.0, solver="oracle 1.0")
    result = verdict(instance, answer)
    assert (result.bound_source, result.provenance.solver) == ("solver", "oracle 1.0")
    assert (result.bound_verified, result.verified, result.status) == (False, True, "optimal")


def test_refuted_word_is_dropped_with_a_note(instance: pl.Instance) -> None:
    """A solver bound that the plan beats is not reported as a bound."""
    result = verdict(instance, Answer(plan=explicit(0, 1), solver_bound=9.0, solver="oracle"))
    assert result.bound is None
    assert "oracle" in result.provenance.notes[-1]


def test_spread_of_a_stochastic_baseline_goes_to_baselines(instance: pl.Instance) -> None:
    """The mean stands under the name itself, the percentiles beside it."""
    spread = Spread(mean=10.0, p5=8.0, p95=14.0, stderr=0.1, draws=200, seed=7)
    answer = Answer(plan=explicit(0, 1), statistics={"total": spread, "ratio": spread})
    result = verdict(instance, answer, may_break_limits=True)
    row = result.baselines["probe"]
    assert row.objective.value == 10.0
    assert {name: row.metrics[name] for name in row.metrics if name.startswith("ratio")} == {
        **{"ratio": 10.0, "ratio_p5": 8.0, "ratio_p95": 14.0},
        **{"ratio_stderr": 0.1, "ratio_draws": 200, "ratio_seed": 7},
    }
    assert (result.value, "ratio" in result.metrics) == (8.0, False)


def test_reasons_of_proof_and_method_are_joined(dummy_problem: object, data: Any) -> None:
    """What the proof shows comes first and is not said twice."""
    result = pl.solve({**data, "choose": 5}, "sort")
    assert (result.status, result.verified, result.plan) == ("infeasible", True, None)
    assert [reason.code for reason in result.why] == ["too-few"]
    assert "allow 1 more" in result.why[0].message


def test_instance_travels_with_the_result(instance: pl.Instance) -> None:
    """The result holds the canonical instance and its digest."""
    record = verdict(instance, Answer()).instance
    assert record.sha256 == instance.sha256()
    assert pl.load(record.data).sha256() == instance.sha256()
