"""Greedy online: each flow takes the least loaded path when it arrives, and stays there.

What a traffic engineer that allocates paths at connection set-up does (C4P is described that way,
Dong et al., arXiv 2406.04594; its exact rule is not public). No such rule beats twice the optimum
in the worst case (Ferreira et al., arXiv 2505.03908).
"""

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
    """Return the plan that results when flows arrive in the order of the workload."""
    return plan_by_step(instance, run, _plan_step, refuses(instance))


def _plan_step(view: View, fabric: Fabric, step: Step) -> StepParts:
    flows = listed(step)
    return insert(fabric, flows, flows.crosses) if len(flows.crosses) else no_parts()
