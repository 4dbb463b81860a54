"""What a plan is worth, from the instance and the plan alone."""

import math
from collections.abc import Sequence

from planner.models.base.arrays import IntArray
from planner.models.base.evaluation import Evaluation, Metric, Objective, Violation
from planner.models.flow_splitting.evaluation.aggregated import evaluate_aggregated
from planner.models.flow_splitting.evaluation.explicit import evaluate_explicit
from planner.models.flow_splitting.evaluation.layout import (
    rows_by_step,
    rule_count_faults,
    shape_faults,
)
from planner.models.flow_splitting.evaluation.loads import Busiest, busiest_link, shared_loads
from planner.models.flow_splitting.evaluation.outcome import Outcome, Setting
from planner.models.flow_splitting.evaluation.parts import UNKNOWN, Parts, add, whole_flows
from planner.models.flow_splitting.evaluation.paths import evaluate_arcs, evaluate_paths
from planner.models.flow_splitting.evaluation.rules import rule_loads, why_not
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.plan import (
    AggregatedArcsPlan,
    AggregatedPlan,
    ExplicitPathsPlan,
    ExplicitPlan,
    FlowPlan,
    Rule,
    RulePlan,
)
from planner.models.flow_splitting.timing import nic_time, startup_time, weighted_sum
from planner.models.flow_splitting.traffic import LISTABLE, AllPairs, Flows, Traffic


def evaluate(instance: FlowSplitting, plan: FlowPlan) -> Evaluation:
    """Return the objectives, metrics and violations of a plan.

    The first objective is the completion time (on graphs: the maximum utilisation), in
    `instance.view.unit`; then follow parts, split flows and most parts of one flow. A figure that
    the plan does not tell, or that does not exist because traffic stands on a missing link, is
    `None`.
    """
    setting = Setting(instance)
    on_graph = isinstance(plan, ExplicitPathsPlan | AggregatedArcsPlan)
    if on_graph != (instance.view.network is not None):
        fault = f"a plan of kind {plan.kind} on a topology of kind {instance.topology.kind}"
        violation = Violation(code="plan-kind", constraint="plan.kind", where=fault)
        return _unknown(setting, violation)
    shape = list(shape_faults(plan))
    if shape:
        return _unknown(setting, *shape)
    faults, outcomes = _outcomes(setting, plan)
    violations = (*faults, *(fault for outcome in outcomes for fault in outcome.violations))
    if on_graph:
        return _on_graph(setting, outcomes[0], violations)
    return _on_fabric(instance, setting, outcomes, violations)


def _outcomes(setting: Setting, plan: FlowPlan) -> tuple[list[Violation], list[Outcome]]:
    steps = setting.steps
    if isinstance(plan, ExplicitPathsPlan):
        return [], [evaluate_paths(setting, plan, _listed(steps[0].traffic))]
    if isinstance(plan, AggregatedArcsPlan):
        return [], [evaluate_arcs(setting, plan, _listed(steps[0].traffic))]
    if isinstance(plan, RulePlan):
        faults = list(rule_count_faults(setting, plan))
        rules = [*plan.rules, *[None] * len(steps)][: len(steps)]
        return faults, [_evaluate_rule(setting, step, rule) for step, rule in enumerate(rules)]
    faults, rows = rows_by_step(setting, plan)
    if isinstance(plan, AggregatedPlan):
        return faults, [evaluate_aggregated(setting, plan, *step) for step in enumerate(rows)]
    return faults, [_evaluate_listed(setting, plan, *step) for step in enumerate(rows)]


def _listed(traffic: Traffic) -> Flows:
    return traffic.list_flows() if isinstance(traffic, AllPairs) else traffic


def _evaluate_listed(setting: Setting, plan: ExplicitPlan, step: int, rows: IntArray) -> Outcome:
    traffic = setting.steps[step].traffic
    if isinstance(traffic, AllPairs) and len(traffic) > LISTABLE:
        where = f"{setting.labels.step(step)} has {len(traffic)} flows, too many to list"
        violation = Violation(code="plan-kind", constraint="plan.kind", where=where)
        return Outcome(Busiest(theta=None, link=None, load=0.0), UNKNOWN, (violation,))
    return evaluate_explicit(setting, plan, step, rows, _listed(traffic))


def _evaluate_rule(setting: Setting, step: int, rule: Rule | None) -> Outcome:
    fabric, traffic = setting.fabric, setting.steps[step].traffic
    reason = "there is no rule" if rule is None else why_not(rule, fabric, traffic)
    if rule is None or reason is not None:
        violation = Violation(
            code="rule-not-applicable",
            constraint="plan.rules",
            where=f"{setting.labels.step(step)}: {reason}",
        )
        return Outcome(Busiest(theta=None, link=None, load=0.0), UNKNOWN, (violation,))
    up, down = rule_loads(rule, fabric, traffic)
    busiest = busiest_link(fabric, shared_loads(fabric, up, down), setting.labels)
    faults = tuple(setting.absent_faults(up, down))
    return Outcome(busiest, whole_flows(len(traffic)), faults)


def _objectives(
    setting: Setting, name: str, value: float | None, parts: Parts
) -> tuple[Objective, ...]:
    return (
        Objective(name=name, value=value, unit=setting.view.unit),
        Objective(name="parts", value=parts.total, unit="1"),
        Objective(name="split_flows", value=parts.split, unit="1"),
        Objective(name="max_parts", value=parts.most, unit="1"),
    )


def _unknown(setting: Setting, *violations: Violation) -> Evaluation:
    """Return the evaluation of a plan that cannot be read against the instance."""
    name = "completion_time" if setting.view.network is None else "max_utilisation"
    objectives = _objectives(setting, name, None, UNKNOWN)
    return Evaluation(objectives=objectives, metrics={}, violations=violations)


def _part_metrics(parts: Parts) -> dict[str, Metric]:
    return {"parts": parts.total, "split_flows": parts.split, "max_parts": parts.most}


def _on_graph(setting: Setting, outcome: Outcome, violations: tuple[Violation, ...]) -> Evaluation:
    busiest, parts = outcome.busiest, outcome.parts
    metrics: dict[str, Metric] = {
        "theta": busiest.theta,
        "nic_time": None,
        **_part_metrics(parts),
        "load_ratio": None,
        "busiest_link": busiest.link,
        "fabric_load_max": busiest.load,
        "alpha_beta_time": None,
    }
    objectives = _objectives(setting, "max_utilisation", busiest.theta, parts)
    return Evaluation(objectives=objectives, metrics=metrics, violations=violations)


def _on_fabric(
    instance: FlowSplitting,
    setting: Setting,
    outcomes: Sequence[Outcome],
    violations: tuple[Violation, ...],
) -> Evaluation:
    steps = setting.steps
    thetas = [outcome.busiest.theta for outcome in outcomes]
    nics = [nic_time(setting.view, step) for step in steps]
    times = [
        None if theta is None else max(theta, nic or 0.0)
        for theta, nic in zip(thetas, nics, strict=True)
    ]
    total, theta, nic = (weighted_sum(steps, figures) for figures in (times, thetas, nics))
    parts = add([outcome.parts for outcome in outcomes])
    busiest = max((outcome.busiest for outcome in outcomes), key=lambda found: found.theta or 0.0)
    startup = math.fsum(step.repeat * startup_time(instance, step) for step in steps)
    alpha_beta = None if instance.is_normalised or total is None else startup + total
    metrics: dict[str, Metric] = {
        "theta": theta,
        "nic_time": nic,
        **_part_metrics(parts),
        "load_ratio": theta / nic if theta is not None and nic else None,
        "busiest_link": busiest.link,
        "fabric_load_max": max(outcome.busiest.load for outcome in outcomes),
        "alpha_beta_time": alpha_beta,
        "step_labels": [f"{step.label} x {step.repeat}" for step in steps],
    }
    if None not in times:
        metrics["step_times"] = [time for time in times if time is not None]
    objectives = _objectives(setting, "completion_time", total, parts)
    return Evaluation(objectives=objectives, metrics=metrics, violations=violations)
