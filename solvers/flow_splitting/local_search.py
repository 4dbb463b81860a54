"""Whole flows of any sizes by local search: good plans fast, a bound beside them, no proof.

The best of three placements (dealt round robin; longest first; an edge colouring of flows ranked
by size) is improved by moving single flows, exchanging two, pushing a third out of the way, and by
chains of flows that change places between two spines, until the busiest link meets the bound or
nothing helps any more.
"""

import functools

import numpy as np

from planner.models.base.errors import CapabilityError
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.traffic import Flows
from planner.solvers.contract import Answer, Run, StopReason
from planner.solvers.flow_splitting.answer import (
    certificate_for,
    completion_time,
    simple_proofs,
)
from planner.solvers.flow_splitting.dealing import deal
from planner.solvers.flow_splitting.explicit import (
    StepParts,
    busiest_time,
    explicit_plan,
    listed,
)
from planner.solvers.flow_splitting.insertion import insert
from planner.solvers.flow_splitting.reach import unreachable_answer
from planner.solvers.flow_splitting.search.improve import improve
from planner.solvers.flow_splitting.search.placement import Placement
from planner.solvers.flow_splitting.search.ranked import ranked_colouring
from planner.solvers.flow_splitting.stepwise import cannot_list

REPORT_EVERY = 0.5
"""Seconds between two incumbents that are reported, at least."""
REPORTING = 0.1
"""Share of the time that reports may take; millions of flows need a while to be handed over."""
GOOD = 1.005
"""A first placement that exceeds the bound by less is improved without looking for another."""


def refuses(instance: FlowSplitting) -> str | None:
    """Return why flows cannot be placed one by one, or `None`."""
    return cannot_list(instance)


def solve(instance: FlowSplitting, run: Run) -> Answer:
    """Return a plan of whole flows; better ones are reported on the way."""
    if (unreachable := unreachable_answer(instance)) is not None:
        return unreachable
    if (reason := refuses(instance)) is not None or instance.view.fabric is None:
        raise CapabilityError(reason)
    return _Search(instance, instance.view.fabric, run).finish()


class _Search:
    """The plan so far, step by step."""

    def __init__(self, instance: FlowSplitting, fabric: Fabric, run: Run) -> None:
        self._instance, self._fabric, self._run = instance, fabric, run
        self._proofs = simple_proofs(instance.view)
        self._flows = [listed(step) for step in instance.view.steps]
        self._parts = [deal(fabric, flows) for flows in self._flows]
        self._next_report = 0.0

    def finish(self) -> Answer:
        """Improve every step and return the plan."""
        self._report()
        for step, (flows, proof) in enumerate(zip(self._flows, self._proofs, strict=True)):
            if self._run.stopping() is None:
                self._parts[step] = _first_placement(
                    self._fabric, flows, self._parts[step], proof.value
                )
        self._report()
        stopped_by = self._run.stopping()
        rng = self._run.rng("local_search")
        for step, proof in enumerate(self._proofs):
            if not len(self._parts[step]) or stopped_by is not None:
                continue
            placement = Placement(self._fabric, self._flows[step], self._parts[step])
            # A link that needs no longer than the bound, NICs included, is as good as idle.
            target = proof.value * (1 + self._run.budget.gap)
            on_better = functools.partial(self._keep, step)
            stopped_by = improve(placement, target, self._run, rng, on_better)
            self._parts[step] = placement.parts()
        return self._answer(stopped_by)

    def _keep(self, step: int, placement: Placement) -> None:
        """Take over a better placement of a step, and report it if the last report is old."""
        if self._run.elapsed() >= self._next_report:
            self._parts[step] = placement.parts()
            self._report()

    def _report(self) -> None:
        start = self._run.elapsed()
        self._run.report("local search", answer=self._answer(None, is_final=False))
        end = self._run.elapsed()
        self._next_report = end + max(REPORT_EVERY, (end - start) / REPORTING)

    def _answer(self, stopped_by: StopReason | None, *, is_final: bool = True) -> Answer:
        """Return the plan and the bound; that on the parts, which takes a while, in the end."""
        view = self._instance.view
        thetas = map(functools.partial(busiest_time, self._fabric), self._flows, self._parts)
        objective = completion_time(view, list(thetas))
        return Answer(
            plan=explicit_plan(self._fabric, self._parts),
            objective=objective,
            certificate=certificate_for(view, self._proofs, at=objective if is_final else None),
            stopped_by=stopped_by,
            deterministic=stopped_by is None,
        )


def _first_placement(fabric: Fabric, flows: Flows, dealt: StepParts, bound: float) -> StepParts:
    """Return the best of three placements; just the first that is good enough already."""
    if not len(dealt) or busiest_time(fabric, flows, dealt) <= bound * GOOD:
        return dealt
    ranked = ranked_colouring(fabric, flows)
    if ranked is not None and busiest_time(fabric, flows, ranked) <= bound * GOOD:
        return ranked
    longest_first = flows.crosses[np.argsort(-flows.size[flows.crosses], kind="stable")]
    tries = [insert(fabric, flows, longest_first), *([] if ranked is None else [ranked]), dealt]
    return min(tries, key=functools.partial(busiest_time, fabric, flows))
