"""Whether the columns of a plan fit together and the steps of the instance."""

import itertools
from collections.abc import Iterator

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.base.evaluation import Violation
from planner.models.flow_splitting.evaluation.outcome import Setting
from planner.models.flow_splitting.plan import (
    AggregatedPlan,
    ExplicitPathsPlan,
    ExplicitPlan,
    FlowPlan,
    RulePlan,
)

COLUMNS = {
    "explicit": ("step", "flow", "spine", "size"),
    "aggregated": ("step", "source", "target", "spine", "size"),
    "explicit_paths": ("flow", "size"),
    "aggregated_arcs": ("source", "arc", "size"),
}
MOST = 1e40
"""Sizes above this are refused, so that no sum of parts overflows."""


def shape_faults(plan: FlowPlan) -> Iterator[Violation]:
    """Yield a violation for each column that does not fit the others, and for absurd sizes."""
    if isinstance(plan, RulePlan):
        return
    first = len(getattr(plan, COLUMNS[plan.kind][0]))
    wanted = dict.fromkeys(COLUMNS[plan.kind], first)
    if isinstance(plan, ExplicitPlan):
        wanted |= {lane: first for lane in ("up_lane", "down_lane") if len(getattr(plan, lane))}
    if isinstance(plan, ExplicitPathsPlan):
        wanted["path_start"] = first + 1
    for column, length in wanted.items():
        found = len(getattr(plan, column))
        if found != length:
            where = f"`{column}` has {found} entries instead of {length}"
            yield Violation(code="plan-shape", constraint=f"plan.{column}", where=where)
    if len(plan.size) and float(np.abs(plan.size).max()) > MOST:
        where = f"`size` holds {np.abs(plan.size).max():g}, more than any workload can send"
        yield Violation(code="plan-shape", constraint="plan.size", where=where)
    if isinstance(plan, ExplicitPathsPlan) and len(plan.path_start) == first + 1:
        ends = plan.path_start[0], plan.path_start[-1]
        if ends != (0, len(plan.arcs)) or (plan.path_start[1:] < plan.path_start[:-1]).any():
            where = "`path_start` does not run from 0 to the number of arcs"
            yield Violation(code="plan-shape", constraint="plan.path_start", where=where)


def rule_count_faults(setting: Setting, plan: RulePlan) -> Iterator[Violation]:
    """Yield a violation where a plan has more rules than there are steps."""
    surplus = len(plan.rules) - len(setting.steps)
    if surplus > 0:
        where = f"there are {len(plan.rules)} rules for {len(setting.steps)} steps"
        yield Violation(
            code="unknown-step", constraint="plan.rules", where=where, amount=float(surplus)
        )


def rows_by_step(
    setting: Setting, plan: ExplicitPlan | AggregatedPlan
) -> tuple[list[Violation], list[IntArray]]:
    """Return the entries of each step, in order, and what is wrong with the columns."""
    faults: list[Violation] = []
    unknown = np.flatnonzero((plan.step < 0) | (plan.step >= len(setting.steps)))
    if len(unknown):
        where = f"entry {unknown[0]} of the plan: step {plan.step[unknown[0]]}"
        count = float(len(unknown))
        faults.append(
            Violation(code="unknown-step", constraint="plan.step", where=where, amount=count)
        )
    if isinstance(plan, ExplicitPlan) and setting.fabric.lanes > 1:
        for column in ("up_lane", "down_lane"):
            if not len(getattr(plan, column)) and len(plan.step):
                where = f"{setting.fabric.lanes} parallel links, and no `{column}`"
                faults.append(
                    Violation(code="lane-unknown", constraint=f"plan.{column}", where=where)
                )
    if len(setting.steps) == 1:
        return faults, [np.flatnonzero(plan.step == 0)]
    order = np.argsort(plan.step, kind="stable")
    bounds = np.searchsorted(plan.step[order], np.arange(len(setting.steps) + 1))
    return faults, [order[a:b] for a, b in itertools.pairwise(bounds)]
