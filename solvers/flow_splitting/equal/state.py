"""The best equal cuts that are known of every step, and how they become better."""

import dataclasses

import numpy as np

from planner.models.flow_splitting.bounds import parts_bound
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.plan import ExplicitPlan
from planner.models.flow_splitting.traffic import Flows
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.answer import completion_time
from planner.solvers.flow_splitting.equal.exact_cuts import ExactCuts, Finding
from planner.solvers.flow_splitting.equal.packing import pack_in_time
from planner.solvers.flow_splitting.equal.ranking import Rank, rank_of
from planner.solvers.flow_splitting.equal.saving import save_parts
from planner.solvers.flow_splitting.exact.claims import Claims
from planner.solvers.flow_splitting.explicit import (
    StepParts,
    busiest_time,
    explicit_plan,
    listed,
    parts_by_step,
)
from planner.solvers.flow_splitting.insertion import insert
from planner.solvers.flow_splitting.search.improve import improve
from planner.solvers.flow_splitting.search.placement import Placement


class State:
    """The best plan and bound of every step; steps are told by their number."""

    def __init__(self, view: View, fabric: Fabric, plan: ExplicitPlan) -> None:
        self._view, self._fabric = view, fabric
        self._flows: list[Flows] = [listed(step) for step in view.steps]
        self._claims = Claims(view, "CP-SAT")
        self._parts = parts_by_step(plan, len(view.steps))
        self._is_complete = [False] * len(view.steps)
        self._goals = [0.0] * len(view.steps)
        """Time within which parts are saved, once that has begun."""
        self._backends: dict[str, str] = {}
        self._is_deterministic = True

    def unfinished(self) -> list[int]:
        """Return the steps that could still be faster or have fewer parts."""
        return [number for number in range(len(self._parts)) if not self._is_finished(number)]

    def _is_finished(self, number: int) -> bool:
        if not len(self._parts[number]) or self._is_complete[number]:
            return True
        return not self._is_open(number) and len(self._parts[number]) <= self._least_parts(number)

    def _is_open(self, number: int) -> bool:
        return not self._claims.is_met(number, self._theta(number))

    def _theta(self, number: int) -> float:
        return busiest_time(self._fabric, self._flows[number], self._parts[number])

    def _time(self, number: int) -> float:
        """Return the time that the plan of a step takes, NICs included."""
        return max(self._theta(number), self._claims.least[number])

    def _least_parts(self, number: int) -> int:
        """Return a bound on the parts on links of a step that is no slower than now."""
        step, flows = self._view.steps[number], self._flows[number]
        alone = dataclasses.replace(self._view, steps=(dataclasses.replace(step, repeat=1),))
        return parts_bound(alone, self._time(number)) - (len(flows) - len(flows.crosses))

    def _rank(self, number: int, parts: StepParts) -> Rank:
        floor = max(self._claims.least[number], self._goals[number])
        return rank_of(self._fabric, self._flows[number], parts, floor)

    def _accept(self, number: int, parts: StepParts, run: Run | None = None) -> None:
        if len(parts) and self._rank(number, parts) < self._rank(number, self._parts[number]):
            self._parts[number] = parts
            if run is not None:
                self.report(self._view.steps[number].label, run)

    def consider(self, plan: ExplicitPlan) -> None:
        """Take over every step in which a plan is better."""
        for number, parts in enumerate(parts_by_step(plan, len(self._parts))):
            self._accept(number, parts)

    def insert(self, number: int, run: Run) -> None:
        """Raise the bound by the flow LP, and insert the flows at times not far above it."""
        if not self._is_open(number):
            return
        self._claims.raise_by_lp(number, run)
        best, floor = self._parts[number], self._claims.least[number]
        for parts in pack_in_time(self._fabric, self._flows[number], best, floor, run):
            self._accept(number, parts, run)

    def bound(self, number: int, run: Run) -> None:
        """Look among whole flows by local search, and raise the bound by enumeration."""
        flows = self._flows[number]
        if self._is_open(number) or self._least_parts(number) == len(flows.crosses):
            order = flows.crosses[np.argsort(-flows.size[flows.crosses], kind="stable")]
            placement = Placement(self._fabric, flows, insert(self._fabric, flows, order))
            target, rng = self._claims.least[number], run.rng("local search")
            improve(placement, target, run, rng, lambda _: None)
            self._accept(number, placement.parts(), run)
        if self._is_open(number) and run.stopping() is None:
            self._claims.raise_by_enumeration(number)

    def search(self, number: int, run: Run) -> None:
        """Search a small step for the fastest plan by CP-SAT."""
        exact = self._exact(number, run)
        if not self._is_open(number) or not exact.is_small:
            return

        def raise_to(bound: float) -> None:
            # Where parts may differ in size, a plan without equal parts may be faster.
            if self._view.splitting == "equal" and bound > self._claims.least[number]:
                self._claims.take_word(number, bound)
                run.report(self._view.steps[number].label, bound=self._claims.total())

        times = self._claims.least[number], self._theta(number)
        share = 0.7 / len(self.unfinished())
        found = exact.fastest(self._parts[number], times, run, share, raise_to)
        if found.bound is not None:
            raise_to(found.bound)
        self._note(found, run)

    def save(self, number: int, run: Run) -> None:
        """Save parts within the time reached: by insertion, and in a small step by CP-SAT."""
        time, best = self._time(number), self._parts[number]
        self._goals[number] = time
        for parts in save_parts(self._fabric, self._flows[number], best, time, run):
            self._accept(number, parts, run)
        exact = self._exact(number, run)
        if self._is_finished(number) or run.stopping() is not None or not exact.is_small:
            return
        share = 0.9 / len(self.unfinished())
        found = exact.fewest(self._parts[number], time, run, share)
        self._note(found, run)
        self._is_complete[number] = found.is_complete

    def _exact(self, number: int, run: Run) -> ExactCuts:
        return ExactCuts(
            self._fabric, self._flows[number], lambda parts: self._accept(number, parts, run)
        )

    def _note(self, found: Finding, run: Run) -> None:
        self._backends |= found.backends
        if found.backends:
            self._is_deterministic &= run.budget.workers == 1

    def report(self, phase: str, run: Run) -> None:
        """Tell listeners the best plan and bound so far."""
        run.report(phase, answer=self.answer(run), bound=self._claims.total())

    def answer(self, run: Run, *, is_final: bool = False) -> Answer:
        """Return the plan, its proof and the solver's word so far."""
        thetas = [self._theta(number) for number in range(len(self._parts))]
        return self._claims.answer(
            explicit_plan(self._fabric, self._parts),
            completion_time(self._view, thetas),
            is_final=is_final,
            stopped_by=run.stopping(),
            deterministic=self._is_deterministic and run.stopping() is None,
            backends=self._backends,
        )
