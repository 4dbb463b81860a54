"""Whole flows on a graph: placed one by one on the least busy path, then rerouted."""

import copy
import heapq

import numpy as np

from planner.models.base.arrays import FloatArray, IntArray
from planner.models.flow_splitting.fabric import ArcNetwork
from planner.models.flow_splitting.grouping import sum_by
from planner.models.flow_splitting.plan import ExplicitPathsPlan
from planner.models.flow_splitting.traffic import Flows
from planner.solvers.contract import Run
from planner.solvers.flow_splitting.graphs.trees import shortest_trees

_BELOW = 1 - 1e-12
"""A path is better if it is less busy by more than rounding error."""


class Routing:
    """One path for each flow, and the load of each arc."""

    def __init__(self, network: ArcNetwork, flows: Flows) -> None:
        self._network, self._flows, self._rate = network, flows, network.rate
        self._tail, self._head = network.tail.tolist(), network.head.tolist()
        self._leaving: list[list[int]] = [[] for _ in range(network.nodes)]
        for arc, tail in enumerate(self._tail):
            self._leaving[tail].append(arc)
        self.paths: list[tuple[int, ...]] = [()] * len(flows)
        self._load: FloatArray = np.zeros(len(network.rate))

    def utilisation(self) -> float:
        """Return the highest load over rate of any arc."""
        return float((self._load / self._rate).max(initial=0.0))

    @property
    def crossing(self) -> IntArray:
        """The flows that leave their node."""
        return self._flows.crosses

    def copy(self) -> "Routing":
        """Return a routing that may be changed without changing this one."""
        other = copy.copy(self)
        other.paths, other._load = self.paths.copy(), self._load.copy()
        return other

    def rank(self) -> tuple[float, int]:
        """Return the utilisation and how many arcs have it; less is better."""
        busy = self._load / self._rate
        return float(busy.max(initial=0.0)), int((busy >= busy.max(initial=0.0) * _BELOW).sum())

    def flows_of_busiest(self, rng: np.random.Generator) -> IntArray:
        """Return the flows of an arc drawn from those that are busiest."""
        busy = self._load / self._rate
        arc = int(rng.choice(np.flatnonzero(busy >= busy.max() * _BELOW)))
        return np.array([flow for flow, path in enumerate(self.paths) if arc in path])

    def put(self, flow: int, path: tuple[int, ...]) -> None:
        """Give a flow another path."""
        size = self._flows.size[flow]
        self._load[list(self.paths[flow])] -= size
        self._load[list(path)] += size
        self.paths[flow] = path

    def place_longest_first(self, run: Run) -> None:
        """Give every flow, the largest first, the path that is least busy with it.

        Flows for which the run leaves no time take their fastest paths.
        """
        crossing = self._flows.crosses
        order = crossing[np.argsort(-self._flows.size[crossing], kind="stable")]
        for done, flow in enumerate(order.tolist()):
            if run.stopping() is not None:
                self._place_fastest(order[done:])
                return
            self.put(flow, self.least_busy_path(flow)[1])

    def _place_fastest(self, flows: IntArray) -> None:
        """Give flows without a path those of least sum of 1 / rate, all at once."""
        sources, row = np.unique(self._flows.source[flows], return_inverse=True)
        _, trees = shortest_trees(self._network, sources, 1 / self._rate)
        paths = trees.paths(row * self._network.nodes + self._flows.target[flows])
        size = self._flows.size[flows][paths.owner]
        self._load += sum_by(paths.arcs, size, len(self._rate))
        for flow, path in zip(flows.tolist(), paths.lists(), strict=True):
            self.paths[flow] = path

    def relieve(self, floor: float, run: Run) -> None:
        """Reroute flows of the busiest arc as long as that helps, down to `floor` at best."""
        while self.utilisation() > floor and run.stopping() is None:
            busiest = int((self._load / self._rate).argmax())
            limit = self.utilisation() * _BELOW
            flows = [flow for flow, path in enumerate(self.paths) if busiest in path]
            if not any(self._reroute(flow, limit) for flow in flows):
                return

    def _reroute(self, flow: int, limit: float) -> bool:
        """Give a flow a path on which every arc stays below `limit`; `False` if there is none."""
        old = self.paths[flow]
        self.put(flow, ())
        busy, path = self.least_busy_path(flow)
        better = busy < limit
        self.put(flow, path if better else old)
        return better

    def least_busy_path(self, flow: int) -> tuple[float, tuple[int, ...]]:
        """Return the path whose busiest arc is least busy with a flow, and how busy that is.

        Among equally busy ones a short path is taken (Dijkstra 1959, the largest instead of the
        sum).
        """
        source, target = int(self._flows.source[flow]), int(self._flows.target[flow])
        busy = ((self._load + self._flows.size[flow]) / self._rate).tolist()
        reached: dict[int, int] = {}
        queue = [(0.0, 0, source, -1)]
        while queue:
            worst, hops, node, arc = heapq.heappop(queue)
            if node in reached:
                continue
            reached[node] = arc
            if node == target:
                break
            for following in self._leaving[node]:
                head = self._head[following]
                if head not in reached:
                    label = max(worst, busy[following]), hops + 1, head, following
                    heapq.heappush(queue, label)
        path = []
        while node != source:
            path.append(reached[node])
            node = self._tail[reached[node]]
        return worst, tuple(reversed(path))

    def plan(self) -> ExplicitPathsPlan:
        """Return the paths of all flows as a plan."""
        flows = self._flows.crosses
        lengths = [len(self.paths[flow]) for flow in flows.tolist()]
        return ExplicitPathsPlan(
            flow=flows,
            size=self._flows.size[flows],
            path_start=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            arcs=np.array(
                [arc for flow in flows.tolist() for arc in self.paths[flow]], dtype=np.int64
            ),
        )
