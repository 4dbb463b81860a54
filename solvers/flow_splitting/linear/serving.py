"""From a goal of the flow LP to the parts of a step, listed flow by flow or summed by pair."""

import functools
from dataclasses import dataclass

import numpy as np

from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.grouping import sum_by
from planner.models.flow_splitting.plan import AggregatedPlan, ExplicitPlan
from planner.models.flow_splitting.traffic import Flows, Step, leaf_demand
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Run
from planner.solvers.flow_splitting.explicit import StepParts, busiest_time, explicit_plan, listed
from planner.solvers.flow_splitting.insertion import insert
from planner.solvers.flow_splitting.lanes import assign_lanes
from planner.solvers.flow_splitting.linear.cuts import cut_flows
from planner.solvers.flow_splitting.linear.fill import fill
from planner.solvers.flow_splitting.linear.flow_lp import StepGoal
from planner.solvers.flow_splitting.linear.halves import deal_by_halves
from planner.solvers.flow_splitting.linear.items import Amounts, Items, Parts
from planner.solvers.flow_splitting.linear.placement import Room
from planner.solvers.flow_splitting.linear.placing import FITS, Task
from planner.solvers.flow_splitting.linear.spread import SpreadProblem
from planner.solvers.flow_splitting.linear.spread_solve import (
    VERTEX_COLUMNS,
    highest_load,
    solve_spread,
)
from planner.solvers.flow_splitting.linear.widths import path_widths
from planner.solvers.flow_splitting.pairing import equal_size

LISTED = 2_000_000
"""Workloads of at most this many flows get an explicit plan, longer ones an aggregated plan."""
FLOWS_PER_PAIR = 3
"""Flows between two leaves, in the mean, from which on few have to be cut."""
ONE_BY_ONE = 20_000
"""Most flows that are placed one by one."""
AT_ONCE, EVENLY = 500_000, 5_000_000
"""Most amounts of pairs on spines that are dealt evenly at the start, and in the end."""


@dataclass(frozen=True, eq=False)
class Served:
    """One step of a plan, in one of two forms."""

    theta: float
    """Highest load over rate of a fabric link."""
    parts: StepParts | None = None
    amounts: Amounts | None = None

    def __len__(self) -> int:
        """Return the number of parts that are listed."""
        found = self.parts if self.parts is not None else self.amounts
        return 0 if found is None else len(found.size)


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
        self.unit = equal_size(step.traffic) if len(self.items) else 1.0
        """Size of every flow that leaves its leaf, or `None` where they differ."""

    def in_time(self, goal: StepGoal, run: Run) -> Served | None:
        """Serve within the goal's time and with few parts, or return `None` if that fails."""
        task = Task(self.items, self.fabric, goal.time, goal.guide)
        parts = fill(task, run)
        if parts is None and goal.is_reached and run.stopping() is None:
            parts = self._at_a_vertex(goal, run)
        return None if parts is None else self._finish(parts, goal.time)

    @property
    def columns(self) -> int:
        """Number of variables of the flow LP of single leaves and spines."""
        return len(self._pairs) * self.fabric.spines

    @property
    def has_small_flows(self) -> bool:
        """Whether pairs of leaves have so many flows that most of these fit somewhere whole."""
        return len(self.items) >= FLOWS_PER_PAIR * len(self._pairs)

    @functools.cached_property
    def _pairs(self) -> Items:
        """What each pair of leaves sends, all its flows together, by pair."""
        leaves = self.fabric.leaves
        pair, place = np.unique(self.items.pairs(leaves), return_inverse=True)
        amount = sum_by(place, self.items.size, len(pair))
        return Items(pair // leaves, pair % leaves, amount)

    def by_halves(self, time: float, run: Run) -> Served:
        """Serve within `time`, or nearly so, by halving the spines; whatever the size of the LP."""
        fabric, pairs = self.fabric, self._pairs
        whole = None if self.unit is None else self.whole_by_halves(time, run)
        if whole is not None and (whole.theta <= time * (1 + FITS) or run.stopping() is not None):
            return whole
        room = Room(fabric.up_total * time, fabric.down_total * time)
        amounts = deal_by_halves(pairs, room, run)
        return self._finish(cut_flows(self.items, amounts, fabric.leaves), time)

    def least_time(self) -> float:
        """Return how long a flow takes on the fastest link; all flows are of one size."""
        return (self.unit or 0.0) / float(max(self.fabric.up.max(), self.fabric.down.max()))

    def whole_by_halves(self, time: float, run: Run, *, hasty: bool = False) -> Served | None:
        """Serve flows of one size within `time`, or nearly so, without cutting any.

        A `hasty` plan is made at once, without much regard to the time.
        `None` where the links of some leaf or pair cannot take its flows whole in that time.
        """
        fabric, pairs, unit = self.fabric, self._pairs, self.unit
        if unit is None:
            raise ValueError("the flows differ in size")
        count = np.rint(pairs.size / unit)
        room = Room(
            *(
                np.floor(rate * (time / unit) * (1 + FITS)).sum(axis=2)
                for rate in (fabric.up, fabric.down)
            )
        )
        counted = Items(pairs.source, pairs.target, count)
        if not _takes_all(counted, room):
            return None
        dealt = deal_by_halves(counted, room, run, whole=True, hasty=hasty)
        if self.flows is None:
            at = np.searchsorted(pairs.pairs(fabric.leaves), dealt.pairs(fabric.leaves))
            return self._finish(Parts(at, dealt.spine, dealt.size * unit))
        flow = np.argsort(self.items.pairs(fabric.leaves), kind="stable")
        spine = np.repeat(dealt.spine, dealt.size.astype(np.int64))
        return self._finish(Parts(flow, spine, self.items.size[flow]))

    def longest_first(self) -> Served | None:
        """Serve every flow whole, the longest first; `None` where flows are too many for that."""
        if self.flows is None or len(self.items) > ONE_BY_ONE:
            return None
        crossing = self.flows.crosses
        order = crossing[np.argsort(-self.flows.size[crossing], kind="stable")]
        parts = insert(self.fabric, self.flows, order)
        return Served(busiest_time(self.fabric, self.flows, parts), parts=parts)

    def at_once(self, goal: StepGoal, run: Run) -> Served:
        """Serve without any search: by the shares of the goal, or by halving in haste."""
        if self.columns <= AT_ONCE:
            return self.evenly(goal)
        return self.in_haste(goal.time, run)

    def in_haste(self, time: float, run: Run) -> Served:
        """Serve by halving the spines without an LP; `time` tells which pairs are large."""
        room = Room(self.fabric.up_total * time, self.fabric.down_total * time)
        amounts = deal_by_halves(self._pairs, room, run, hasty=True)
        return self._finish(cut_flows(self.items, amounts, self.fabric.leaves), time)

    def evenly(self, goal: StepGoal) -> Served:
        """Serve by the shares of the goal's guide, whatever the number of parts."""
        pairs, shares = self._pairs, goal.guide.by_spine()
        size = shares[goal.guide.rows(pairs)] * pairs.size[:, None]
        at, spine = np.nonzero(size)
        amounts = Amounts(pairs.source[at], pairs.target[at], spine, size[at, spine])
        return self._finish(cut_flows(self.items, amounts, self.fabric.leaves), goal.time)

    def _at_a_vertex(self, goal: StepGoal, run: Run) -> Parts | None:
        """Solve the LP of the single leaves and spines, to a vertex, within the known time."""
        if self.columns > VERTEX_COLUMNS:
            return None
        fabric, pairs = self.fabric, self._pairs
        problem = SpreadProblem(
            pairs.source, pairs.target, pairs.size, fabric.up_total, fabric.down_total
        )
        spread = solve_spread(problem, run, floor=goal.time)
        return None if spread is None else cut_flows(self.items, spread.amounts, fabric.leaves)

    def _finish(self, parts: Parts, time: float | None = None) -> Served:
        """Return the step served by these parts; lanes cut them only if a `time` is given."""
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


def _takes_all(pairs: Items, room: Room) -> bool:
    """Return whether every leaf and every pair has links with enough room, each for itself."""
    for end, side in ((pairs.source, room.up), (pairs.target, room.down)):
        if (np.bincount(end, pairs.size, len(side)) > side.sum(axis=1)).any():
            return False
    width = path_widths(pairs.source, pairs.target, room.up, room.down)
    return bool((width >= pairs.size).all())


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
