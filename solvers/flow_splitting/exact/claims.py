"""What is known of the least time of every step: by proof, and by the word of a solver."""

import math
from typing import Any

from planner.models.base.artefacts import Plan
from planner.models.base.rounding import COMBINATORIAL, lower
from planner.models.flow_splitting.bounds import best_simple_proof
from planner.models.flow_splitting.certificate import EnumerationProof, StepProof
from planner.models.flow_splitting.enumeration import step_bound
from planner.models.flow_splitting.timing import nic_time
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.answer import certificate_for
from planner.solvers.flow_splitting.linear.flow_lp import FlowLP


class Claims:
    """The strongest proof of every step, and what the step needs at least."""

    def __init__(self, view: View, solver: str) -> None:
        self._view, self._solver = view, solver
        self.proofs: list[StepProof] = [best_simple_proof(view, step) for step in view.steps]
        self.least = [
            max(proof.value, nic_time(view, step) or 0.0)
            for step, proof in zip(view.steps, self.proofs, strict=True)
        ]
        """Time of each step below which no plan is known to exist, or nothing is gained."""

    def is_met(self, number: int, time: float) -> bool:
        """Return whether a plan of a step is as fast as is known to be possible."""
        return time <= self.least[number] * (1 + COMBINATORIAL)

    def raise_by_lp(self, number: int, run: Run) -> None:
        """Raise the bound of a step to that of the flow LP."""
        self._prove(number, FlowLP(self._view, self._view.steps[number]).aim(run).proof)

    def raise_by_enumeration(self, number: int) -> None:
        """Raise the bound of a small step to its optimum."""
        bound = step_bound(self._view, self._view.steps[number])
        if bound is not None:
            self._prove(number, EnumerationProof(value=bound))

    def take_word(self, number: int, bound: float) -> None:
        """Believe the solver that a step needs at least `bound`."""
        self.least[number] = max(self.least[number], bound)

    def _prove(self, number: int, proof: StepProof) -> None:
        if proof.value > self.proofs[number].value:
            self.proofs[number] = proof
            self.least[number] = max(self.least[number], proof.value)

    def total(self) -> float:
        """Return the least objective of all steps together, rounded down."""
        terms = zip(self._view.steps, self.least, strict=True)
        return lower(math.fsum(step.repeat * value for step, value in terms), 2)

    def answer(self, plan: Plan, objective: float, *, is_final: bool, **more: Any) -> Answer:
        """Return a plan with its proof, and with the solver's word where that goes further.

        Only a final answer has a bound on the parts; `more` are further fields of the answer.
        """
        certificate = certificate_for(self._view, self.proofs, at=objective if is_final else None)
        claim = min(self.total(), objective)
        has_word = claim > certificate.value * (1 + COMBINATORIAL)
        return Answer(
            plan=plan,
            objective=objective,
            certificate=certificate,
            solver_bound=claim if has_word else None,
            solver=self._solver if has_word else None,
            **more,
        )
