"""The paths that flows of a graph are cut over: all there are, or those of good flow plans."""

import itertools

import numpy as np

from planner.models.base.arrays import IntArray
from planner.models.flow_splitting.fabric import ArcNetwork
from planner.models.flow_splitting.proofs.simple_paths import SearchEndedError, SimplePaths
from planner.models.flow_splitting.traffic import Flows
from planner.solvers.flow_splitting.graphs.path_master import PathMaster
from planner.solvers.flow_splitting.graphs.trees import Paths, join

MOST = 16
"""Most paths of a pair of nodes, unless all are known."""
SMALL = 400
"""Pairs of nodes up to which all their paths may be listed."""
ALL = 24
"""Most paths of a pair that are listed for being all there are."""

Path = tuple[int, ...]


class PathSet:
    """Different paths for each pair of nodes with traffic, good ones first."""

    def __init__(self, network: ArcNetwork, flows: Flows) -> None:
        self.network = network
        key = flows.source[flows.crosses] * network.nodes + flows.target[flows.crosses]
        self._keys, pair = np.unique(key, return_inverse=True)
        self.pair: IntArray = np.full(len(flows), -1, dtype=np.int64)
        """Pair[flow]; -1 where a flow stays at its node."""
        self.pair[flows.crosses] = pair
        self.paths: list[list[Path]] = [[] for _ in self._keys]
        self.is_complete = False
        """Whether every simple path is there."""

    def __len__(self) -> int:
        return len(self.paths)

    def add(self, pair: IntArray, paths: Paths) -> None:
        """Add paths of pairs, in the order given, as far as they are not known yet."""
        for number, path in zip(pair.tolist(), paths.lists(), strict=True):
            known = self.paths[number]
            if len(known) < MOST and path not in known:
                known.append(path)

    def add_master(self, master: PathMaster) -> None:
        """Add the paths of column generation, those that carry most first."""
        demand, (first, later) = master.demand, master.sizes()
        everywhere = np.flatnonzero(demand.amount)
        place = np.concatenate([everywhere, master.place])
        order = np.argsort(-np.concatenate([first[everywhere], later]), kind="stable")
        row, node = np.divmod(place[order], self.network.nodes)
        pair = np.searchsorted(self._keys, demand.sources[row] * self.network.nodes + node)
        self.add(pair, join([master.trees.paths(everywhere), master.paths]).take(order))

    def complete(self) -> None:
        """Add all simple paths, where these are few."""
        if len(self) > SMALL:
            return
        search = SimplePaths(self.network)
        everything = []
        for ends in zip(*np.divmod(self._keys, self.network.nodes), strict=True):
            source, target = (int(end) for end in ends)
            try:
                found = list(itertools.islice(search.between(source, target), ALL + 1))
            except SearchEndedError:
                return
            if len(found) > ALL:
                return
            everything.append(sorted(found, key=len))
        self.paths, self.is_complete = everything, True
