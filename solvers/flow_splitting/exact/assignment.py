"""What exact methods for whole flows have in common: incumbents, proofs and the answer."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from planner.models.base.errors import CapabilityError
from planner.models.base.rounding import COMBINATORIAL, lower
from planner.models.flow_splitting.bounds import best_simple_proof
from planner.models.flow_splitting.certificate import EnumerationProof, StepProof
from planner.models.flow_splitting.enumeration import step_bound
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.timing import nic_time
from planner.models.flow_splitting.traffic import Flows
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer, Run, StopReason
from planner.solvers.flow_splitting.answer import certificate_for, completion_time
from planner.solvers.flow_splitting.exact.lots import Lots, choices, group
from planner.solvers.flow_splitting.explicit import (
    StepParts,
    busiest_time,
    explicit_plan,
    listed,
    no_parts,
)
from planner.solvers.flow_splitting.insertion import insert
from planner.solvers.flow_splitting.linear.flow_lp import FlowLP
from planner.solvers.flow_splitting.reach import unreachable_answer
from planner.solvers.flow_splitting.search.improve import improve
from planner.solvers.flow_splitting.search.placement import Placement
from planner.solvers.flow_splitting.stepwise import cannot_list


@dataclass(frozen=True, eq=False)
class Question:
    """One step for an exact search."""

    lots: Lots
    fabric: Fabric
    floor: float
    """A time below which nothing is gained: proven, or T_nic."""
    start: StepParts
    """A first plan."""
    seconds: float | None
    """How long the search may take."""


@dataclass(frozen=True, eq=False)
class Finding:
    """What an exact search found."""

    parts: StepParts | None = None
    bound: float | None = None
    """No placement of whole flows is faster, says the solver."""
    stopped_by: StopReason | None = None
    backends: Mapping[str, str] = field(default_factory=dict)
    is_deterministic: bool = True


Search = Callable[[Question, Run, Callable[[StepParts], None]], Finding]
"""An exact search; it calls back with each better plan."""


def refuses(instance: FlowSplitting, most: int) -> str | None:
    """Say why an instance is not for exact search with at most `most` choices per step."""
    reason = cannot_list(instance)
    if reason is not None:
        return reason
    view = instance.view
    if view.splitting != "whole":
        return "it places whole flows; set `workload.splitting` to `whole`, or use `splittable_lp`"
    for step in view.steps:
        flows = listed(step)
        if view.fabric is None or not len(flows.crosses):
            continue
        count = len(choices(group(flows), view.fabric).lot)
        if count > most:
            return (
                f"step `{step.label}` has {count} choices of flow and spine, more than {most}; "
                "use `local_search`"
            )
    return None


def solve_whole(
    instance: FlowSplitting, run: Run, search: Search, solver: str, refusal: str | None
) -> Answer:
    """Return the answer of an exact search for whole flows, step by step.

    `solver` is the name under which the search's word is given. Raises `CapabilityError` with a
    `refusal`.
    """
    if refusal is not None or instance.view.fabric is None:
        raise CapabilityError(refusal)
    unreachable = unreachable_answer(instance)
    if unreachable is not None:
        return unreachable
    state = _State(instance.view, instance.view.fabric, solver)
    run.report("longest first", answer=state.answer(run))
    for number in state.open_steps():
        for act in (state.search_locally, state.bound_by_lp, state.enumerate):
            act(number, run)
        state.search(number, run, search)
    return state.answer(run, is_final=True)


class _State:
    """The best that is known of every step."""

    def __init__(self, view: View, fabric: Fabric, solver: str) -> None:
        self.view, self.fabric, self.solver = view, fabric, solver
        self.flows: list[Flows] = [listed(step) for step in view.steps]
        self.proofs: list[StepProof] = [best_simple_proof(view, step) for step in view.steps]
        self.claims = [
            max(proof.value, nic_time(view, step) or 0.0)
            for step, proof in zip(view.steps, self.proofs, strict=True)
        ]
        """What each step needs at least, by its proof or by the word of the solver."""
        self.parts = [self._longest_first(flows) for flows in self.flows]
        self.thetas = [
            busiest_time(fabric, flows, parts)
            for flows, parts in zip(self.flows, self.parts, strict=True)
        ]
        self.stopped_by: StopReason | None = None
        self.backends: dict[str, str] = {}
        self.is_deterministic = True

    def _longest_first(self, flows: Flows) -> StepParts:
        if not len(flows.crosses):
            return no_parts()
        order = flows.crosses[np.argsort(-flows.size[flows.crosses], kind="stable")]
        return insert(self.fabric, flows, order)

    def open_steps(self) -> list[int]:
        """Return the steps whose plan does not meet its bound."""
        return [number for number in range(len(self.flows)) if self._is_open(number)]

    def _is_open(self, number: int) -> bool:
        return self.thetas[number] > self.claims[number] * (1 + COMBINATORIAL)

    def _accept(self, number: int, parts: StepParts, run: Run) -> None:
        theta = busiest_time(self.fabric, self.flows[number], parts)
        if theta < self.thetas[number]:
            self.parts[number], self.thetas[number] = parts, theta
            run.report(self.view.steps[number].label, answer=self.answer(run))

    def search_locally(self, number: int, run: Run) -> None:
        """Improve the plan of a step by local search."""
        placement = Placement(self.fabric, self.flows[number], self.parts[number])
        rng = run.rng("local search")
        improve(placement, self.claims[number], run, rng, lambda _: None)
        self._accept(number, placement.parts(), run)

    def bound_by_lp(self, number: int, run: Run) -> None:
        """Raise the bound of a step to that of the flow LP."""
        if not self._is_open(number) or run.stopping() is not None:
            return
        goal = FlowLP(self.view, self.view.steps[number]).aim(run)
        self._prove(number, goal.proof)

    def enumerate(self, number: int, run: Run) -> None:
        """Raise the bound of a small step to its optimum."""
        if not self._is_open(number) or run.stopping() is not None:
            return
        bound = step_bound(self.view, self.view.steps[number])
        if bound is not None:
            self._prove(number, EnumerationProof(value=bound))

    def _prove(self, number: int, proof: StepProof) -> None:
        if proof.value > self.proofs[number].value:
            self.proofs[number] = proof
            self.claims[number] = max(self.claims[number], proof.value)

    def search(self, number: int, run: Run, search: Search) -> None:
        """Search a step exactly; the steps that are open share the time that is left."""
        if not self._is_open(number) or run.stopping() is not None:
            return
        remaining = run.remaining()
        waiting = [step for step in self.open_steps() if step >= number]
        question = Question(
            lots=group(self.flows[number]),
            fabric=self.fabric,
            floor=self.claims[number],
            start=self.parts[number],
            seconds=None if remaining is None else remaining / len(waiting),
        )
        found = search(question, run, lambda parts: self._accept(number, parts, run))
        if found.parts is not None:
            self._accept(number, found.parts, run)
        if found.bound is not None:
            self.claims[number] = max(self.claims[number], found.bound)
        self.stopped_by = self.stopped_by or found.stopped_by
        self.backends |= found.backends
        self.is_deterministic &= found.is_deterministic

    def answer(self, run: Run, *, is_final: bool = False) -> Answer:
        """Return the plan, its proof and the solver's word so far."""
        objective = completion_time(self.view, self.thetas)
        certificate = certificate_for(self.view, self.proofs, at=objective if is_final else None)
        claim = math.fsum(
            step.repeat * value for step, value in zip(self.view.steps, self.claims, strict=True)
        )
        claim = lower(min(claim, objective), 2)
        has_word = claim > certificate.value * (1 + COMBINATORIAL)
        return Answer(
            plan=explicit_plan(self.fabric, self.parts),
            objective=objective,
            certificate=certificate,
            solver_bound=claim if has_word else None,
            solver=self.solver if has_word else None,
            stopped_by=(self.stopped_by or run.stopping()) if self.open_steps() else None,
            deterministic=self.is_deterministic,
            backends=self.backends,
        )
