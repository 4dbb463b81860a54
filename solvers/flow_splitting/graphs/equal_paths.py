"""Equal cuts on a graph: paths of the flow LP, insertion, local search, and a programme if small.

Small graphs are cut over all their paths, so that the programme finds the best plan there is.
"""

import math
from dataclasses import replace

import numpy as np

from planner.models.base.errors import CapabilityError
from planner.models.base.rounding import COMBINATORIAL
from planner.models.flow_splitting.bounds import best_simple_proof
from planner.models.flow_splitting.certificate import EnumerationProof, StepProof
from planner.models.flow_splitting.enumeration import step_bound
from planner.models.flow_splitting.fabric import ArcNetwork
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer, Run, StopReason
from planner.solvers.flow_splitting.answer import certificate_for
from planner.solvers.flow_splitting.explicit import listed
from planner.solvers.flow_splitting.graphs import cut_search, first_paths
from planner.solvers.flow_splitting.graphs.cut_program import COLUMNS, CutProgramme
from planner.solvers.flow_splitting.graphs.cut_routing import CutRouting
from planner.solvers.flow_splitting.graphs.exact_paths import FLOWS
from planner.solvers.flow_splitting.graphs.flow_search import FlowSearch
from planner.solvers.flow_splitting.graphs.multi_commodity import LARGEST
from planner.solvers.flow_splitting.graphs.path_set import PathSet
from planner.solvers.flow_splitting.graphs.paths_plan import utilisation
from planner.solvers.flow_splitting.graphs.recreating import TRIES
from planner.solvers.flow_splitting.graphs.rerouting import Routing
from planner.solvers.flow_splitting.reach import unreachable_answer

SHARE = 0.4
"""Share of the time that is left for the flow LP."""
MOST_OF_IT = 0.9
"""Share of the time that is left then for ruin and recreate; parts are saved in the rest."""
QUICK = 200_000
"""Flows times arcs up to which placing all flows longest first takes some tenths of a second."""


def refuses(instance: FlowSplitting) -> str | None:
    """Say why an instance is not for this method, or return `None`."""
    network = instance.view.network
    if network is None:
        return "it plans general graphs; use `equal_search` for leaf-spine fabrics"
    if instance.view.splitting != "equal":
        return "it cuts flows equally; use `multi_commodity` or `exact_paths`"
    flows = listed(instance.view.steps[0])
    if len(flows) > FLOWS:
        return f"it cuts flow by flow, and {len(flows)} flows are more than {FLOWS}"
    entries = len(np.unique(flows.source)) * max(network.nodes, len(network.rate))
    if entries > LARGEST:
        return f"it would hold tables of {entries} entries, more than {LARGEST}"
    return None


def opening(instance: FlowSplitting, run: Run) -> Answer | None:
    """Report whole flows on their fastest paths, and longest first where that takes no time.

    The first plan is returned if it meets its bound.
    """
    best, network = first_paths.opening(instance, run), instance.view.network
    if best is not None:
        return best
    if run.has_plan and network is not None:
        routing = Routing(network, listed(instance.view.steps[0]))
        if len(routing.crossing) * len(network.rate) <= QUICK:
            routing.place_longest_first(run)
            plan, value = routing.plan(), routing.utilisation()
            answer = replace(run.incumbent or Answer(), plan=plan, objective=value)
            run.report("longest first", answer=answer)
    return None


def solve(instance: FlowSplitting, run: Run) -> Answer:
    """Return the best plan of equal cuts found, and what proves how good it is."""
    network, refusal = instance.view.network, refuses(instance)
    if refusal is not None or network is None:
        raise CapabilityError(refusal)
    if (unreachable := unreachable_answer(instance)) is not None:
        return unreachable
    if (best := opening(instance, run)) is not None:
        return best
    search = _Search(instance.view, network, run)
    for act in (search.improve, search.enumerate, search.solve, search.recreate, search.save):
        if run.stopping() is None:
            act()
            run.report("equal cuts", answer=search.answer())
    return run.better(search.answer(is_final=True), search.claim)


class _Part(Run):
    """A run that ends with another one, or earlier."""

    def __init__(self, whole: Run, share: float) -> None:
        left, spent = whole.remaining(), whole.elapsed()
        limit = None if left is None else spent + share * left
        super().__init__(replace(whole.budget, time_limit=limit), seed=whole.seed, elapsed=spent)
        self._whole = whole

    def stopping(self) -> StopReason | None:
        """Return why one of the two should stop."""
        return self._whole.stopping() or super().stopping()


class _Search:
    """The best cuts and the best bound so far."""

    def __init__(self, view: View, network: ArcNetwork, run: Run) -> None:
        self.view, self.network, self.run = view, network, run
        self.flows = listed(view.steps[0])
        self.proof: StepProof = best_simple_proof(view, view.steps[0])
        self.backends: dict[str, str] = {}
        self.is_told = False
        """Whether the claim is only the solver's word."""
        self.stopped_by: StopReason | None = None
        self.claim = self.proof.value
        flow = FlowSearch(view, network, _Part(run, SHARE))
        flow.improve(reports=False)
        self.backends |= flow.generation.master.backends
        self._learn(flow.proof())
        paths = PathSet(network, self.flows)
        paths.complete()
        if not paths.is_complete:
            paths.add_master(flow.generation.master)
        self.routing = CutRouting(self.flows, paths)
        cut_search.place(self.routing, run)
        run.report("insertion", answer=self.answer())

    @property
    def is_open(self) -> bool:
        """Whether plan and bound differ."""
        return self.routing.utilisation() > self.floor

    @property
    def floor(self) -> float:
        """The utilisation below which nothing is gained."""
        return self.claim * (1 + COMBINATORIAL)

    def _learn(self, proof: StepProof) -> None:
        if proof.value > self.proof.value:
            self.proof = proof
        self.claim = max(self.claim, proof.value)

    def improve(self) -> None:
        """Relieve the busiest arcs, and insert all flows within lower times."""
        self.routing.relieve(self.floor, self.run)
        cut_search.narrow(self.routing, self.claim, self.run)
        self.routing.relieve(self.floor, self.run)

    def enumerate(self) -> None:
        """Take the optimum of a very small instance as bound."""
        bound = step_bound(self.view, self.view.steps[0]) if self.is_open else None
        if bound is not None:
            self._learn(EnumerationProof(value=bound))

    def solve(self) -> None:
        """Solve the integer programme of a small instance."""
        programme = CutProgramme(self.routing, self.claim)
        if not self.is_open or programme.columns > COLUMNS:
            return
        outcome = programme.solve(self.run)
        self.backends |= outcome.backends
        self.stopped_by = outcome.stopped_by
        if outcome.values is not None:
            before, kept = self.routing.utilisation(), self.routing.chosen
            self.routing.restore(programme.cuts(outcome.values))
            if self.routing.utilisation() > before:
                self.routing.restore(kept)
        bound = programme.bound(outcome)
        if self.routing.paths.is_complete and bound is not None and bound > self.claim:
            self.claim, self.is_told = min(bound, self.routing.utilisation()), True

    def recreate(self) -> None:
        """Take flows out and put them back, for most of the time there is."""
        tries = TRIES if self.run.budget.time_limit is None else math.inf
        rng, part = self.run.rng("equal paths"), _Part(self.run, MOST_OF_IT)
        for _ in cut_search.recreate(self.routing, self.floor, part, rng, tries):
            self.run.report("ruin and recreate", answer=self.answer())
        self.stopped_by = self.stopped_by or part.stopping()

    def save(self) -> None:
        """Cut no flow into more parts than needed."""
        cut_search.save_parts(self.routing, self.run)

    def answer(self, *, is_final: bool = False) -> Answer:
        """Return the best cuts with their proof."""
        plan = self.routing.plan()
        value = utilisation(self.network, plan)
        return Answer(
            plan=plan,
            objective=value,
            certificate=certificate_for(self.view, [self.proof], at=value if is_final else None),
            solver_bound=min(self.claim, value) if self.is_told else None,
            solver="HiGHS" if self.is_told else None,
            stopped_by=(self.stopped_by or self.run.stopping()) if self.is_open else None,
            backends=self.backends,
        )
