"""Equal cuts on any fabric: the best of a few simple plans, with the bound of any transport.

Where `equal_parts` is exact it is the method to use. Elsewhere (links of different speed, flows of
different size) three plans are made: whole flows by local search, the published rule host by host,
and every flow in equal parts over all paths that it has.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from planner.models.base.errors import CapabilityError
from planner.models.base.rounding import COMBINATORIAL
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.traffic import Step
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting import local_search
from planner.solvers.flow_splitting.baselines import ethereal
from planner.solvers.flow_splitting.disjoint import pair_rates
from planner.solvers.flow_splitting.explicit import StepParts, join, listed, no_parts, on_slots
from planner.solvers.flow_splitting.pairing import group_by_pair
from planner.solvers.flow_splitting.stepwise import cannot_list, plan_by_step

MOST_PARTS = 5_000_000
"""Parts up to which flows are cut at all: as if each were spread over all its paths."""


def refuses(instance: FlowSplitting) -> str | None:
    """Return why flows cannot be cut equally here, or `None`."""
    if instance.view.splitting == "whole":
        return "it cuts flows, and splitting is `whole`"
    return cannot_list(instance)


def solve(instance: FlowSplitting, run: Run) -> Answer:
    """Return the fastest of the plans; among equally fast ones the one with the fewest parts."""
    if (reason := refuses(instance)) is not None:
        raise CapabilityError(reason)
    best: Answer | None = None
    for answer in _candidates(instance, run):
        if answer.infeasible:
            return answer
        if best is None or _is_better(answer, best):
            best = answer
            run.report("comparing equal cuts", answer=answer)
        if run.stopping() is not None:
            return replace(best, stopped_by=run.stopping(), deterministic=False)
    assert best is not None
    return best


def _candidates(instance: FlowSplitting, run: Run) -> Iterator[Answer]:
    fabric = instance.view.fabric
    flows = sum(len(step.traffic) for step in instance.view.steps)
    if fabric is not None and flows * fabric.spines * fabric.lanes <= MOST_PARTS:
        if ethereal.refuses(instance) is None:
            yield ethereal.solve(instance, run)
        yield plan_by_step(instance, run, _spread, None)
    yield local_search.solve(instance, run)


def _is_better(answer: Answer, best: Answer) -> bool:
    if answer.objective is None or best.objective is None:
        return best.objective is None
    if abs(answer.objective - best.objective) > COMBINATORIAL * best.objective:
        return answer.objective < best.objective
    return _entries(answer) < _entries(best)


def _entries(answer: Answer) -> int:
    return len(getattr(answer.plan, "flow", ()))


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
