"""CP-SAT from stage to stage, with the best schedule and bound of those before.

What only CP-SAT proves is its word, unless a short search of our own proves it again.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.rcpsp.certificate import Proof
from planner.models.rcpsp.view import View
from planner.solvers.contract import Answer, Run
from planner.solvers.rcpsp import sgs
from planner.solvers.rcpsp.answers import answer_for
from planner.solvers.rcpsp.branching import exhausted, exhaustive_proof
from planner.solvers.rcpsp.cpsat_model import Built, shorter, shortest
from planner.solvers.rcpsp.stages import Stage, stages

_NAME = "CP-SAT"


@dataclass
class StagedSearch:
    """One search: what is known when it begins, and what has been found since."""

    view: View
    run: Run
    start: IntArray | None
    proved: tuple[int, Proof]
    ceiling: int
    """Makespan of `start`; without one, a makespan that suffices."""
    floor: int = field(init=False)
    more: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.floor = self.proved[0]
        self.more = {}

    def answer(self, *, deterministic: bool = True) -> Answer:
        """Return what all stages together found.

        `deterministic` says whether what is known at the start is the same in every run.
        """
        self.more["deterministic"] = deterministic
        for stage in stages(self.run):
            is_empty = self._refute(stage) if stage.refutes else self._improve(stage)
            if is_empty:
                word = Answer(infeasible=True, solver=_NAME, backends=self.more["backends"])
                return exhausted(self.view) or word
            if self._is_over():
                break
        return self._end()

    def _improve(self, stage: Stage) -> bool:
        """Look for the shortest schedule; return whether there is none at all."""
        from planner.solvers.engines.outcome import Status

        built = shortest(self.view, self.floor, self.ceiling, self.start)
        outcome = self._solve(built, stage.options, stage.seconds(self.run))
        if outcome.status is Status.INFEASIBLE:
            return True
        if outcome.bound is not None:
            self.floor = max(self.floor, math.ceil(outcome.bound) * self.view.period)
        return False

    def _refute(self, stage: Stage) -> bool:
        """Ask for a shorter schedule, again and again, until there is none or time is up.

        All starts then have the smallest windows, which a model that minimises never sees.
        """
        from planner.solvers.engines.outcome import Status

        if self.start is None:
            return False
        until = self.run.elapsed() + stage.seconds(self.run)
        while not self._is_over() and self.run.elapsed() < until:
            below = self._wanted() - self.view.period
            seconds = until - self.run.elapsed()
            outcome = self._solve(shorter(self.view, below), stage.options, seconds)
            if outcome.status is Status.INFEASIBLE:
                self.floor = max(self.floor, below + self.view.period)
            elif outcome.values is None:
                break
        return False

    def _solve(self, built: Built, options: Mapping[str, Any], seconds: float) -> Any:
        from planner.solvers.engines.cpsat import solve_cpsat

        follow = _Follower(self.view, self.run, built, self.proved)
        outcome = solve_cpsat(
            built.model,
            run=self.run,
            on_solution=follow.solution,
            on_bound=follow.bound,
            options={**options, "max_time_in_seconds": max(0.0, seconds)},
        )
        self.more |= {"backends": outcome.backends, "stopped_by": outcome.stopped_by}
        if outcome.stopped_by == "interrupt" and self.run.budget.time_limit is not None:
            # The last moments of a limit, or the end of a stage, look like a request to stop.
            self.more["stopped_by"] = self.run.stopping() or "time"
        if outcome.stopped_by == "time" or options["num_workers"] > 1:
            # How far a stage comes before its time is over differs from run to run.
            self.more["deterministic"] = False
        if outcome.values is not None:
            self.start = built.starts(outcome.values)
            self.ceiling = sgs.makespan(self.view, self.start)
            found = answer_for(self.view, self.start, self.proved)
            self.run.report(_NAME, answer=found)
        return outcome

    def _wanted(self) -> int:
        """Return the least bound at which the gap that was asked for is closed."""
        period = self.view.period
        units = math.ceil(self.ceiling / period / (1.0 + self.run.budget.gap))
        return max(self.floor + period, units * period)

    def _is_over(self) -> bool:
        if self.run.stopping() is not None:
            return True
        is_closed = self.floor * (1.0 + self.run.budget.gap) >= self.ceiling
        return self.start is not None and is_closed

    def _end(self) -> Answer:
        view, run, more = self.view, self.run, self.more
        if self.floor * (1.0 + run.budget.gap) >= self.ceiling and self.start is not None:
            more["stopped_by"] = None if self.floor >= self.ceiling else "gap"
        if self.floor > self.proved[0]:
            again = exhaustive_proof(view, self.floor) if run.stopping() is None else None
            if again is None:
                more |= {"solver_bound": float(self.floor), "solver": _NAME}
                says = f"{_NAME} says that no plan is shorter than {self.floor} periods."
                more["notes"] = (says,)
            else:
                self.proved = again
        return answer_for(view, self.start, self.proved, **more)


class _Follower:
    """Reports what CP-SAT finds while it searches."""

    def __init__(self, view: View, run: Run, built: Built, proved: tuple[int, Proof]) -> None:
        self._view, self._run, self._built, self._proved = view, run, built, proved

    def solution(self, values: FloatArray, objective: float, bound: float | None) -> None:
        answer = answer_for(self._view, self._built.starts(values), self._proved)
        self._run.report(_NAME, answer=answer)
        if bound is not None:
            self.bound(bound)

    def bound(self, value: float) -> None:
        self._run.report(_NAME, bound=max(value * self._built.period, float(self._proved[0])))
