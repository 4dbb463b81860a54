"""Flows of a graph cut into equal parts, each on a path of its own, and the load of each arc."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.plan import ExplicitPathsPlan
from planner.models.flow_splitting.traffic import Flows
from planner.solvers.contract import Run
from planner.solvers.flow_splitting.graphs.path_set import PathSet

BELOW = 1 - 1e-12
"""A cut is better if it is less busy by more than rounding error."""
Chosen = tuple[int, ...]
"""Which paths of its pair a flow takes, an equal part on each; empty while it is taken out."""


@dataclass(frozen=True, eq=False)
class _Ways:
    """The paths of one pair of nodes."""

    arcs: IntArray
    """The arcs of any of them."""
    rate: FloatArray
    table: FloatArray
    """1 where a path (row) has an arc (column)."""


class CutRouting:
    """How each flow is cut, and the load of each arc."""

    def __init__(self, flows: Flows, paths: PathSet) -> None:
        self.flows, self.paths = flows, paths
        self._rate = paths.network.rate
        self._ways: dict[int, _Ways] = {}
        self.chosen: list[Chosen] = [()] * len(flows)
        self._load: FloatArray = np.zeros(len(self._rate))

    def utilisation(self) -> float:
        """Return the highest load over rate of any arc."""
        return float((self._load / self._rate).max(initial=0.0))

    def parts(self) -> int:
        """Return the number of parts of all flows."""
        return sum(len(chosen) for chosen in self.chosen)

    def is_whole(self) -> bool:
        """Return whether no flow is taken out."""
        return all(self.chosen[flow] for flow in self.flows.crosses.tolist())

    def restore(self, chosen: list[Chosen]) -> None:
        """Go back to an earlier way to cut the flows."""
        self._load[:] = 0.0
        self.chosen = [()] * len(chosen)
        for flow in self.flows.crosses.tolist():
            self.put(flow, chosen[flow])

    def put(self, flow: int, chosen: Chosen) -> None:
        """Cut a flow over other paths, or take it out."""
        ways, size = self._ways_of(flow), float(self.flows.size[flow])
        for paths, sign in ((self.chosen[flow], -1), (chosen, 1)):
            if paths:
                share = ways.table[list(paths)].sum(axis=0) * (sign * size / len(paths))
                self._load[ways.arcs] += share
        self.chosen[flow] = chosen

    def least_busy(self, flow: int) -> tuple[float, Chosen]:
        """Return the cut of a flow that is taken out whose busiest arc is least busy, and how busy.

        Among equally busy ones that with the fewest parts.
        """
        busy, picked = self._cuts(flow)
        best = int(np.argmax(busy <= busy.min() / BELOW))
        return float(busy[best]), _chosen(picked[best])

    def fewest_within(self, flow: int, limit: float) -> Chosen:
        """Return the cut of fewest parts that keeps every arc to `limit`; empty if none does."""
        busy, picked = self._cuts(flow)
        fits = np.flatnonzero(busy <= limit)
        return _chosen(picked[fits[0]]) if len(fits) else ()

    def users_of_busiest(self, rng: np.random.Generator | None = None) -> list[int]:
        """Return the flows with a part on the busiest arc, or on one drawn from the busiest."""
        busy = self._load / self._rate
        arc = int(busy.argmax())
        if rng is not None:
            arc = int(rng.choice(np.flatnonzero(busy >= busy.max() * BELOW)))
        return [flow for flow in self.flows.crosses.tolist() if self._uses(flow, arc)]

    def relieve(self, floor: float, run: Run) -> None:
        """Cut flows of the busiest arc anew as long as that helps, down to `floor` at best."""
        while self.utilisation() > floor and run.stopping() is None:
            limit = self.utilisation() * BELOW
            if not any(self._renew(flow, limit) for flow in self.users_of_busiest()):
                return

    def _renew(self, flow: int, limit: float) -> bool:
        """Cut a flow so that every arc of it stays below `limit`; `False` if there is no way."""
        old = self.chosen[flow]
        self.put(flow, ())
        busy, chosen = self.least_busy(flow)
        self.put(flow, chosen if busy < limit else old)
        return busy < limit

    def _uses(self, flow: int, arc: int) -> bool:
        paths = self.paths.paths[self.paths.pair[flow]]
        return any(arc in paths[number] for number in self.chosen[flow])

    def _cuts(self, flow: int) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Return for each number of parts how busy the busiest arc is, and picked[number, path].

        Picked are the paths that are least busy with such a part.
        """
        ways, size = self._ways_of(flow), float(self.flows.size[flow])
        load = self._load[ways.arcs]
        parts = np.arange(1, len(ways.table) + 1)
        each = (load + size / parts[:, None]) / ways.rate
        of_path = (each[:, None, :] * ways.table).max(axis=2)
        order = np.argsort(of_path, axis=1, kind="stable")
        picked = np.empty(order.shape, dtype=bool)
        np.put_along_axis(picked, order, parts[None, :] <= parts[:, None], axis=1)
        taken = picked.astype(float) @ ways.table
        busy = (load + size / parts[:, None] * taken) / ways.rate
        return np.where(taken > 0, busy, 0.0).max(axis=1), picked

    def _ways_of(self, flow: int) -> _Ways:
        pair = int(self.paths.pair[flow])
        if pair not in self._ways:
            paths = self.paths.paths[pair]
            arcs = np.unique(np.concatenate([np.array(path) for path in paths]))
            table = np.zeros((len(paths), len(arcs)))
            for row, path in enumerate(paths):
                table[row, np.searchsorted(arcs, path)] = 1.0
            self._ways[pair] = _Ways(arcs, self._rate[arcs], table)
        return self._ways[pair]

    def plan(self) -> ExplicitPathsPlan:
        """Return the parts of all flows as a plan."""
        crossing = self.flows.crosses
        count = np.array([len(self.chosen[flow]) for flow in crossing.tolist()], dtype=np.int64)
        paths = [
            self.paths.paths[pair][number]
            for flow, pair in zip(
                crossing.tolist(), self.paths.pair[crossing].tolist(), strict=True
            )
            for number in self.chosen[flow]
        ]
        start = np.concatenate([[0], np.cumsum([len(path) for path in paths])])
        return ExplicitPathsPlan(
            flow=np.repeat(crossing, count),
            size=np.repeat(self.flows.size[crossing] / count, count),
            path_start=start.astype(np.int64),
            arcs=np.array([arc for path in paths for arc in path], dtype=np.int64),
        )


def _chosen(picked: NDArray[np.bool_]) -> Chosen:
    return tuple(np.flatnonzero(picked).tolist())
