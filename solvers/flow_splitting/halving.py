"""Whole flows of one size on any leaf-spine fabric, also where single links are down.

Flows are counted per pair of leaves, and the counts are dealt to ever smaller sets of spines, see
`linear.halves`; so the effort grows with the pairs of leaves, not with the flows. The first time
that is tried is the proven bound. Nothing promises that it is kept where links are missing, but
on fabrics with a few failed links it all but always is; then the plan is proved optimal.
"""

import dataclasses
from typing import Any

from planner.models.base.errors import CapabilityError
from planner.models.flow_splitting.bounds import best_simple_proof
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.timing import crosses_fabric
from planner.models.flow_splitting.traffic import Step
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.answer import answer_for, completion_time, simple_proofs
from planner.solvers.flow_splitting.linear.placing import FITS
from planner.solvers.flow_splitting.linear.serving import LISTED, Served, Server, plan_of
from planner.solvers.flow_splitting.pairing import equal_size
from planner.solvers.flow_splitting.reach import is_infeasible, unreachable_answer

LARGEST = 4_000_000
"""Pairs of leaves that send at most."""
MANY = 20_000
"""Flows from which on the plan is as good as any that a search finds."""
TRIES = 4
"""Times that are tried after the bound; each is later by as long as one flow takes, or less."""
LATER = 1e-9
"""First relative step upwards where the bound is too early for some leaf, as by rounding."""


def refuses(instance: FlowSplitting) -> str | None:
    """Return why flows cannot be counted per pair of leaves, or `None`."""
    view = instance.view
    if view.fabric is None:
        return "it deals flows to the spines of a leaf-spine fabric, and this topology is a graph"
    if is_infeasible(instance):
        return None
    for step in view.steps:
        if crosses_fabric(step.traffic) and equal_size(step.traffic) is None:
            return f"the flows differ in size (step `{step.label}`); `local_search` takes any"
    if view.fabric.lanes > 1 and not _is_listed(view):
        return "there are too many flows to list them on parallel links"
    pairs = len(view.steps) * view.fabric.leaves**2
    return f"there are {pairs} pairs of leaves" if pairs > LARGEST else None


def suits(instance: FlowSplitting) -> bool:
    """Return whether there are so many flows that counting them is worth more than searching."""
    flows = sum(len(step.traffic) for step in instance.view.steps)
    return flows >= MANY and refuses(instance) is None


def _is_listed(view: View) -> bool:
    return sum(len(step.traffic) for step in view.steps) <= LISTED


def solve(instance: FlowSplitting, run: Run) -> Answer:
    """Return a plan of whole flows, and what is proved of it."""
    if (unreachable := unreachable_answer(instance)) is not None:
        return unreachable
    view = instance.view
    if (reason := refuses(instance)) is not None or view.fabric is None:
        raise CapabilityError(reason)
    steps = [_Step(view, step, run) for step in view.steps]
    run.report("dealing in haste", answer=_answer(instance, steps))
    for step in steps:
        step.improve(run)
    return _answer(instance, steps, stopped_by=run.stopping())


def _answer(instance: FlowSplitting, steps: "list[_Step]", **more: Any) -> Answer:
    """Return the answer of steps as they are served by now."""
    view = instance.view
    if view.fabric is None:
        raise ValueError("leaves and spines need a fabric")
    objective = completion_time(view, [step.served.theta for step in steps])
    plan = plan_of(view.fabric, [step.served for step in steps])
    return answer_for(instance, plan, simple_proofs(view), objective=objective, **more)


class _Step:
    """A step, how it is served, and the first time by which all leaves can be done."""

    def __init__(self, view: View, step: Step, run: Run) -> None:
        self._server = Server(view, step, is_listed=_is_listed(view))
        self._time = best_simple_proof(dataclasses.replace(view, splitting="whole"), step).value
        later = LATER
        while (first := self._server.whole_by_halves(self._time, run, hasty=True)) is None:
            self._time, later = self._time * (1 + later), 2 * later
        self.served: Served = first

    def improve(self, run: Run) -> None:
        """Try a few times, the earliest first."""
        time = self._time
        for _ in range(1 + TRIES):
            if self.served.theta <= time * (1 + FITS) or run.stopping() is not None:
                break
            found = self._server.whole_by_halves(time, run)
            if found is not None and found.theta < self.served.theta:
                self.served = found
            time += self._server.least_time()
