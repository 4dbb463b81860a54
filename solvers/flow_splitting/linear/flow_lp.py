"""The flow LP of one step: how early it can end at best, the proof, and where the traffic goes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.models.flow_splitting.bounds import best_simple_proof, metric_bound
from planner.models.flow_splitting.certificate import MetricProof, StepProof
from planner.models.flow_splitting.timing import nic_time
from planner.models.flow_splitting.traffic import Step, leaf_demand
from planner.models.flow_splitting.view import View
from planner.solvers.contract import Run
from planner.solvers.flow_splitting.linear.balance import balance, share_by_rate
from planner.solvers.flow_splitting.linear.orbits import Classes, find_classes, reduce
from planner.solvers.flow_splitting.linear.placing import Guide
from planner.solvers.flow_splitting.linear.spread import SpreadProblem
from planner.solvers.flow_splitting.linear.spread_solve import Spread, solve_spread

DIRECT = 20_000
"""Up to this many variables the LP is solved at once; beyond, only if balancing is not enough."""
QUICK = 100_000
"""Up to this many variables the LP takes seconds."""
LARGEST = 1_200_000
"""Most variables of an LP; beyond, balancing has the last word."""
_TIGHT = 1e-9
"""Relative distance between the LP and a simple bound that is rounding error of the solver."""
CLOSE = 1e-6
"""Relative distance at which the simple bound is aimed at, being exact while the LP is not."""
_NEAR, _ROUNDS = 1e-3, 200
_NEAREST, _MOST_ROUNDS = 1e-5, 2_000


@dataclass(frozen=True, eq=False)
class StepGoal:
    """A time that a step should be done in, why not earlier, and a guide for the traffic."""

    time: float
    """T_nic included."""
    proof: StepProof
    guide: Guide
    is_reached: bool
    """Whether the fractional solution of `guide` keeps `time`, and so some plan does."""
    backends: Mapping[str, str] = field(default_factory=dict)


class FlowLP:
    """The flow LP of a step, reduced by its symmetries; the fabric has a path for every flow."""

    def __init__(self, view: View, step: Step) -> None:
        if view.fabric is None:
            raise ValueError("the flow LP of leaves and spines needs a fabric")
        fabric = view.fabric
        self.view, self.step = view, step
        demand = leaf_demand(step.traffic, fabric.leaves)
        self.classes: Classes = find_classes(demand, fabric.up_total, fabric.down_total)
        self.problem: SpreadProblem = reduce(
            demand, fabric.up_total, fabric.down_total, self.classes
        )
        self.simple = best_simple_proof(view, step)
        self.floor = max(self.simple.value, nic_time(view, step) or 0.0)
        # The proof is rounded down; this is what it would be in exact arithmetic.
        degree = self.problem.degree() if len(self.problem.amount) else 0.0
        if self.floor < degree <= self.floor * (1 + CLOSE):
            self.floor = degree

    @property
    def columns(self) -> int:
        """Number of variables of the reduced LP."""
        return self.problem.columns

    @property
    def is_large(self) -> bool:
        """Whether solving the LP takes so long that other ways are tried first."""
        return self.columns > DIRECT

    @property
    def is_huge(self) -> bool:
        """Whether solving the LP takes more than a few seconds."""
        return self.columns > QUICK

    def at_floor(self, run: Run) -> StepGoal:
        """Return the goal to be done by the simple bound, whether or not that can be reached."""
        return StepGoal(self.floor, self.simple, self._guide(None), is_reached=False)

    def shared_by_rate(self, run: Run) -> StepGoal:
        """Share by link rates, without any search: the first incumbent."""
        return self.at_floor(run) if self.is_huge else self._goal(None)

    def aim(self, run: Run) -> StepGoal:
        """Return the optimum of a small LP, or a time that is worth trying for a large one."""
        if not len(self.problem.amount):
            return StepGoal(self.floor, self.simple, self._guide(None), is_reached=True)
        return self.solve(run) if self.columns <= DIRECT else self.balanced(run)

    def balanced(self, run: Run, *, thorough: bool = False) -> StepGoal:
        """Return a proven time and shares that all but keep it, from balancing."""
        near, rounds = (_NEAREST, _MOST_ROUNDS) if thorough else (_NEAR, _ROUNDS)
        spread = balance(self.problem, run, floor=self.floor, tolerance=near, rounds=rounds)
        return self._goal(spread, attempt=not thorough)

    def solve(self, run: Run) -> StepGoal:
        """Return the optimum, or the balanced goal where the LP is too large or was stopped."""
        if self.columns > LARGEST:
            return self.balanced(run, thorough=True)
        spread = solve_spread(self.problem, run, floor=self.floor, vertex=self.columns <= DIRECT)
        return self.balanced(run, thorough=True) if spread is None else self._goal(spread)

    def _goal(self, spread: Spread | None, *, attempt: bool = False) -> StepGoal:
        """Return the goal of a solution; an `attempt` aims at the proven time, not at its own."""
        proof: StepProof = self.simple
        if spread is None:
            return StepGoal(self._time_by_rate(), proof, self._guide(None), is_reached=True)
        if spread.value > self.floor * (1 + _TIGHT):
            found = self._prove(spread)
            proof = found if found is not None and found.value > proof.value else proof
        proven = max(self.floor, proof.value)
        time = max(spread.value, proven)
        if attempt or time <= self.floor * (1 + CLOSE):
            time = proven
        guide = self._guide(spread)
        reached = spread.value <= time * (1 + CLOSE)
        return StepGoal(time, proof, guide, is_reached=reached, backends=spread.backends)

    def _prove(self, spread: Spread) -> MetricProof | None:
        """Return the metric bound that the prices of the links give, if they give one."""
        up, down = spread.up_price, spread.down_price
        scale = max(float(up.max(initial=0.0)), float(down.max(initial=0.0)))
        if scale <= 0:
            return None
        up, down = up / scale, down / scale
        leaf, spine = self.classes.leaf, self.classes.spine
        value = metric_bound(self.view, self.step, up, down, leaf, spine)
        return MetricProof(value=value, leaf_class=leaf, spine_class=spine, up=up, down=down)

    def _guide(self, spread: Spread | None) -> Guide:
        problem = self.problem
        row = np.zeros((len(problem.up), len(problem.up)), dtype=np.int64)
        row[problem.source, problem.target] = np.arange(len(problem.amount))
        if spread is None:
            return Guide(self.classes, row, lambda: share_by_rate(problem))
        share = np.zeros((len(problem.amount), problem.up.shape[1]))
        amounts = spread.amounts
        share[row[amounts.source, amounts.target], amounts.spine] = amounts.size
        total = share.sum(axis=1, keepdims=True)
        # A demand that is rounding dust beside the others may have no share in the solution.
        known = np.divide(share, total, out=np.zeros_like(share), where=total > 0)
        share = np.where(total > 0, known, share_by_rate(problem))
        return Guide(self.classes, row, lambda: share)

    def _time_by_rate(self) -> float:
        """Return the time of sharing by link rates."""
        problem = self.problem
        if not len(problem.amount):
            return self.floor
        amount = share_by_rate(problem) * problem.amount[:, None]
        times: list[float] = [self.floor]
        for end, rate in ((problem.source, problem.up), (problem.target, problem.down)):
            load: FloatArray = np.zeros(rate.shape)
            np.add.at(load, end, amount)
            used = load > 0
            times.append(float((load[used] / rate[used]).max(initial=0.0)))
        return max(times)
