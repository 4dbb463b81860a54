"""From a goal of the flow LP to the parts of a step, listed flow by flow or summed by pair."""

from dataclasses import dataclass

import numpy as np

from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.grouping import sum_by
from planner.models.flow_splitting.plan import AggregatedPlan, ExplicitPlan
from planner.models.flow_splitting.traffic import Flows, Step, leaf_demand
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Run
from planner.solvers.flow_splitting.explicit import StepParts, busiest_time, explicit_plan, listed
from planner.solvers.flow_splitting.lanes import assign_lanes
from planner.solvers.flow_splitting.linear import placement
from planner.solvers.flow_splitting.linear.cuts import cut_flows
from planner.solvers.flow_splitting.linear.fill import fill
from planner.solvers.flow_splitting.linear.flow_lp import StepGoal
from planner.solvers.flow_splitting.linear.items import Amounts, Items, Parts
from planner.solvers.flow_splitting.linear.placing import Task
from planner.solvers.flow_splitting.linear.spread import SpreadProblem
from planner.solvers.flow_splitting.linear.spread_solve import (
    VERTEX_COLUMNS,
    highest_load,
    solve_spread,
)

LISTED = 2_000_000
"""Workloads of at most this many flows get an explicit plan, longer ones an aggregated plan."""
EVENLY = 5_000_000
"""Most amounts of pairs on spines that are dealt evenly."""


@dataclass(frozen=True, eq=False)
class Served:
    """One step of a plan, in one of two forms."""

    theta: float
    """Highest load over rate of a fabric link."""
    parts: StepParts | None = None
    amounts: Amounts | None = None


class Server:
    """Serves one step: its flows if they are `listed`, else the sums of each pair of leaves."""

    def __init__(self, view: View, step: Step, *, is_listed: bool) -> None:
        if view.fabric is None:
            raise ValueError("leaves and spines need a fabric")
        self.fabric: Fabric = view.fabric
        self.flows: Flows | None = listed(step) if is_listed else None
        if self.flows is not None:
            crossing = self.flows.crosses
            self.items = Items(
                self.flows.source[crossing], self.flows.target[crossing], self.flows.size[crossing]
            )
        else:
            demand = leaf_demand(step.traffic, self.fabric.leaves)
            source, target = np.nonzero(demand)
            self.items = Items(source, target, demand[source, target])

    def in_time(self, goal: StepGoal, run: Run) -> Served | None:
        """Serve within the goal's time and with few parts, or return `None` if that fails."""
        task = Task(self.items, self.fabric, goal.time, goal.guide)
        parts = fill(task, run)
        if parts is None and goal.is_reached and run.stopping() is None:
            parts = self._at_a_vertex(goal, run)
        return None if parts is None else self._finish(parts, goal.time)

    def evenly(self, goal: StepGoal) -> Served:
        """Serve by the shares of the goal's guide, at once and whatever the number of parts.

        Where these are too many, every item stays whole and follows the shares as well as it can.
        """
        items, leaves = self.items, self.fabric.leaves
        rows, shares = goal.guide.rows(items), goal.guide.by_spine()
        if len(items) * self.fabric.spines > EVENLY:
            spine = placement.seed(items, leaves, shares, rows)
            return self._finish(Parts(np.arange(len(items)), spine, items.size), goal.time)
        pair, first, place = np.unique(items.pairs(leaves), return_index=True, return_inverse=True)
        size = shares[rows[first]] * sum_by(place, items.size, len(pair))[:, None]
        at, at_spine = np.nonzero(size)
        source, target = np.divmod(pair[at], leaves)
        amounts = Amounts(source, target, at_spine, size[at, at_spine])
        return self._finish(cut_flows(items, amounts, leaves), goal.time)

    def _at_a_vertex(self, goal: StepGoal, run: Run) -> Parts | None:
        """Solve the LP of the single leaves and spines, to a vertex, within the known time."""
        leaves, fabric = self.fabric.leaves, self.fabric
        pair, place = np.unique(self.items.pairs(leaves), return_inverse=True)
        if len(pair) * fabric.spines > VERTEX_COLUMNS:
            return None
        amount = sum_by(place, self.items.size, len(pair))
        problem = SpreadProblem(
            pair // leaves, pair % leaves, amount, fabric.up_total, fabric.down_total
        )
        spread = solve_spread(problem, run, floor=goal.time)
        return None if spread is None else cut_flows(self.items, spread.amounts, leaves)

    def _finish(self, parts: Parts, time: float) -> Served:
        if self.flows is not None:
            flow = self.flows.crosses[parts.item]
            on_lanes = assign_lanes(
                self.fabric, self.flows, flow, parts.spine, parts.size, time=time
            )
            return Served(busiest_time(self.fabric, self.flows, on_lanes), parts=on_lanes)
        items = self.items
        amounts = Amounts(
            items.source[parts.item], items.target[parts.item], parts.spine, parts.size
        )
        whole = SpreadProblem(
            items.source, items.target, items.size, self.fabric.up_total, self.fabric.down_total
        )
        return Served(highest_load(whole, amounts), amounts=amounts)


def plan_of(fabric: Fabric, steps: list[Served]) -> AggregatedPlan | ExplicitPlan:
    """Return the plan of steps that were all served in the same form."""
    parts = [step.parts for step in steps if step.parts is not None]
    if len(parts) == len(steps):
        return explicit_plan(fabric, parts)
    amounts = [step.amounts for step in steps if step.amounts is not None]
    return AggregatedPlan(
        step=np.repeat(np.arange(len(amounts)), [len(some.size) for some in amounts]),
        source=np.concatenate([some.source for some in amounts]),
        target=np.concatenate([some.target for some in amounts]),
        spine=np.concatenate([some.spine for some in amounts]),
        size=np.concatenate([some.size for some in amounts]),
    )
