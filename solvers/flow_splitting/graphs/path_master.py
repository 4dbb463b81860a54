"""The restricted master of column generation: the flow LP on the paths known so far.

minimise    u
such that   load of the first paths + sum of x (load of the path - load of the first path of its
            pair) <= u * rate     (each arc)
            sum of x <= 1         (each pair with more than one path)

x is the share of a pair on one of its later paths; its first path, a branch of the tree of its
source, takes the rest. So pairs that nobody reroutes need neither rows nor columns.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.grouping import sum_by
from planner.solvers.contract import Run, StopReason
from planner.solvers.flow_splitting.graphs.demand import Demand
from planner.solvers.flow_splitting.graphs.trees import Paths, Trees, join

SIMPLEX_COLUMNS = 8_000
"""Up to this many paths the simplex method, from the basis before, beats the interior point."""
_OPTIONS = {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}
_PRIMAL = {"simplex_strategy": 4}
"""New columns leave the basis before feasible, so that the primal simplex method goes on."""
_SHARPNESS = 10.0
"""How fast the first prices fall with the load of an arc."""
_LOWER, _BASIC = 0, 1


class PathMaster:
    """Paths of pairs beside those of a tree per source, and the best shares of them."""

    def __init__(self, demand: Demand, trees: Trees) -> None:
        self.demand, self.trees = demand, trees
        self._first_load = trees.load(demand.amount)
        rate = demand.network.rate
        self._unit = float((self._first_load / rate).max())
        self.value = self._unit
        """The highest utilisation of an arc."""
        self.place = np.zeros(0, np.int64)
        """Place (row * nodes + node) that each later path leads to."""
        self.paths = Paths(np.zeros(1, np.int64), np.zeros(0, np.int64))
        self.share = np.zeros(0)
        self.length = np.exp(_SHARPNESS * (self._busy() - 1)) / rate
        self.length /= self.length @ rate
        """Price of an arc per unit of traffic: a guess until the LP is solved."""
        self.credit = np.zeros(demand.amount.size)
        """By how much each place is cheaper than by its first path, per unit."""
        self.is_solved = False
        """Whether shares and prices are those of the LP on all paths so far."""
        self.stopped_by: StopReason | None = None
        self.backends: Mapping[str, str] = {}
        self._first = self.paths
        self._row = np.full(demand.amount.size, -1, np.int64)
        self._rows = 0
        self._basis: Any = None

    @property
    def is_vertex(self) -> bool:
        """Whether the shares are a vertex of the LP, which splits few pairs."""
        return self._basis is not None or not len(self.place)

    def add(self, place: IntArray, paths: Paths) -> None:
        """Let pairs use further paths, at most one for each in a call."""
        fresh = place[self._row[place] < 0]
        self._row[fresh] = self._rows + np.arange(len(fresh))
        self._rows += len(fresh)
        self.place = np.concatenate([self.place, place])
        self.paths = join([self.paths, paths])
        self._first = join([self._first, self.trees.paths(place)])
        self.share = np.concatenate([self.share, np.zeros(len(place))])
        self.is_solved = False
        if self._basis is not None:
            from planner.solvers.engines.outcome import Basis

            columns = np.full(len(place), _LOWER, np.int8)
            rows = np.full(len(fresh), _BASIC, np.int8)
            self._basis = Basis(
                np.concatenate([self._basis.columns, columns]),
                np.concatenate([self._basis.rows, rows]),
            )

    def solve(self, run: Run, *, floor: float = 0.0, vertex: bool = False) -> bool:
        """Find the best shares of the paths; `False` if a limit ended that.

        Parameters
        ----------
        floor
            A proven bound; arcs that no shares lift to it do not count.
        vertex
            Move to a vertex of the LP even where that takes long.
        """
        from planner.solvers.engines.highs import solve_lp

        matrix, count = self._matrix(floor), len(self.place)
        arcs = len(self.demand.network.rate)
        cost = np.zeros(count + 1)
        cost[0] = 1.0
        if vertex or count <= SIMPLEX_COLUMNS:
            how: dict[str, Any] = {"method": "simplex", "basis": self._basis}
            options = _OPTIONS | (_PRIMAL if self._basis is not None else {})
            if self._basis is None and count > SIMPLEX_COLUMNS:
                how = {"method": "ipm"}
        else:
            how, options = {"method": "ipm", "crossover": False}, _OPTIONS
        outcome = solve_lp(
            cost,
            matrix,
            np.full(arcs + self._rows, -np.inf),
            np.concatenate([-self._busy(), np.ones(self._rows)]),
            np.zeros(count + 1),
            np.full(count + 1, np.inf),
            run=run,
            options=options,
            **how,
        )
        self.stopped_by, self.backends = outcome.stopped_by, outcome.backends
        if outcome.values is None or outcome.duals is None:
            return False
        self._basis = outcome.basis
        self._take_shares(outcome.values[1:])
        self._take_prices(np.maximum(-outcome.duals, 0.0))
        self.is_solved = True
        return True

    def sizes(self) -> tuple[FloatArray, FloatArray]:
        """Return the amounts on the first path of each place and on each later path."""
        amount = self.demand.amount.ravel()
        return amount * (1 - self._shared()), amount[self.place] * self.share

    def _busy(self) -> FloatArray:
        """Return the utilisation of each arc by the first paths, relative to the highest."""
        return self._first_load / self.demand.network.rate / self._unit

    def _matrix(self, floor: float) -> Any:
        """Return the rows of the LP, with `u` alone in those of arcs that stay below the floor.

        Fast arcs beside slow ones would bring entries too small for the tolerances of a solver.
        """
        from scipy.sparse import csc_array

        rate, count = self.demand.network.rate, len(self.place)
        arcs = len(rate)
        amount = self.demand.amount.ravel()[self.place]
        rows, columns, values = [np.arange(arcs)], [np.zeros(arcs, np.int64)], [-np.ones(arcs)]
        for sign, paths in ((1.0, self.paths), (-1.0, self._first)):
            rows.append(paths.arcs)
            columns.append(paths.owner + 1)
            values.append(sign * amount[paths.owner] / rate[paths.arcs] / self._unit)
        rows.append(arcs + self._row[self.place])
        columns.append(np.arange(count) + 1)
        values.append(np.ones(count))
        entries = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
        matrix = csc_array(entries, shape=(arcs + self._rows, count + 1))
        most = sum_by(matrix.indices, np.maximum(matrix.data, 0.0), arcs + self._rows)
        most[:arcs] += self._busy()
        most[arcs:] = np.inf
        is_idle = most[matrix.indices] * self._unit < floor
        is_idle[: matrix.indptr[1]] = False
        matrix.data[is_idle] = 0.0
        matrix.eliminate_zeros()
        return matrix

    def _take_shares(self, share: FloatArray) -> None:
        before, self.share = self.share, np.clip(share, 0.0, 1.0)
        self.share /= np.maximum(self._shared(), 1.0)[self.place]
        value = self._value()
        if value > self.value * (1 + 1e-9):
            self.share = before
        self.value = min(self.value, value)

    def _value(self) -> float:
        first, later = self.sizes()
        owner = self.paths.owner
        arcs = len(self.demand.network.rate)
        load = self.trees.load(first) + sum_by(self.paths.arcs, later[owner], arcs)
        return float((load / self.demand.network.rate).max(initial=0.0))

    def _shared(self) -> FloatArray:
        return sum_by(self.place, self.share, self.demand.amount.size)

    def _take_prices(self, prices: FloatArray) -> None:
        rate = self.demand.network.rate
        known = np.flatnonzero(self._row >= 0)
        credit = prices[len(rate) :][self._row[known]] * self._unit
        self.length = prices[: len(rate)] / rate
        self.credit[known] = credit / self.demand.amount.ravel()[known]
