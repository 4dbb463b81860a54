"""Equal cuts on any fabric, as fast as can be found and then with few parts, with bounds.

Four simple plans come first: whole flows longest first, the published rule host by host, every
flow over all its paths, and `equal_parts` where it applies. Then for each step: the bound of the
flow LP, insertion at targets between bound and plan, whole flows by local search, and for small
steps enumeration and CP-SAT. Parts are saved within the time that was reached.
"""

from collections.abc import Iterator

import numpy as np

from planner.models.base.errors import CapabilityError
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.plan import ExplicitPlan
from planner.models.flow_splitting.traffic import Step
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting import equal_parts
from planner.solvers.flow_splitting.baselines import ethereal, lpt
from planner.solvers.flow_splitting.disjoint import pair_rates
from planner.solvers.flow_splitting.equal.exact_cuts import COLUMNS
from planner.solvers.flow_splitting.equal.state import State
from planner.solvers.flow_splitting.explicit import StepParts, join, listed, no_parts, on_slots
from planner.solvers.flow_splitting.pairing import group_by_pair
from planner.solvers.flow_splitting.reach import unreachable_answer
from planner.solvers.flow_splitting.stepwise import cannot_list, plan_by_step

MOST_PARTS = 5_000_000
"""Parts up to which every flow is spread over all its paths."""


def refuses(instance: FlowSplitting) -> str | None:
    """Return why flows cannot be cut equally here, or `None`."""
    if instance.view.splitting == "whole":
        return "it cuts flows, and splitting is `whole`"
    return cannot_list(instance)


def is_small(instance: FlowSplitting) -> bool:
    """Return whether every step is surely small enough for the search with proof."""
    fabric = instance.view.fabric
    if fabric is None:
        return False
    paths = fabric.spines * fabric.lanes**2
    most = max(len(step.traffic) for step in instance.view.steps)
    return most * paths * (paths + 1) <= COLUMNS


def solve(instance: FlowSplitting, run: Run) -> Answer:
    """Return the best plan found, in the order of the objectives, and what proves it."""
    view, fabric = instance.view, instance.view.fabric
    if (unreachable := unreachable_answer(instance)) is not None:
        return unreachable
    if (reason := refuses(instance)) is not None or fabric is None:
        raise CapabilityError(reason)
    plans = _simple_plans(instance, fabric)
    state = State(view, fabric, next(plans))
    state.report("longest first", run)
    for plan in plans:
        state.consider(plan)
    state.report("simple plans", run)
    for act in (state.insert, state.bound, state.search, state.save):
        for number in state.unfinished():
            if run.stopping() is None:
                act(number, run)
    return state.answer(run, is_final=True)


def _simple_plans(instance: FlowSplitting, fabric: Fabric) -> Iterator[ExplicitPlan]:
    # These take no time to speak of, and what they report is not the best plan known.
    quiet = Run()
    flows = sum(len(step.traffic) for step in instance.view.steps)
    yield _plan(lpt.solve(instance, quiet))
    if equal_parts.refuses(instance) is None:
        yield _plan(equal_parts.solve(instance, quiet))
    if flows * fabric.spines * fabric.lanes <= MOST_PARTS:
        if ethereal.refuses(instance) is None:
            yield _plan(ethereal.solve(instance, quiet))
        yield _plan(plan_by_step(instance, quiet, _spread, None))


def _plan(answer: Answer) -> ExplicitPlan:
    if not isinstance(answer.plan, ExplicitPlan):
        raise TypeError("a method that lists its parts gives an explicit plan")
    return answer.plan


def _spread(view: View, fabric: Fabric, step: Step) -> StepParts:
    """Cut every flow equally over all slots whose two links are up."""
    flows = listed(step)
    if not len(flows.crosses):
        return no_parts()
    pairs, flow = group_by_pair(flows, fabric.leaves)
    alive = pair_rates(fabric, pairs) > 0
    of_pair = np.repeat(np.arange(len(pairs)), pairs.count)
    item, slot = np.nonzero(alive[of_pair])
    share = flows.size[flow] / alive.sum(axis=1)[of_pair]
    return join([on_slots(fabric, flow[item], slot, share[item])])
