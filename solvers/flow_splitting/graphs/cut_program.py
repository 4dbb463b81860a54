"""The best equal cuts over given paths, as an integer programme over lots of equal flows.

minimise    u
such that   sum over k of n(lot, k) = flows of the lot
            sum over p of x(lot, k, p) = k n(lot, k),   x(lot, k, p) <= n(lot, k)
            sum of size / k * x(lot, k, p) over the paths p with an arc <= u * rate   (each arc)

n(lot, k) flows are cut into k parts, x(lot, k, p) of which take path p. Dealt path by path they
give no flow a path twice.
"""

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.base.rounding import COMBINATORIAL, lower
from planner.solvers.contract import Run
from planner.solvers.engines.outcome import Outcome
from planner.solvers.flow_splitting.exact.lots import Lots, group
from planner.solvers.flow_splitting.graphs.cut_routing import Chosen, CutRouting

COLUMNS = 4_000
"""Most variables of a programme."""
NODES = 2_000
"""Nodes of the search tree where the run has no time limit."""


class CutProgramme:
    """The integer programme of a graph; the utilisation is in units of `reference`."""

    def __init__(self, routing: CutRouting, reference: float) -> None:
        self._routing, self._reference = routing, reference
        self._lots: Lots = group(routing.flows)
        first = np.cumsum(self._lots.count) - self._lots.count
        self._pair: IntArray = routing.paths.pair[self._lots.flow[first]]
        number = np.array([len(paths) for paths in routing.paths.paths], dtype=np.int64)
        self._paths: IntArray = number[self._pair]
        """Paths of each lot."""
        self._lot = np.repeat(np.arange(len(self._lots)), self._paths)
        """Lot[entry]: an entry is a lot with a number of parts."""
        self._cut = _count_up(self._paths) + 1
        """Parts[entry]."""

    @property
    def columns(self) -> int:
        """The number of variables."""
        return int((self._paths * (self._paths + 1)).sum()) + 1

    def solve(self, run: Run) -> Outcome:
        """Search from the cuts of the routing."""
        from scipy.sparse import csc_array

        from planner.solvers.engines.highs import solve_linear
        from planner.solvers.engines.linear import make_linear

        entries, lots = len(self._lot), len(self._lots)
        of_entry = np.repeat(np.arange(entries), self._paths[self._lot])
        path = _count_up(self._paths[self._lot])
        flows_at, parts_at = 1 + np.arange(entries), 1 + entries + np.arange(len(path))
        arcs = len(self._routing.paths.network.rate)
        dealt, single, loads = lots, lots + entries, lots + entries + len(path)
        rows, columns, values = self._loads(of_entry, path)
        pieces = [
            (self._lot, flows_at, np.ones(entries)),
            (dealt + of_entry, parts_at, np.ones(len(path))),
            (dealt + np.arange(entries), flows_at, -self._cut.astype(float)),
            (single + np.arange(len(path)), parts_at, np.ones(len(path))),
            (single + np.arange(len(path)), flows_at[of_entry], -np.ones(len(path))),
            (loads + rows, parts_at[columns], values),
            (loads + np.arange(arcs), np.zeros(arcs, dtype=np.int64), -np.ones(arcs)),
        ]
        row, column, value = (np.concatenate(each) for each in zip(*pieces, strict=True))
        shape = (loads + arcs, 1 + entries + len(path))
        count = self._lots.count.astype(float)
        least = np.concatenate([count, np.zeros(entries), np.full(len(path) + arcs, -np.inf)])
        most = np.concatenate([count, np.zeros(entries + len(path) + arcs)])
        upper = np.concatenate([[np.inf], count[self._lot], count[self._lot[of_entry]]])
        cost, integral = np.zeros(shape[1]), np.ones(shape[1], dtype=bool)
        cost[0], integral[0] = 1.0, False
        start = np.zeros(shape[1])
        start[0] = 1.0
        matrix = csc_array((value, (row, column)), shape=shape)
        return solve_linear(
            make_linear(cost, matrix, least, most, start, upper, integral),
            run=run,
            hint=self._hint(),
            options={"mip_max_nodes": NODES} if run.budget.time_limit is None else None,
        )

    def bound(self, outcome: Outcome) -> float | None:
        """Return the utilisation below which the solver excludes every plan over these paths."""
        if outcome.bound is None:
            return None
        # The backend keeps its rows only to a tolerance.
        return lower(outcome.bound * self._reference) * (1 - COMBINATORIAL)

    def cuts(self, values: FloatArray) -> list[Chosen]:
        """Return how a solution cuts each flow."""
        chosen: list[Chosen] = [()] * len(self._routing.chosen)
        flows, at = np.rint(values[1 : 1 + len(self._lot)]).astype(int), 1 + len(self._lot)
        start = (np.cumsum(self._lots.count) - self._lots.count).tolist()
        for lot, number in zip(self._lot.tolist(), flows.tolist(), strict=True):
            paths = int(self._paths[lot])
            taken = np.rint(values[at : at + paths]).astype(int)
            at += paths
            dealt = np.repeat(np.arange(paths), taken)
            for turn in range(number):
                flow = int(self._lots.flow[start[lot] + turn])
                chosen[flow] = tuple(sorted(dealt[turn::number].tolist()))
            start[lot] += number
        return chosen

    def _hint(self) -> FloatArray:
        lot_of = np.repeat(np.arange(len(self._lots)), self._lots.count)
        first = np.cumsum(self._paths) - self._paths
        flows = np.zeros(len(self._lot))
        taken = [np.zeros(int(self._paths[lot])) for lot in self._lot.tolist()]
        for lot, flow in zip(lot_of.tolist(), self._lots.flow.tolist(), strict=True):
            chosen = self._routing.chosen[flow]
            entry = int(first[lot]) + len(chosen) - 1
            flows[entry] += 1
            taken[entry][list(chosen)] += 1
        return np.concatenate([[self._routing.utilisation() / self._reference], flows, *taken])

    def _loads(self, of_entry: IntArray, path: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
        """Return (arc, part, load over rate in units of the reference), one per arc of a part."""
        routes = [
            self._routing.paths.paths[pair][number]
            for pair, number in zip(
                self._pair[self._lot[of_entry]].tolist(), path.tolist(), strict=True
            )
        ]
        part = np.repeat(np.arange(len(path)), [len(route) for route in routes])
        arc = np.array([arc for route in routes for arc in route], dtype=np.int64)
        size = (self._lots.size[self._lot] / self._cut)[of_entry[part]]
        return arc, part, size / self._routing.paths.network.rate[arc] / self._reference


def _count_up(lengths: IntArray) -> IntArray:
    """Return 0, 1, ... for each length."""
    counted: IntArray = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return counted
