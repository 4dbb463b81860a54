"""Solves the multi-commodity flow LP with HiGHS: least utilisation first, then least traffic."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.models.base.arrays import FloatArray
from planner.solvers.contract import Run, StopReason
from planner.solvers.flow_splitting.graphs.flow_program import Demand, flow_program

if TYPE_CHECKING:
    from planner.solvers.engines.outcome import Outcome

SIMPLEX_COLUMNS = 20_000
"""Up to this many variables the simplex method is faster than the interior point."""
WARM_COLUMNS = 3_000
"""Up to this many variables shorter paths are found fastest from the basis that is known."""
VERTEX_COLUMNS = 300_000
"""Up to this many variables the interior point is moved to a vertex, which splits few flows."""
_OPTIONS = {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}
_DUST = 1e-10
"""Amounts below this share of the largest demand are rounding error."""


@dataclass(frozen=True, eq=False)
class NetworkFlow:
    """Traffic of every source on every arc."""

    amount: FloatArray
    """Amount[row of the demand, arc]."""
    length: FloatArray
    """Length[arc], not negative: the prices of the capacities, which prove the utilisation."""
    stopped_by: StopReason | None = None
    backends: Mapping[str, str] = field(default_factory=dict)


class FlowSolver:
    """Solves the LP of a demand in two stages, so that the first can be used if time runs out."""

    def __init__(self, demand: Demand, *, floor: float = 0.0) -> None:
        """Assemble the LP; utilisations below `floor` are not looked for."""
        self._demand, self._program = demand, flow_program(demand)
        columns = self._program.matrix.shape[1]
        self._low, self._high = np.zeros(columns), np.full(columns, np.inf)
        self._low[-1] = self._program.scaled(floor)
        self._cost = np.zeros(columns)
        self._cost[-1] = 1.0
        self._basis: Any = None

    def least_utilisation(self, run: Run) -> NetworkFlow | None:
        """Return traffic with the least maximum utilisation, or `None` if stopped before."""
        columns = self._demand.columns
        method = "simplex" if columns <= SIMPLEX_COLUMNS else "ipm"
        outcome = self._solve(self._cost, run, method=method, crossover=columns <= VERTEX_COLUMNS)
        if outcome.values is None:
            return None
        self._basis, self._high[-1] = outcome.basis, outcome.values[-1]
        length = np.zeros(len(self._demand.network.rate))
        if outcome.duals is not None:
            prices = np.maximum(-outcome.duals[self._program.conservation_rows :], 0.0)
            length = prices / max(float(prices.max(initial=0.0)), np.finfo(float).tiny)
        return NetworkFlow(
            self._amounts(outcome.values), length, outcome.stopped_by, outcome.backends
        )

    def shorten(self, flow: NetworkFlow, run: Run) -> NetworkFlow:
        """Return traffic of the same utilisation on as few arcs in all as possible.

        That is `flow` itself where time runs out or the LP is too large for a vertex.
        """
        if self._basis is None:
            return flow
        if self._demand.columns <= WARM_COLUMNS:
            outcome = self._solve(1.0 - self._cost, run, method="simplex", basis=self._basis)
        else:
            outcome = self._solve(1.0 - self._cost, run, method="ipm")
        if outcome.values is None:
            return flow
        return replace(flow, amount=self._amounts(outcome.values))

    def _solve(self, cost: FloatArray, run: Run, **how: Any) -> "Outcome":
        from planner.solvers.engines.highs import solve_lp

        program, limits = self._program, (self._low, self._high)
        rows = program.lower, program.upper
        return solve_lp(cost, program.matrix, *rows, *limits, run=run, options=_OPTIONS, **how)

    def _amounts(self, values: FloatArray) -> FloatArray:
        amount = np.zeros((len(self._demand.sources), len(self._demand.network.rate)))
        amount[self._demand.useful] = np.where(values[:-1] > _DUST, values[:-1], 0.0)
        return amount * self._program.size
