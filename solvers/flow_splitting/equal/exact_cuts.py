"""The fastest equal cuts of a step by CP-SAT, and then the ones with the fewest parts."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.models.base.arrays import FloatArray
from planner.models.base.rounding import lower
from planner.models.flow_splitting.fabric import Fabric
from planner.models.flow_splitting.traffic import Flows
from planner.solvers.contract import Run
from planner.solvers.flow_splitting.equal.cuts import Cuts, count_columns, find_cuts
from planner.solvers.flow_splitting.equal.model import CutModel, build_model, count_parts
from planner.solvers.flow_splitting.equal.reading import add_hint, read_parts
from planner.solvers.flow_splitting.exact.lots import group
from planner.solvers.flow_splitting.explicit import StepParts

COLUMNS = 12_000
"""Most variables of a model."""
EFFORT = 20.0
"""Deterministic time of CP-SAT for one search where the run has no time limit."""


@dataclass(frozen=True, eq=False)
class Finding:
    """What a search found."""

    bound: float | None = None
    """No plan is faster, says the solver; only of a search for the fastest."""
    backends: Mapping[str, str] = field(default_factory=dict)
    is_complete: bool = True
    """Whether the search ended with a proof."""


class ExactCuts:
    """Exact search for the equal cuts of one step."""

    def __init__(self, fabric: Fabric, flows: Flows, on_plan: Callable[[StepParts], None]) -> None:
        self._fabric, self._on_plan, self._lots = fabric, on_plan, group(flows)

    @functools.cached_property
    def is_small(self) -> bool:
        """Whether the step is small enough to be searched."""
        return count_columns(self._lots, self._fabric) <= COLUMNS

    @functools.cached_property
    def _cuts(self) -> Cuts:
        return find_cuts(self._lots, self._fabric)

    def fastest(
        self,
        start: StepParts,
        times: tuple[float, float],
        run: Run,
        share: float,
        on_bound: Callable[[float], None],
    ) -> Finding:
        """Search for the least time, between a bound and that of `start`.

        `share` is the part of the remaining time that may be used.
        """
        built = build_model(self._cuts, self._fabric, *times)
        if built is None:
            return Finding(is_complete=False)
        built.model.minimize(built.time)

        def to_time(bound: float) -> float:
            return lower(bound * built.scale.unit * built.scale.shrink, 4)

        return self._solve(
            built, start, run, share, lambda bound: on_bound(to_time(bound)), to_time
        )

    def fewest(self, start: StepParts, time: float, run: Run, share: float) -> Finding:
        """Search for the fewest parts within a time that `start` keeps."""
        built = build_model(self._cuts, self._fabric, time, time)
        if built is None:
            return Finding(is_complete=False)
        built.model.minimize(count_parts(built))
        return self._solve(built, start, run, share, None, None)

    def _solve(
        self,
        built: CutModel,
        start: StepParts,
        run: Run,
        share: float,
        on_bound: Callable[[float], None] | None,
        to_time: Callable[[float], float] | None,
    ) -> Finding:
        from planner.solvers.engines.cpsat import solve_cpsat

        add_hint(built, start)
        remaining = run.remaining()
        # Parts are whole numbers: a relative gap would leave some of them unsaved.
        options: dict[str, Any] = {} if to_time else {"relative_gap_limit": 0.0}
        if remaining is None:
            options["max_deterministic_time"] = EFFORT
        else:
            options["max_time_in_seconds"] = remaining * share

        def on_solution(values: FloatArray, objective: float, bound: float | None) -> None:
            self._on_plan(read_parts(built, values))

        outcome = solve_cpsat(
            built.model, run=run, on_solution=on_solution, on_bound=on_bound, options=options
        )
        return Finding(
            bound=to_time(outcome.bound) if to_time and outcome.bound is not None else None,
            backends=outcome.backends,
            is_complete=outcome.stopped_by is None,
        )
