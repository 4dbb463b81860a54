"""Closed forms: rules that place every flow of a step and provably reach the bound.

A rule is checked, not derived: its loads are counted in closed form and compared with the degree
or counting bound. An all-to-all of tens of thousands of hosts takes time in the number of leaves.
"""

import numpy as np

from planner.models.base.errors import CapabilityError
from planner.models.base.rounding import agrees
from planner.models.flow_splitting.certificate import StepProof
from planner.models.flow_splitting.evaluation.rules import rule_loads, why_not
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.plan import Rule, RulePlan
from planner.models.flow_splitting.timing import nic_time
from planner.models.flow_splitting.traffic import Step
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.answer import answer_for, completion_time, simple_proofs
from planner.solvers.flow_splitting.once import once
from planner.solvers.flow_splitting.reach import is_infeasible, unreachable_answer

NAMES = ("local", "rotation", "source_index")
"""The rules, in the order in which they are tried."""


def refuses(instance: FlowSplitting) -> str | None:
    """Return why no rule is known to be optimal here, or `None`."""
    if instance.view.fabric is None:
        return "rules are for leaf-spine fabrics, and this topology is a graph"
    if is_infeasible(instance):
        return None
    found = _best_rules(instance.view)
    return found if isinstance(found, str) else None


def closed_form(instance: FlowSplitting, run: Run) -> Answer:
    """Return the rule of each step; raises `CapabilityError` where none is optimal."""
    view = instance.view
    if (unreachable := unreachable_answer(instance)) is not None:
        return unreachable
    if view.fabric is None:
        raise CapabilityError(refuses(instance))
    found = _best_rules(view)
    if isinstance(found, str):
        raise CapabilityError(found)
    plan = RulePlan(rules=tuple(rule for rule, _, _ in found))
    objective = completion_time(view, [theta for _, theta, _ in found])
    return answer_for(instance, plan, [proof for _, _, proof in found], objective=objective)


_Found = tuple[Rule, float, StepProof]
"""A rule that reaches the bound, its theta and the proof."""


@once
def _best_rules(view: View) -> tuple[_Found, ...] | str:
    """Return the rule of every step of a fabric; or why some step has none."""
    assert view.fabric is not None
    rules = []
    for step, proof in zip(view.steps, simple_proofs(view), strict=True):
        found = _best_rule(view, view.fabric, step, proof)
        if isinstance(found, str):
            return found
        rules.append(found)
    return tuple(rules)


def _best_rule(view: View, fabric: Fabric, step: Step, proof: StepProof) -> _Found | str:
    """Return a rule that reaches the bound, its theta and the proof; or why there is none."""
    spines, reasons = _spines_in_front(fabric), []
    for name in NAMES:
        rule = Rule(rule=name, spines=None if name == "local" else spines)
        reason = why_not(rule, fabric, step.traffic)
        if reason is None:
            theta = _theta(rule, fabric, step)
            if theta is None:
                reason = "it would use a link that is down"
            elif agrees(max(theta, nic_time(view, step) or 0.0), proof.value):
                return rule, theta, proof
            else:
                reason = f"it would take {theta:.6g}, and the bound is {proof.value:.6g}"
        reasons.append(f"{name}: {reason}")
    return f"no rule is known to be optimal for step `{step.label}` ({'; '.join(reasons)})"


def _spines_in_front(fabric: Fabric) -> int:
    """Return how many spines to use: those behind the last one with a link are left out."""
    is_up = (fabric.up_total > 0).any(axis=0)
    return int(np.flatnonzero(is_up).max(initial=0)) + 1


def _theta(rule: Rule, fabric: Fabric, step: Step) -> float | None:
    """Return the highest load over rate, or `None` if a link is used that is down."""
    highest = 0.0
    for load, rate in zip(
        rule_loads(rule, fabric, step.traffic), (fabric.up_total, fabric.down_total), strict=True
    ):
        if load[rate == 0].any():
            return None
        times = np.divide(load, rate, out=np.zeros_like(load), where=rate > 0)
        highest = max(highest, float(times.max()))
    return highest
