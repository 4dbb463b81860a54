"""One path for each flow of a graph: reroute, bound by multi-commodity flow, search if small."""

import math

from planner.models.base.errors import CapabilityError
from planner.models.base.rounding import COMBINATORIAL, lower
from planner.models.flow_splitting.bounds import best_simple_proof
from planner.models.flow_splitting.certificate import EnumerationProof, StepProof
from planner.models.flow_splitting.enumeration import step_bound
from planner.models.flow_splitting.fabric import ArcNetwork
from planner.models.flow_splitting.instance import FlowSplitting
from planner.models.flow_splitting.traffic import Flows
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer, Run, StopReason
from planner.solvers.flow_splitting.answer import certificate_for
from planner.solvers.flow_splitting.exact.lots import group
from planner.solvers.flow_splitting.explicit import listed
from planner.solvers.flow_splitting.graphs.flow_search import FlowSearch
from planner.solvers.flow_splitting.graphs.path_program import PathProgramme
from planner.solvers.flow_splitting.graphs.paths_plan import widest_paths
from planner.solvers.flow_splitting.graphs.recreating import TRIES, recreate
from planner.solvers.flow_splitting.graphs.rerouting import Routing
from planner.solvers.flow_splitting.graphs.trees import Paths
from planner.solvers.flow_splitting.reach import unreachable_answer

COUNTS = 20_000
"""Most counts (groups of equal flows times arcs) of an exact search."""
FLOWS = 50_000
"""Most flows that are routed one by one."""
OPTION = "backend"
"""Option of the run: `highs` (the default) or `cbc`."""


def refuses(instance: FlowSplitting) -> str | None:
    """Say why an instance is not for this method, or return `None`."""
    network = instance.view.network
    if network is None:
        return "it plans general graphs; use `exact` for leaf-spine fabrics"
    if instance.view.splitting != "whole":
        return "it gives every flow one path; use `multi_commodity`, or set `splitting` to `whole`"
    flows = len(instance.view.steps[0].traffic)
    if flows > FLOWS:
        return f"it routes flow by flow, and {flows} flows are more than {FLOWS}"
    return None


def solve(instance: FlowSplitting, run: Run) -> Answer:
    """Return one path per flow, and what proves how good the paths are."""
    network = instance.view.network
    refusal = refuses(instance)
    if refusal is not None or network is None:
        raise CapabilityError(refusal)
    unreachable = unreachable_answer(instance)
    if unreachable is not None:
        return unreachable
    search = _Search(instance.view, network, run)
    run.report("longest first", answer=search.answer())
    for act in (
        search.improve_first,
        search.bound_by_lp,
        search.follow_the_lp,
        search.enumerate,
        search.recreate,
        search.search_exactly,
        search.recreate_on,
    ):
        if not search.is_open() or run.stopping() is not None:
            break
        act()
        run.report("routing", answer=search.answer())
    return search.answer(is_final=True)


class _Search:
    """The best routing and the best bound so far."""

    def __init__(self, view: View, network: ArcNetwork, run: Run) -> None:
        self.view, self.network, self.run = view, network, run
        self.flows: Flows = listed(view.steps[0])
        self.proof: StepProof = best_simple_proof(view, view.steps[0])
        self.claim = self.proof.value
        self.best = Routing(network, self.flows)
        self.best.place_longest_first(run)
        self.suggested: Paths | None = None
        self.stopped_by: StopReason | None = None
        self.backends: dict[str, str] = {}
        self.solver: str | None = None
        self.is_searched = False

    def is_open(self) -> bool:
        """Return whether plan and bound differ."""
        return self.best.utilisation() > self.claim * (1 + COMBINATORIAL)

    def improve_first(self) -> None:
        """Relieve the busiest arcs of the longest-first plan."""
        self._improve(self.best)

    def bound_by_lp(self) -> None:
        """Bound by the flow LP, and keep the widest path of each flow in its solution."""
        search = FlowSearch(self.view, self.network, self.run)
        search.improve(reports=False)
        self.backends |= search.generation.master.backends
        better = search.proof()
        if better.value > self.proof.value:
            self.proof = better
            self.claim = max(self.claim, better.value)
        self.suggested = widest_paths(search.generation.master, self.flows)

    def follow_the_lp(self) -> None:
        """Start from the widest paths of the flow LP instead."""
        routing = Routing(self.network, self.flows)
        if self.suggested is not None:
            for flow, path in zip(self.flows.crosses.tolist(), self.suggested.lists(), strict=True):
                routing.put(flow, path)
            self._improve(routing)

    def enumerate(self) -> None:
        """Take the optimum of a very small instance as bound."""
        bound = step_bound(self.view, self.view.steps[0])
        if bound is not None and bound > self.proof.value:
            self.proof = EnumerationProof(value=bound)
            self.claim = max(self.claim, self.proof.value)

    def recreate(self) -> None:
        """Take flows out and put them back, as long as that soon helps."""
        self._recreate(TRIES, self.run.seed)

    def recreate_on(self) -> None:
        """Go on with that for the time that is left."""
        if not self.is_searched and self.run.budget.time_limit is not None:
            self._recreate(math.inf, self.run.seed + 1)

    def search_exactly(self) -> None:
        """Solve the integer programme of a small instance."""
        from planner.solvers.engines.pulp_engine import solve_pulp

        lots = group(self.flows)
        if len(lots) * len(self.network.rate) > COUNTS:
            return
        backend = str(self.run.options.get(OPTION, "highs"))
        programme = PathProgramme(self.network, lots, self.claim)
        hint = programme.hint(self.best)
        outcome = solve_pulp(programme.problem, run=self.run, backend=backend, hint=hint)
        self.backends |= outcome.backends
        self.stopped_by = outcome.stopped_by
        self.is_searched = outcome.stopped_by is None
        if outcome.values is not None:
            routing = Routing(self.network, self.flows)
            programme.put_into(routing)
            self._improve(routing)
        if outcome.bound is not None:
            # The backend keeps its rows only to a tolerance.
            claim = lower(outcome.bound * programme.reference) * (1 - COMBINATORIAL)
            if claim > self.claim:
                self.claim = claim
                self.solver = {"highs": "HiGHS", "cbc": "CBC"}.get(backend, backend)

    def _recreate(self, tries: float, seed: int) -> None:
        floor = self.claim * (1 + COMBINATORIAL)
        for better in recreate(self.best, floor, self.run, seed=seed, tries=tries):
            self.best = better
            self.run.report("ruin and recreate", answer=self.answer())

    def _improve(self, routing: Routing) -> None:
        routing.relieve(self.claim, self.run)
        if routing.utilisation() < self.best.utilisation():
            self.best = routing

    def answer(self, *, is_final: bool = False) -> Answer:
        """Return the best routing with its proof."""
        value = self.best.utilisation()
        return Answer(
            plan=self.best.plan(),
            objective=value,
            certificate=certificate_for(self.view, [self.proof], at=value if is_final else None),
            solver_bound=min(self.claim, value) if self.solver is not None else None,
            solver=self.solver,
            stopped_by=(self.stopped_by or self.run.stopping()) if self.is_open() else None,
            backends=self.backends,
        )
