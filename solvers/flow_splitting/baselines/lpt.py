"""Longest first: the flows in descending order of size, each on the least loaded path.

On parallel links between one pair of leaves this is the LPT rule, at most 4/3 - 1/(3 s) times the
optimum (Graham 1969).
"""

import numpy as np

from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.traffic import Step
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.explicit import StepParts, listed, no_parts
from planner.solvers.flow_splitting.insertion import insert
from planner.solvers.flow_splitting.stepwise import cannot_list, plan_by_step


def refuses(instance: FlowSplitting) -> str | None:
    """Return why flows cannot be placed one by one, or `None`."""
    return cannot_list(instance)


def solve(instance: FlowSplitting, run: Run) -> Answer:
    """Return the plan of whole flows placed longest first."""
    return plan_by_step(instance, run, _plan_step, refuses(instance))


def _plan_step(view: View, fabric: Fabric, step: Step) -> StepParts:
    flows = listed(step)
    if not len(flows.crosses):
        return no_parts()
    order = flows.crosses[np.argsort(-flows.size[flows.crosses], kind="stable")]
    return insert(fabric, flows, order)
