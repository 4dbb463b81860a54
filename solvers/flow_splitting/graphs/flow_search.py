"""Plan and bound of the multi-commodity flow of a graph, better from stage to stage."""

from planner.models.flow_splitting.bounds import arc_metric_bound, best_simple_proof
from planner.models.flow_splitting.certificate import ArcMetricProof, StepProof
from planner.models.flow_splitting.fabric import ArcNetwork
from planner.models.flow_splitting.plan import AggregatedArcsPlan, ExplicitPathsPlan
from planner.models.flow_splitting.traffic import Flows
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.flow_splitting.answer import certificate_for
from planner.solvers.flow_splitting.explicit import listed
from planner.solvers.flow_splitting.graphs.demand import demand_of
from planner.solvers.flow_splitting.graphs.exponential import Deviation, responding_trees
from planner.solvers.flow_splitting.graphs.path_generation import CLOSED, PathGeneration
from planner.solvers.flow_splitting.graphs.paths_plan import master_plan, tree_plan
from planner.solvers.flow_splitting.graphs.trees import shortest_trees

MANY = 10
"""From this many demands per arc on, exponential prices come before column generation."""
SMALL = 200
"""Up to this many arcs plain shortest paths are as good a start, and fewer pairs are split."""
PATIENCE = 0.5
"""Least seconds between two reports of a plan."""


class FlowSearch:
    """Shortest paths first, then exponential prices or column generation, then both proofs.

    A demand is not empty, and every flow has a path.
    """

    def __init__(self, view: View, network: ArcNetwork, run: Run) -> None:
        self._view, self._run = view, run
        self.flows: Flows = listed(view.steps[0])
        self.demand = demand_of(network, self.flows)
        self._simple = best_simple_proof(view, view.steps[0])
        self._deviation: Deviation | None = None
        length = 1 / network.rate
        distance, trees = shortest_trees(network, self.demand.sources, length)
        bound = self.demand.bound(distance, length)
        if len(length) > SMALL:
            trees = responding_trees(self.demand, trees)
        self.generation = PathGeneration(self.demand, trees, max(self._simple.value, bound), length)
        self._reported = run.elapsed()

    @property
    def value(self) -> float:
        """Return the utilisation of the best plan."""
        value = self.generation.master.value
        return value if self._deviation is None else min(value, self._deviation.value)

    def proof(self) -> StepProof:
        """Return the best proof, rounded as its check will round it."""
        length = self.generation.length
        value = arc_metric_bound(self._view, self._view.steps[0], length)
        if value > self._simple.value:
            return ArcMetricProof(value=value, length=length)
        return self._simple

    def plan(self) -> AggregatedArcsPlan | ExplicitPathsPlan:
        """Return the best plan."""
        master = self.generation.master
        if self._deviation is not None and self._deviation.value < master.value:
            return self._deviation.plan()
        if not len(master.place):
            return tree_plan(self.demand, master.trees, self.flows)
        return master_plan(master, self.flows)

    def improve(self, *, gap: float = CLOSED, reports: bool = True) -> None:
        """Go on until the gap is closed or a limit is reached."""
        if reports:
            self._report("shortest paths")
        arcs = len(self.demand.network.rate)
        if int((self.demand.amount > 0).sum()) >= MANY * arcs and self.generation.gap > gap:
            self._deviate(reports=reports)
        for _ in self.generation.rounds(self._run, gap):
            self._report_sometimes("column generation", reports=reports)
        if self.generation.gap <= gap:
            self._deviation = None

    def _deviate(self, *, reports: bool) -> None:
        start = self.generation
        deviation = Deviation(self.demand, start.master.trees, start.bound, start.length)
        self._deviation = deviation
        for _ in deviation.sweeps():
            if self._run.stopping() is not None:
                break
            self._report_sometimes("exponential prices", reports=reports)
        start.learn(deviation.bound, deviation.length)

    def _report_sometimes(self, phase: str, *, reports: bool) -> None:
        bound = self.generation.bound
        if self._deviation is not None:
            bound = max(bound, self._deviation.bound)
        if reports and self._run.elapsed() - self._reported > PATIENCE:
            self._report(phase)
        else:
            self._run.report(phase, bound=bound)

    def _report(self, phase: str) -> None:
        certificate = certificate_for(self._view, [self.proof()])
        self._run.report(
            phase, answer=Answer(plan=self.plan(), objective=self.value, certificate=certificate)
        )
        self._reported = self._run.elapsed()
